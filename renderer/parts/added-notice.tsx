/** What became of the files or stations asked for: refusals with their reason, and damaged records left out. */
import { useTranslation } from 'react-i18next';
import type { StationsAdded } from '../../preload/shapes.ts';
import { useErrorSentence } from '../text/use-error-sentence.ts';
import styles from './added-notice.module.css';

export function AddedNotice({ outcome }: { readonly outcome: StationsAdded }) {
  const { t } = useTranslation();
  const sentence = useErrorSentence();
  return (
    <ul className={styles['list']}>
      {outcome.refused.map(({ name, error }) => (
        <li key={name}>
          <strong>{name}</strong>
          <span>{sentence(error)}</span>
          {error.hint !== undefined && <span className={styles['hint']}>{error.hint}</span>}
        </li>
      ))}
      {outcome.skipped.map(({ name, records, firstLine }) => (
        <li key={name}>{t('notify.skipped', { name, count: records, amount: records, line: firstLine })}</li>
      ))}
    </ul>
  );
}
