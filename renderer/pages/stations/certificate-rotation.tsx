/** How far a rotation is, and what stopped it. */
import { useTranslation } from 'react-i18next';
import type { Rotation } from '../../../preload/shapes-certificates.ts';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Icon } from '../../parts/icon.tsx';
import styles from './certificate-view.module.css';

const STEPS = ['issue', 'connect', 'retire'] as const;

export function RotationProgress({ rotation }: { readonly rotation: Rotation }) {
  const { t } = useTranslation();
  const { step, error } = rotation;
  if (error !== null) return <ErrorNotice error={error} />;
  if (step === 'done') {
    return (
      <p role="status" className={styles['steps']}>
        {t('certificates.rotation.done')}
      </p>
    );
  }
  const reached = STEPS.indexOf(step);
  return (
    <ol role="status" className={styles['steps']}>
      {STEPS.map((one, index) => {
        const state = index < reached ? 'done' : index === reached ? 'running' : 'waiting';
        return (
          <li key={one} data-state={state}>
            {state === 'done' && <Icon name="check" size={13} />}
            {t(`certificates.rotation.${one}`)}
          </li>
        );
      })}
    </ol>
  );
}
