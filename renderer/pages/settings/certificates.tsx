/** All certificates in the vault, the one that expires first on top; each opens its view. */
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { lookAt, useCertificates } from '../../state/certificates.ts';
import { chooseFiles } from '../../state/fleet-actions.ts';
import { call } from '../../state/window-app.ts';
import { ExpiryWord } from '../stations/certificate-words.tsx';
import styles from './certificates.module.css';

/** Provisioning and renewal put certificates into the vault while the page is open. */
const LOOK_AGAIN_MS = 3_000;

export function Certificates() {
  const { t } = useTranslation();
  // What a dialog has done is seen when it closes.
  const isIdle = useCertificates(({ batch, looked }) => batch === null && looked === null);
  const { data, error } = useQuery({
    queryKey: ['certificates.list', isIdle],
    queryFn: () => call('certificates.list', {}),
    placeholderData: (before) => before,
    gcTime: 0,
    refetchInterval: LOOK_AGAIN_MS,
  });
  const choose = (
    <Button small icon="file" onClick={() => void chooseFiles()}>
      {t('certificates.choose')}
    </Button>
  );
  if (error !== null) return <ErrorNotice error={toPlainError(error)} />;
  if (data === undefined) return <Skeleton height={120} />;
  if (data.length === 0) {
    return (
      <>
        <p>{t('certificates.none')}</p>
        {choose}
      </>
    );
  }
  const inOrder = [...data].sort((one, other) => one.validTo - other.validTo);
  return (
    <>
      <p>{t('certificates.sectionText')}</p>
      <div className={styles['scroller']}>
        <table className={styles['table']} aria-label={t('certificates.list')}>
          <thead>
            <tr>
              <th scope="col">{t('certificates.column.certificate')}</th>
              <th scope="col">{t('certificates.column.station')}</th>
              <th scope="col">{t('certificates.column.validity')}</th>
            </tr>
          </thead>
          <tbody>
            {inOrder.map((one) => (
              <tr key={one.certificateId}>
                <td>
                  <button
                    type="button"
                    className={styles['open']}
                    onClick={() =>
                      lookAt(
                        one.station === null
                          ? { kind: 'kept', certificateId: one.certificateId }
                          : { kind: 'station', station: one.station.id },
                      )
                    }
                  >
                    {one.subject}
                  </button>
                  <small>
                    <code>{one.certificateId.slice(0, 16)}…</code> · {one.keyType}
                  </small>
                </td>
                <td>{one.station?.name ?? <em>{t('certificates.keptForLater')}</em>}</td>
                <td>
                  <ExpiryWord certificate={one} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {choose}
    </>
  );
}
