/** Words and colours that a certificate has everywhere in the window: its expiry and its status on the target. */
import { useTranslation } from 'react-i18next';
import type { CertificateSummary, TargetKnowledge } from '../../../preload/shapes-certificates.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './certificate-words.module.css';

const DAY_MS = 86_400_000;

const EXPIRY_TONES = { expired: 'fault', soon: 'warning', valid: 'plain', notYet: 'warning' } as const;

export function ExpiryWord({ certificate }: { readonly certificate: CertificateSummary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { expiry, validFrom, validTo } = certificate;
  const days = Math.max(0, Math.floor((validTo - Date.now()) / DAY_MS));
  const text =
    expiry === 'soon'
      ? t('certificates.expiry.soon', { count: days, amount: format.integer(days) })
      : t(`certificates.expiry.${expiry}`, { date: format.day(expiry === 'notYet' ? validFrom : validTo) });
  return (
    <span
      className={styles['word']}
      data-tone={EXPIRY_TONES[expiry]}
      title={`${format.utcAt(validFrom)} – ${format.utcAt(validTo)}`}
    >
      {text}
    </span>
  );
}

const STATUSES = [
  'ACTIVE',
  'INACTIVE',
  'REVOKED',
  'PENDING_TRANSFER',
  'PENDING_ACTIVATION',
  'REGISTER_INACTIVE',
] as const;

export function TargetWord({ target }: { readonly target: TargetKnowledge }) {
  const { t } = useTranslation();
  switch (target.state) {
    case 'registered': {
      const status = STATUSES.find((one) => one === target.status);
      return (
        <span className={styles['word']} data-tone={target.status === 'ACTIVE' ? 'live' : 'fault'} data-dot>
          {status === undefined ? target.status : t(`certificates.status.${status}`)}
        </span>
      );
    }
    case 'unknown':
      return (
        <span className={styles['word']} data-tone="warning" title={t('certificates.unknownHint')}>
          {t('certificates.unknown')}
        </span>
      );
    case 'notAsked':
      return (
        <span className={styles['word']} data-tone="warning" title={target.error.message}>
          {t('certificates.notAsked')}
        </span>
      );
  }
}
