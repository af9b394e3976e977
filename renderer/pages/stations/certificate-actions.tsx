/** What one may do with a certificate. Everything that ends a connection or lets a key out asks first. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CertificateView, Rotation } from '../../../preload/shapes-certificates.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { lookAt, meanFor } from '../../state/certificates.ts';
import { chooseFiles } from '../../state/fleet-actions.ts';
import { notifyDone, notifyError } from '../../state/notices.tsx';
import { call } from '../../state/window-app.ts';
import { CertificateUse } from './certificate-use.tsx';
import styles from './certificate-view.module.css';

type Asked = 'rotate' | 'deactivate' | 'revoke' | 'export' | 'forget';

type ActionsProps = { readonly certificate: CertificateView; readonly rotation: Rotation | null };

export function CertificateActions({ certificate, rotation }: ActionsProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked | 'use' | null>(null);
  const { certificateId, station, target } = certificate;
  const status = target.state === 'registered' ? target.status : null;
  const isRotating = rotation !== null && rotation.error === null && rotation.step !== 'done';
  const name = station?.name ?? '';

  const run = (work: Promise<unknown>, then?: () => void) => {
    work
      .then(then, notifyError)
      .then(() =>
        Promise.all(
          ['certificates.view', 'certificates.list'].map((key) => client.invalidateQueries({ queryKey: [key] })),
        ),
      )
      .catch(notifyError);
  };
  const setStatus = (to: 'ACTIVE' | 'INACTIVE' | 'REVOKED') =>
    run(call('certificates.setStatus', { certificateId, status: to }));

  const act: Readonly<Record<Asked, () => void>> = {
    rotate: () => {
      if (station !== null) run(call('certificates.rotate', { station: station.id }));
    },
    deactivate: () => setStatus('INACTIVE'),
    revoke: () => setStatus('REVOKED'),
    forget: () => run(call('certificates.forget', { certificateId }), () => lookAt(null)),
    export: () => {
      call('certificates.exportKit', { certificateId }).then(({ isSaved }) => {
        if (isSaved) notifyDone(t('certificates.exported'), t('certificates.exportedText'));
      }, notifyError);
    },
  };
  const replace = () => {
    meanFor(station?.id ?? null);
    void chooseFiles();
  };

  return (
    <div className={styles['actions']}>
      {station !== null && (
        <>
          <Button small icon="refresh" disabled={status === null || isRotating} onClick={() => setAsked('rotate')}>
            {t('certificates.rotate')}
          </Button>
          <Button small icon="file" disabled={isRotating} title={t('certificates.replaceHint')} onClick={replace}>
            {t('certificates.replace')}
          </Button>
        </>
      )}
      {station === null && (
        <Button small icon="stations" onClick={() => setAsked('use')}>
          {t('certificates.use')}
        </Button>
      )}
      <Button small icon="folder" onClick={() => setAsked('export')}>
        {t('certificates.export')}
      </Button>
      {status === 'ACTIVE' && (
        <Button small icon="pause" disabled={isRotating} onClick={() => setAsked('deactivate')}>
          {t('certificates.deactivate')}
        </Button>
      )}
      {status !== null && status !== 'ACTIVE' && (
        <Button small icon="play" onClick={() => setStatus('ACTIVE')}>
          {t('certificates.activate')}
        </Button>
      )}
      {status !== null && status !== 'REVOKED' && (
        <Button small kind="danger" icon="stop" disabled={isRotating} onClick={() => setAsked('revoke')}>
          {t('certificates.revoke')}
        </Button>
      )}
      {station === null && (
        <Button small kind="danger" icon="trash" onClick={() => setAsked('forget')}>
          {t('certificates.forget')}
        </Button>
      )}
      {asked !== null && asked !== 'use' && (
        <Confirm
          title={t(`certificates.${asked}Title`, { name })}
          text={t(`certificates.${asked}Text`)}
          action={t(`certificates.${asked}`)}
          isDanger={asked === 'revoke' || asked === 'forget' || asked === 'export'}
          onConfirm={act[asked]}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === 'use' && (
        <CertificateUse
          onUse={(to) =>
            run(call('certificates.assign', { certificateId, station: to }), () =>
              lookAt({ kind: 'station', station: to }),
            )
          }
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}
