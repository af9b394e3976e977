/** Provision N: the form, a dry run of it, and then the job as it goes. */
import { Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProvisionJob } from '../../../preload/shapes-provisioning.ts';
import { ProvisionForm } from './provision-form.tsx';
import { ProvisionProgress } from './provision-progress.tsx';

type ProvisionManyProps = { readonly job: ProvisionJob | null; readonly onClose: () => void };

export function ProvisionMany({ job, onClose }: ProvisionManyProps) {
  const { t } = useTranslation();
  const [isAsking, setIsAsking] = useState(job === null || job.state === 'undone');
  const shown = isAsking ? null : job;
  return (
    <Modal
      opened
      onClose={onClose}
      size={760}
      title={t('provision.manyTitle')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {shown === null ? (
        <ProvisionForm onStarted={() => setIsAsking(false)} />
      ) : (
        <ProvisionProgress job={shown} onAnother={() => setIsAsking(true)} />
      )}
    </Modal>
  );
}
