/** What concerns the whole window: a process that is being restarted, or cannot be; goes away by itself. */
import { useTranslation } from 'react-i18next';
import { Icon } from '../parts/icon.tsx';
import { useLive } from '../state/live.ts';
import { useErrorSentence } from '../text/use-error-sentence.ts';
import styles from './banners.module.css';

export function Banners() {
  const { t } = useTranslation();
  const sentence = useErrorSentence();
  const health = useLive((live) => live.health);
  if (health === null) return null;
  const troubled = health.processes.filter(({ state }) => state === 'restarting' || state === 'failed');
  const isOtherwiseWell = troubled.length === 0 && health.targetError !== null;
  return (
    <div aria-live="polite">
      {troubled.map(({ name, state, error }) => (
        <p key={name} className={styles['banner']} data-tone={state === 'failed' ? 'fault' : 'warning'}>
          <Icon name="warning" size={15} />
          {state === 'restarting' ? (
            <span>{t(`health.banner.${name}`)}</span>
          ) : (
            <span>
              {error === null
                ? `${t('health.failed', { process: t(`health.${name}`) })} ${t('health.failedHint')}`
                : `${sentence(error, true)} ${error.hint === undefined ? t('health.failedHint') : ''}`}
            </span>
          )}
        </p>
      ))}
      {isOtherwiseWell && (
        <p className={styles['banner']} data-tone="fault">
          <Icon name="warning" size={15} />
          <span>{health.targetError !== null && sentence(health.targetError, true)}</span>
        </p>
      )}
    </div>
  );
}
