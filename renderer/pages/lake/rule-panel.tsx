/** The topic rule: its SQL and what it has counted. */
import { useTranslation } from 'react-i18next';
import type { PipelineState } from '../../../preload/shapes.ts';
import { MISSING } from '../../text/format.ts';
import { useFormat } from '../../text/use-format.ts';
import page from '../page.module.css';
import styles from './lake-page.module.css';

export function RulePanel({ rule }: { readonly rule: PipelineState['rule'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className={page['panel']} aria-label={t('lake.rule')}>
      <div className={page['panelHead']}>
        <h2 className={page['panelTitle']}>{t('lake.rule')}</h2>
        <code className={styles['name']}>{rule?.name}</code>
      </div>
      <div className={styles['content']}>
        {rule === null ? (
          <p className={styles['quiet']}>{t('lake.notThere')}</p>
        ) : (
          <>
            <pre className={styles['sql']}>{rule.sql}</pre>
            <dl className={styles['facts']}>
              {(['matched', 'passed', 'delivered', 'failed'] as const).map((counter) => {
                const value = rule[counter];
                return (
                  <div
                    key={counter}
                    data-bad={(counter === 'failed' && value !== null && value > 0) || undefined}
                    title={value === null ? t('lake.notTold') : undefined}
                  >
                    <dt>{t(`lake.counter.${counter}`)}</dt>
                    <dd>{value === null ? MISSING : format.integer(value)}</dd>
                  </div>
                );
              })}
            </dl>
          </>
        )}
      </div>
    </section>
  );
}
