/** Statements to start from: samples for the table at hand, and those run before. */
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../parts/button.tsx';
import { forget, useHistory } from '../../state/query-history.ts';
import { chooseDatabase, writeSql } from '../../state/query.ts';
import type { Sample } from '../../state/samples.ts';
import styles from './catalogue.module.css';

export function Samples({ samples }: { readonly samples: readonly Sample[] }) {
  const { t } = useTranslation();
  if (samples.length === 0) return null;
  return (
    <section className={styles['points']} aria-label={t('query.samples')}>
      <h2>{t('query.samples')}</h2>
      <ul>
        {samples.map(({ id, sql, database }) => (
          <li key={id}>
            <button
              type="button"
              title={sql}
              onClick={() => {
                chooseDatabase(database);
                writeSql(sql);
              }}
            >
              {t(`query.sample.${id}`)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function History() {
  const { t } = useTranslation();
  const statements = useHistory((history) => history.statements);
  return (
    <section className={styles['points']} data-history aria-label={t('query.history')}>
      <div className={styles['points-head']}>
        <h2>{t('query.history')}</h2>
        {statements.length > 0 && <IconButton icon="trash" label={t('query.clearHistory')} onClick={forget} />}
      </div>
      {statements.length === 0 && <p>{t('query.noHistory')}</p>}
      <ul data-code>
        {statements.map((sql) => (
          <li key={sql}>
            <button type="button" title={sql} onClick={() => writeSql(sql)}>
              {sql.replace(/\s+/g, ' ')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
