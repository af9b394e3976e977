/** "Check this station" as a person reads it: the way to the broker step by step, what each step saw, and what to mend where it ends. */
import { Modal, Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CheckFact, CheckStep } from '../../../preload/shapes-check.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { useStationCheck } from '../../state/station-check.ts';
import styles from './station-check.module.css';

type StationCheckProps = { readonly id: string; readonly name: string; readonly onClose: () => void };

export function StationCheckDialog({ id, name, onClose }: StationCheckProps) {
  const { t } = useTranslation();
  const { check, error, again } = useStationCheck(id);
  const failed = check?.steps.find(({ state }) => state === 'failed');
  return (
    <Modal
      opened
      onClose={onClose}
      size={620}
      title={t('check.title', { name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <p className={styles['intro']}>{t('check.intro')}</p>
      {error !== null && <ErrorNotice error={error} />}
      {check === null ? (
        error === null && <Skeleton height={260} />
      ) : (
        <ol className={styles['steps']} aria-label={t('check.steps')}>
          {check.steps.map((step) => (
            <Step key={step.name} step={step} />
          ))}
        </ol>
      )}
      <footer className={styles['foot']}>
        <p role="status" data-verdict={verdictOf(check?.isDone ?? false, failed)}>
          {check?.isDone === true ? t(failed === undefined ? 'check.healthy' : 'check.faulty') : t('check.running')}
        </p>
        <Button icon="refresh" onClick={again} disabled={check?.isDone !== true && error === null}>
          {t('check.again')}
        </Button>
      </footer>
    </Modal>
  );
}

function verdictOf(isDone: boolean, failed: CheckStep | undefined): string {
  if (!isDone) return 'running';
  return failed === undefined ? 'healthy' : 'faulty';
}

const ICONS: Readonly<Record<CheckStep['state'], IconName>> = {
  waiting: 'right',
  running: 'refresh',
  passed: 'check',
  failed: 'warning',
  skipped: 'right',
};

function Step({ step }: { readonly step: CheckStep }) {
  const { t } = useTranslation();
  const { name, state, facts, error } = step;
  return (
    <li className={styles['step']} data-state={state}>
      <span className={styles['mark']}>
        <Icon name={ICONS[state]} size={14} />
      </span>
      <div className={styles['words']}>
        <h3>
          {t(`check.step.${name}`)} <span className={styles['state']}>{t(`check.state.${state}`)}</span>
        </h3>
        <p className={styles['what']}>{t(`check.what.${name}`)}</p>
        {facts.length > 0 && (
          <dl className={styles['facts']}>
            {facts.map((fact) => (
              <Fact key={fact.name} fact={fact} />
            ))}
          </dl>
        )}
        {error !== null && (
          <ErrorNotice
            error={error}
            actions={error.code === 'check.notAllowed' && <CopyButton text={() => statementIn(error.hint ?? '')} />}
          />
        )}
      </div>
    </li>
  );
}

function Fact({ fact }: { readonly fact: CheckFact }) {
  const { t } = useTranslation();
  return (
    <div>
      <dt>{t(`check.fact.${fact.name}`)}</dt>
      <dd>{fact.name === 'connectedNow' ? t('check.connectedNow') : fact.value}</dd>
    </div>
  );
}

/** The policy statement that a hint ends with; the whole hint when it holds none. */
function statementIn(hint: string): string {
  return /\{.*\}/.exec(hint)?.[0] ?? hint;
}
