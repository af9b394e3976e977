/** What a job would make, what exists already, and how long it would take. */
import { useTranslation } from 'react-i18next';
import type { DryRun } from '../../../preload/shapes-provisioning.ts';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { useFormat } from '../../text/use-format.ts';
import { durationOf } from './provision-duration.ts';
import styles from './provision.module.css';

/** More names say no more. */
const NAMES_SHOWN = 5;

export function ProvisionDryRun({ dry }: { readonly dry: DryRun }) {
  const { t } = useTranslation();
  const format = useFormat();
  const time = durationOf(t, format, dry.seconds);
  const more = dry.taken.length > NAMES_SHOWN ? '…' : '';
  return (
    <section className={styles['dry']} aria-label={t('provision.would')}>
      <h3>{t('provision.would')}</h3>
      <dl className={styles['facts']}>
        <dt>{t('provision.count')}</dt>
        <dd>
          {format.integer(dry.stations)} · <code>{t('provision.names', { first: dry.first, last: dry.last })}</code>
        </dd>
        {dry.makes.map(({ what, name, exists }) => (
          <div key={what} className={styles['fact']}>
            <dt>{t(`provision.part.${what}`)}</dt>
            <dd>
              <code>{name}</code> · {t(exists ? 'provision.exists' : 'provision.makes')}
            </dd>
          </div>
        ))}
      </dl>
      <p>{t('provision.calls', { amount: format.integer(dry.calls), time })}</p>
      <p className={styles['quiet']}>{t(dry.mayCost ? 'provision.cost' : 'provision.noCost')}</p>
      {dry.taken.length > 0 && (
        <ErrorNotice
          tone="warning"
          error={{
            message: t('provision.taken', {
              count: dry.taken.length,
              amount: format.integer(dry.taken.length),
              names: `${dry.taken.slice(0, NAMES_SHOWN).join(', ')}${more}`,
            }),
          }}
        />
      )}
    </section>
  );
}
