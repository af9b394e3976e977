/** Everything else in a batch, each in one sentence: loose keys, authorities, files of a kit, and files that are of no use. */
import { useTranslation } from 'react-i18next';
import type { ImportBatch } from '../../../preload/shapes-certificates.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './certificate-import.module.css';

export function CertificateRemarks({ batch }: { readonly batch: ImportBatch }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { looseKeys, authorities, extras, refused } = batch;
  return (
    <>
      {refused.length > 0 && (
        <section className={styles['group']} aria-label={t('certificates.refused')} data-tone="fault">
          <h3>{t('certificates.refused')}</h3>
          <ul>
            {refused.map(({ name, error }, index) => (
              <li key={`${name}-${index}`}>
                {error.message} {error.hint !== undefined && <small>{error.hint}</small>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {looseKeys.length + authorities.length + extras.length > 0 && (
        <section className={styles['group']} aria-label={t('certificates.more')}>
          <h3>{t('certificates.more')}</h3>
          <ul>
            {looseKeys.map(({ source, what, subject }) => (
              <li key={source}>
                {subject === null
                  ? t(`certificates.loose.${what}`, { source })
                  : t('certificates.loose.publicKeyOf', { source, subject })}
              </li>
            ))}
            {authorities.map(({ source, subject, isAmazonRoot }) => (
              <li key={`${source}-${subject}`}>
                {t(isAmazonRoot ? 'certificates.amazonRoot' : 'certificates.authorityFile', { source, subject })}
              </li>
            ))}
            {extras.length > 0 && (
              <li>
                {t('certificates.extras', {
                  count: extras.length,
                  amount: format.integer(extras.length),
                  names: extras.map((name) => name.split(' › ').at(-1) ?? name).join(', '),
                })}
              </li>
            )}
          </ul>
        </section>
      )}
    </>
  );
}
