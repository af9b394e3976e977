/** The set-up, step by step: what is done, what is under way, what failed and what to do about it. */
import { useTranslation } from 'react-i18next';
import type { PipelineStep } from '../../../preload/shapes.ts';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Icon } from '../../parts/icon.tsx';
import page from '../page.module.css';
import styles from './steps.module.css';

export function Steps({ steps }: { readonly steps: readonly PipelineStep[] }) {
  const { t } = useTranslation();
  return (
    <section className={page['panel']} aria-label={t('lake.steps')}>
      <ol className={styles['steps']}>
        {steps.map(({ id, state, detail, error }) => (
          <li key={id}>
            <div className={styles['step']} data-state={state}>
              <span className={styles['sign']}>
                {state === 'done' && <Icon name="check" size={12} />}
                {state === 'failed' && <Icon name="close" size={12} />}
              </span>
              <strong>{t(`lake.step.${id}`)}</strong>
              <code title={detail}>{detail}</code>
              <span className={styles['state']}>{t(`lake.stepState.${state}`)}</span>
            </div>
            {error !== null && <ErrorNotice error={error} />}
          </li>
        ))}
      </ol>
    </section>
  );
}
