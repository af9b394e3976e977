/** Topic rules: the list with its counters, or the builder of one rule. */
import { Skeleton } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { newRule, useRules, watchRules } from '../../state/rules.ts';
import { useFormat } from '../../text/use-format.ts';
import page from '../page.module.css';
import { RuleBuilder } from './rule-builder.tsx';
import { RuleList } from './rule-list.tsx';
import styles from './rules-page.module.css';
import { Suggestions } from './suggestions.tsx';

export function RulesPage() {
  useEffect(watchRules, []);
  const draft = useRules((rules) => rules.draft);
  return draft === null ? <Overview /> : <RuleBuilder draft={draft} />;
}

function Overview() {
  const { t } = useTranslation();
  const format = useFormat();
  const rules = useRules(({ state }) => state?.rules ?? null);
  const error = useRules((state) => state.error);
  return (
    <>
      <div className={page['toolbar']}>
        <h1 className={page['title']}>{t('rules.title')}</h1>
        {rules !== null && (
          <p className={page['summary']}>
            {t('rules.summary', { count: rules.length, amount: format.integer(rules.length) })}
          </p>
        )}
        <div className={page['push']}>
          <Button kind="primary" icon="plus" disabled={rules === null} onClick={newRule}>
            {t('rules.new')}
          </Button>
        </div>
      </div>
      <div className={styles['page']}>
        {error !== null && <ErrorNotice error={error} />}
        {rules === null && error === null && (
          <div role="status" aria-label={t('rules.loading')}>
            <Skeleton height={180} />
          </div>
        )}
        {rules !== null && (
          <>
            {rules.length === 0 && (
              <div className={styles['intro']}>
                <h2>{t('rules.emptyTitle')}</h2>
                <p>{t('rules.emptyText')}</p>
              </div>
            )}
            {rules.length > 0 && <RuleList rules={rules} />}
            <Suggestions />
          </>
        )}
      </div>
    </>
  );
}
