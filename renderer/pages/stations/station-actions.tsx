/** What one may do with one station. Rewinding and removing ask first. */
import { Modal, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import type { StationStatus } from '../../../preload/shapes.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Payload } from '../../parts/payload.tsx';
import { lookAt } from '../../state/certificates.ts';
import { command } from '../../state/fleet-actions.ts';
import { call } from '../../state/window-app.ts';
import { StationCheckDialog } from './station-check.tsx';
import styles from './station-card.module.css';

type Dialog = 'rewind' | 'remove' | 'payload' | 'check' | null;

type StationActionsProps = Pick<StationStatus, 'id' | 'name' | 'state'> & { readonly isCompact?: boolean };

/** Plain values as props: numbers that move several times a second must not draw the buttons anew. */
export const StationActions = memo(function StationActions({
  id,
  name,
  state,
  isCompact = false,
}: StationActionsProps) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<Dialog>(null);
  const runs = state === 'live' || state === 'connecting';
  const verb = runs ? 'pause' : 'start';
  const toggle = () => command(`stations.${verb}`, [id]);
  const close = () => setDialog(null);
  return (
    <div className={isCompact ? undefined : styles['actions']}>
      {isCompact ? (
        <IconButton icon={runs ? 'pause' : 'play'} label={t(`stations.${verb}Of`, { name })} onClick={toggle} />
      ) : (
        <Button
          small
          kind="quiet"
          icon={runs ? 'pause' : 'play'}
          aria-label={t(`stations.${verb}Of`, { name })}
          onClick={toggle}
        >
          {t(`stations.${verb}`)}
        </Button>
      )}
      <IconButton
        icon="braces"
        label={t('stations.payloadOf', { name })}
        tip={t('stations.payload')}
        onClick={() => setDialog('payload')}
      />
      <IconButton
        icon="pulse"
        label={t('check.actionOf', { name })}
        tip={t('check.action')}
        onClick={() => setDialog('check')}
      />
      <IconButton
        icon="seal"
        label={t('certificates.viewOf', { name })}
        tip={t('certificates.view')}
        onClick={() => lookAt({ kind: 'station', station: id })}
      />
      <IconButton
        icon="rewind"
        label={t('stations.rewindOf', { name })}
        tip={t('stations.rewind')}
        onClick={() => setDialog('rewind')}
      />
      <IconButton
        icon="trash"
        label={t('stations.removeOf', { name })}
        tip={t('stations.remove')}
        onClick={() => setDialog('remove')}
      />
      {(dialog === 'rewind' || dialog === 'remove') && (
        <Confirm
          title={t(`stations.${dialog}Title`, { name })}
          text={t(`stations.${dialog}Text`)}
          action={t(`stations.${dialog}`)}
          isDanger={dialog === 'remove'}
          onConfirm={() => command(`stations.${dialog}`, [id])}
          onClose={close}
        />
      )}
      {dialog === 'check' && <StationCheckDialog id={id} name={name} onClose={close} />}
      {dialog === 'payload' && (
        <Modal
          opened
          onClose={close}
          size="lg"
          title={t('stations.payloadTitle', { name })}
          closeButtonProps={{ 'aria-label': t('common.close') }}
        >
          <PayloadPreview id={id} />
        </Modal>
      )}
    </div>
  );
});

function PayloadPreview({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ['stations.preview', id],
    queryFn: () => call('stations.preview', { id }),
    gcTime: 0,
  });
  if (error !== null) return <ErrorNotice error={toPlainError(error)} />;
  if (data === undefined) return <Skeleton height={320} />;
  return (
    <Payload
      heading={
        <>
          {t('stations.payloadText')}: <code>{data.topic}</code>
        </>
      }
      text={data.payload}
      action={<CopyButton text={() => data.payload} />}
    />
  );
}
