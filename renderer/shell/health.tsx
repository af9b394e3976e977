/** The health of the three processes: one dot and word each, details on demand. */
import { Popover } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { ProcessHealth } from '../../preload/shapes.ts';
import { ErrorNotice } from '../parts/error-notice.tsx';
import { useLive } from '../state/live.ts';
import styles from './health.module.css';

export function Health() {
  const { t } = useTranslation();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const processes = useLive(({ health }) => health?.processes ?? NONE);
  const targetError = useLive(({ health }) => health?.targetError ?? null);
  const summary = processes.map(({ name, state }) => `${t(`health.${name}`)} ${t(`health.state.${state}`)}`).join(', ');
  return (
    <Popover opened={isOpen} onDismiss={close} position="bottom-end" width={320} withinPortal trapFocus>
      <Popover.Target>
        <button
          type="button"
          className={styles['health']}
          aria-label={t('health.open', { summary: summary === '' ? t('health.waiting') : summary })}
          onClick={toggle}
        >
          {processes.map(({ name, state }) => (
            <span key={name} className={styles['process']} data-state={state}>
              <span className={styles['dot']} />
              <span className={styles['name']}>{t(`health.${name}`)}</span>
              {state !== 'ready' && <em>{t(`health.state.${state}`)}</em>}
            </span>
          ))}
          {processes.length === 0 && <span className={styles['process']}>{t('health.waiting')}</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <ul className={styles['list']} aria-label={t('health.title')}>
          {processes.map((process) => (
            <ProcessRow key={process.name} process={process} />
          ))}
        </ul>
        {targetError !== null && <ErrorNotice error={targetError} />}
      </Popover.Dropdown>
    </Popover>
  );
}

const NONE: readonly ProcessHealth[] = [];

function ProcessRow({ process }: { readonly process: ProcessHealth }) {
  const { t } = useTranslation();
  const { name, state, restarts, error } = process;
  return (
    <li>
      <div className={styles['row']} data-state={state}>
        <span className={styles['dot']} />
        <strong>{t(`health.${name}`)}</strong>
        <span className={styles['state']}>{t(`health.state.${state}`)}</span>
        <span className={styles['restarts']}>{t('health.restarts', { count: restarts, amount: restarts })}</span>
      </div>
      {error !== null && <ErrorNotice error={error} />}
    </li>
  );
}
