/** What Isobar made on the target, by kind, and its removal as a whole. */
import { Modal, Progress, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LedgerState } from '../../../preload/shapes-provisioning.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { notifyError } from '../../state/notices.tsx';
import { useMade, watchMade } from '../../state/provision.ts';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './made-list.module.css';

const KINDS = [
  'thing',
  'certificate',
  'policy',
  'thingGroup',
  'thingType',
  'rule',
  'stream',
  'table',
  'crawler',
  'database',
  'bucket',
] as const;

export function MadeList() {
  const { t } = useTranslation();
  const format = useFormat();
  const { made, error } = useMade();
  const [isAsking, setIsAsking] = useState(false);
  useEffect(watchMade, []);
  if (error !== null) return <ErrorNotice error={error} />;
  if (made?.target === null || made === null) return <p>{t('made.waiting')}</p>;
  const { target, resources, total, counts, teardown } = made;
  return (
    <>
      <p>{t('made.text', { target })}</p>
      {total === 0 ? <p>{t('made.empty')}</p> : <Kinds resources={resources} counts={counts} />}
      {teardown !== null && <Teardown teardown={teardown} />}
      {total > 0 && (
        <div className={styles['line']}>
          <span>{t('made.total', { count: total, amount: format.integer(total) })}</span>
          <Button kind="danger" icon="trash" disabled={teardown?.isRunning === true} onClick={() => setIsAsking(true)}>
            {t('made.teardown')}
          </Button>
        </div>
      )}
      {isAsking && <ConfirmTeardown target={target} onClose={() => setIsAsking(false)} />}
    </>
  );
}

function Kinds({ resources, counts }: Pick<LedgerState, 'resources' | 'counts'>) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={styles['kinds']}>
      {KINDS.map((kind) => {
        const ofKind = resources.filter((resource) => resource.kind === kind);
        const count = counts[kind] ?? 0;
        if (count === 0) return null;
        return (
          <details key={kind}>
            <summary>
              {t(`made.kind.${kind}`)} <span>{format.integer(count)}</span>
            </summary>
            <ul>
              {ofKind.map(({ name, by, at, state }) => (
                <li key={name}>
                  <code>{name}</code>
                  <span>{state === 'intended' ? t('made.intended') : by}</span>
                  <span>{format.dateTime(at)}</span>
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </div>
  );
}

function Teardown({ teardown }: { readonly teardown: NonNullable<LedgerState['teardown']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { isRunning, total, left } = teardown;
  const removed = format.integer(teardown.removed);
  return (
    <div className={styles['teardown']} role="status">
      {isRunning && <Progress value={(teardown.removed / Math.max(1, total)) * 100} aria-label={t('made.teardown')} />}
      <p>{isRunning ? t('made.progress', { removed, total: format.integer(total) }) : t('made.ended', { removed })}</p>
      {left.length > 0 && <h3>{t('made.left')}</h3>}
      {left.map(({ what, error }) => (
        <ErrorNotice key={what} error={{ ...error, message: `${what}: ${error.message}` }} />
      ))}
    </div>
  );
}

function ConfirmTeardown({ target, onClose }: { readonly target: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const account = target.split(',')[0] ?? '';
  return (
    <Modal opened onClose={onClose} title={t('made.teardownTitle')} size={520} withCloseButton={false}>
      <div className={styles['confirm']}>
        <p>{t('made.teardownText', { target })}</p>
        <TextInput
          label={t('made.confirmLabel', { account })}
          value={typed}
          data-autofocus
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={styles['line']}>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            kind="danger"
            disabled={typed.trim() !== account}
            onClick={() => {
              call('ledger.teardown', { account: typed }).catch(notifyError);
              onClose();
            }}
          >
            {t('made.teardown').replace('…', '')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
