/** The two rules of the course, each with what it is for, one click away from being tried. */
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/button.tsx';
import { suggestRule, type Suggestion } from '../../state/rules.ts';
import page from '../page.module.css';
import styles from './rules-page.module.css';

const SUGGESTIONS: readonly Suggestion[] = ['firehose', 'dynamoDB'];

export function Suggestions() {
  const { t } = useTranslation();
  return (
    <section className={styles['suggestions']} aria-label={t('rules.suggestions')}>
      <h2>{t('rules.suggestions')}</h2>
      <div className={styles['cards']}>
        {SUGGESTIONS.map((name) => (
          <article key={name} className={page['panel']}>
            <h3>{t(`rules.suggestion.${name}.title`)}</h3>
            <p>{t(`rules.suggestion.${name}.text`)}</p>
            <Button small onClick={() => suggestRule(name)}>
              {t('rules.trySuggestion')}
            </Button>
          </article>
        ))}
      </div>
    </section>
  );
}
