/** The import dialog: what the dropped files hold, paired, before anything is stored. Opens by itself when a batch waits. */
import { Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportBatch } from '../../../preload/shapes-certificates.ts';
import { Button } from '../../parts/button.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { cancelImport, endImport, useCertificates } from '../../state/certificates.ts';
import { chooseFiles } from '../../state/fleet-actions.ts';
import { stationTwice, toImport, type Choices } from '../../state/import-choice.ts';
import { useStations } from '../../state/live.ts';
import { notifyImported } from '../../state/certificate-notices.tsx';
import { notifyError } from '../../state/notices.tsx';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './certificate-import.module.css';
import { LockedFiles } from './certificate-locked.tsx';
import { CertificatePairing } from './certificate-pairing.tsx';
import { CertificateRemarks } from './certificate-remarks.tsx';

export function CertificateImport() {
  const { t } = useTranslation();
  const batch = useCertificates((state) => state.batch);
  if (batch === null) return null;
  return (
    <Modal
      opened
      onClose={() => cancelImport(batch.id)}
      title={t('certificates.importTitle')}
      size={1120}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Batch key={batch.id} batch={batch} />
    </Modal>
  );
}

function Batch({ batch }: { readonly batch: ImportBatch }) {
  const { t } = useTranslation();
  const format = useFormat();
  const meantFor = useCertificates((state) => state.meantFor);
  const stations = useStations();
  const [choices, setChoices] = useState<Choices>({});
  const [isBusy, setIsBusy] = useState(false);
  const wanted = toImport(batch, choices, meantFor);
  const twice = stationTwice(wanted);
  const submit = async () => {
    setIsBusy(true);
    try {
      notifyImported(await call('certificates.import', { batch: batch.id, choices: [...wanted] }));
      endImport();
    } catch (error) {
      notifyError(error);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <div className={styles['batch']}>
      <p className={styles['intro']}>{t('certificates.importText')}</p>
      <div className={styles['scroller']}>
        {batch.certificates.length === 0 ? (
          <EmptyState small title={t('certificates.emptyTitle')}>
            {t('certificates.emptyText')}
          </EmptyState>
        ) : (
          <CertificatePairing
            batch={batch}
            choices={choices}
            onChoose={(certificateId, choice) => setChoices((before) => ({ ...before, [certificateId]: choice }))}
          />
        )}
        <LockedFiles batch={batch} />
        <CertificateRemarks batch={batch} />
      </div>
      {twice !== null && (
        <ErrorNotice
          tone="warning"
          error={{
            message: t('certificates.sameStation', { station: stations.find(({ id }) => id === twice)?.name ?? twice }),
          }}
        />
      )}
      <div className={styles['actions']}>
        <Button kind="quiet" icon="file" onClick={() => void chooseFiles()}>
          {t('certificates.addFiles')}
        </Button>
        <span />
        <Button onClick={() => cancelImport(batch.id)}>{t('common.cancel')}</Button>
        <Button kind="primary" disabled={wanted.length === 0 || twice !== null || isBusy} onClick={() => void submit()}>
          {t('certificates.submit', { count: wanted.length, amount: format.integer(wanted.length) })}
        </Button>
      </div>
    </div>
  );
}
