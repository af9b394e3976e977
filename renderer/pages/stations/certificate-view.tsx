/** One certificate as a whole: what it says, what the target says of it, where its key lies, and what can be done with it. */
import { Modal, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import type { CertificateView as Certificate } from '../../../preload/shapes-certificates.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { prettyJson } from '../../parts/pretty-json.ts';
import { lookAt, useCertificates, watchRotations, type Looked } from '../../state/certificates.ts';
import { useLive } from '../../state/live.ts';
import { call } from '../../state/window-app.ts';
import { MISSING } from '../../text/format.ts';
import { useFormat } from '../../text/use-format.ts';
import { CertificateActions } from './certificate-actions.tsx';
import { RotationProgress } from './certificate-rotation.tsx';
import styles from './certificate-view.module.css';
import { ExpiryWord, TargetWord } from './certificate-words.tsx';

export function CertificateView() {
  const { t } = useTranslation();
  const looked = useCertificates((state) => state.looked);
  const name = useLive(({ fleet }) =>
    looked?.kind === 'station' ? (fleet?.stations.find(({ id }) => id === looked.station)?.name ?? '') : null,
  );
  if (looked === null) return null;
  return (
    <Modal
      opened
      onClose={() => lookAt(null)}
      size={760}
      title={name === null ? t('certificates.keptTitle') : t('certificates.viewTitle', { name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Content looked={looked} />
    </Modal>
  );
}

function Content({ looked }: { readonly looked: Looked }) {
  const station = looked.kind === 'station' ? looked.station : null;
  const rotation = useCertificates(({ rotations }) => rotations.find((one) => one.station === station) ?? null);
  useEffect(watchRotations, []);
  const { data, error } = useQuery({
    // A step of a rotation changes which certificate this is.
    queryKey: ['certificates.view', looked, rotation?.step, rotation?.error?.code],
    queryFn: () =>
      looked.kind === 'station'
        ? call('certificates.viewOfStation', { station: looked.station })
        : call('certificates.view', { certificateId: looked.certificateId }),
    placeholderData: (before) => before,
    gcTime: 0,
  });
  if (error !== null && data === undefined) return <ErrorNotice error={toPlainError(error)} />;
  if (data === undefined) return <Skeleton height={420} />;
  return (
    <div className={styles['view']}>
      <Facts certificate={data} />
      {rotation !== null && <RotationProgress rotation={rotation} />}
      <Policies certificate={data} />
      <CertificateActions certificate={data} rotation={rotation} />
    </div>
  );
}

function Facts({ certificate }: { readonly certificate: Certificate }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { subject, issuer, certificateId, keyType, validFrom, target, protection } = certificate;
  const things = target.state === 'registered' ? target.things : [];
  return (
    <dl className={styles['facts']}>
      <dt>{t('certificates.fact.subject')}</dt>
      <dd>{subject}</dd>
      <dt>{t('certificates.fact.issuer')}</dt>
      <dd>{issuer}</dd>
      <dt>{t('certificates.fact.id')}</dt>
      <dd className={styles['id']}>
        <code>{certificateId}</code>
        <CopyButton label={t('certificates.copyId')} text={() => certificateId} />
      </dd>
      <dt>{t('certificates.fact.key')}</dt>
      <dd>{keyType}</dd>
      <dt>{t('certificates.fact.validFrom')}</dt>
      <dd>{format.utcAt(validFrom)}</dd>
      <dt>{t('certificates.fact.validTo')}</dt>
      <dd>
        <ExpiryWord certificate={certificate} />
      </dd>
      <dt>{t('certificates.fact.status')}</dt>
      <dd>
        <TargetWord target={target} />
        {target.state === 'unknown' && <small>{t('certificates.unknownHint')}</small>}
        {target.state === 'notAsked' && (
          <small>{t('certificates.notAskedText', { reason: target.error.message })}</small>
        )}
      </dd>
      <dt>{t('certificates.fact.things')}</dt>
      <dd>{things.length === 0 ? MISSING : t('certificates.thing', { things: things.join(', ') })}</dd>
      <dt>{t('certificates.fact.lies')}</dt>
      <dd>{t(`certificates.protection.${protection}`)}</dd>
    </dl>
  );
}

function Policies({ certificate }: { readonly certificate: Certificate }) {
  const { t } = useTranslation();
  if (certificate.target.state !== 'registered') return null;
  return (
    <section className={styles['policies']} aria-label={t('certificates.policies')}>
      <h3>{t('certificates.policies')}</h3>
      {certificate.policies.length === 0 && <p>{t('certificates.noPolicies')}</p>}
      {certificate.policies.map(({ name, document }) => (
        <details key={name} open={certificate.policies.length === 1}>
          <summary>{name}</summary>
          <pre>{prettyJson(document)}</pre>
        </details>
      ))}
    </section>
  );
}
