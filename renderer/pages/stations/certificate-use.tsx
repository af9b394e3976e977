/** Asks which station a kept certificate is for. */
import { Modal, Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/button.tsx';
import { useStations } from '../../state/live.ts';
import styles from './certificate-view.module.css';

type UseProps = { readonly onUse: (station: string) => void; readonly onClose: () => void };

export function CertificateUse({ onUse, onClose }: UseProps) {
  const { t } = useTranslation();
  const stations = useStations();
  const [station, setStation] = useState<string | null>(null);
  return (
    <Modal opened onClose={onClose} title={t('certificates.useTitle')} size={440} withCloseButton={false}>
      <div className={styles['choice']}>
        <p>{t('certificates.useText')}</p>
        <Select
          aria-label={t('certificates.column.station')}
          searchable
          value={station}
          onChange={setStation}
          data={stations.map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))}
        />
        <div>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            kind="primary"
            disabled={station === null}
            onClick={() => {
              if (station !== null) onUse(station);
              onClose();
            }}
          >
            {t('certificates.use')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
