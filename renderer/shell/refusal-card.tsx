/** One refusal: who, what, why, and the policy line that would allow it. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError, type PlainError } from '../../preload/errors.ts';
import type { ShownRefusal } from '../../preload/shapes-trace.ts';
import { Button } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { ErrorNotice } from '../parts/error-notice.tsx';
import { Payload } from '../parts/payload.tsx';
import { call } from '../state/window-app.ts';
import { useFormat } from '../text/use-format.ts';
import styles from './refusals.module.css';

export function RefusalCard({ refusal }: { readonly refusal: ShownRefusal }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [added, setAdded] = useState<string | null>(null);
  const [error, setError] = useState<PlainError | null>(null);
  const { id, clientId, certificateId, station, reason, outcome, count, lastAt, fix } = refusal;
  const add = (): void => {
    setError(null);
    call('trace.allow', { refusal: id }).then(
      ({ policyName }) => setAdded(policyName),
      (cause: unknown) => setError(toPlainError(cause)),
    );
  };
  return (
    <li className={styles['card']}>
      <div className={styles['head']}>
        <strong>{station?.name ?? clientId ?? t('refusals.unknownClient')}</strong>
        <span className={styles['outcome']}>{t(`refusals.outcome.${outcome}`)}</span>
      </div>
      <p className={styles['reason']}>{reason}</p>
      <p className={styles['facts']}>
        {t('refusals.count', { count, amount: format.integer(count) })} ·{' '}
        {t('refusals.last', { time: format.clock(lastAt) })}
        {certificateId !== null && (
          <>
            {' · '}
            <code>{certificateId.slice(0, 12)}…</code>
          </>
        )}
      </p>
      {fix === null ? (
        <p className={styles['facts']}>{t('refusals.limit')}</p>
      ) : (
        <Payload
          heading={
            fix.kind === 'add' ? t('refusals.missing') : t('refusals.inTheWay', { policy: fix.policyName ?? '—' })
          }
          text={fix.statement}
          action={<CopyButton text={() => fix.statement} />}
        />
      )}
      {fix?.kind === 'add' && station !== null && certificateId !== null && (
        <div className={styles['actions']}>
          <Button small kind="primary" icon="plus" disabled={added !== null} onClick={add}>
            {t('refusals.add')}
          </Button>
          <span role="status">{added !== null && t('refusals.added', { policy: added })}</span>
        </div>
      )}
      {error !== null && <ErrorNotice error={error} />}
    </li>
  );
}
