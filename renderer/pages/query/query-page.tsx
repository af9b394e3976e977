/** SQL on the lake: tables on the left, the statement above, its answer below as a table or a chart. */
import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { samplesFor } from '../../state/samples.ts';
import { chooseDatabase, databasesQuery, useQueryState } from '../../state/query.ts';
import { Catalogue } from './catalogue.tsx';
import { EditorPanel } from './editor-panel.tsx';
import styles from './query-page.module.css';
import { ResultChart } from './result-chart.tsx';
import { ResultHead } from './result-head.tsx';
import { ResultTable } from './result-table.tsx';

export function QueryPage() {
  const databases = useQuery(databasesQuery(true));
  const database = useQueryState((state) => state.database);
  const known = databases.data;
  const first = known === undefined ? undefined : (samplesFor(known)[0]?.database ?? known[0]?.name);
  useEffect(() => {
    if (database === null && first !== undefined) chooseDatabase(first);
  }, [database, first]);
  return (
    <div className={styles['page']}>
      <Catalogue databases={databases} />
      <div className={styles['work']}>
        <EditorPanel databases={known ?? []} />
        <Answer />
      </div>
    </div>
  );
}

function Answer() {
  const { t } = useTranslation();
  const { result, status, error, isRunning } = useQueryState();
  const [tab, setTab] = useState<string | null>('results');
  return (
    <section className={styles['answer']} aria-label={t('query.results')}>
      <Tabs value={tab} onChange={setTab} keepMounted={false} className={styles['tabs']}>
        <div className={styles['answer-head']}>
          <Tabs.List>
            <Tabs.Tab value="results">{t('query.results')}</Tabs.Tab>
            <Tabs.Tab value="chart">{t('query.chart')}</Tabs.Tab>
          </Tabs.List>
          <ResultHead />
        </div>
        {error !== null && (
          <div className={styles['error']}>
            <ErrorNotice error={error} />
          </div>
        )}
        {error === null && (status?.state === 'FAILED' || status?.state === 'CANCELLED') && (
          <div className={styles['error']}>
            <ErrorNotice
              tone={status.state === 'FAILED' ? 'fault' : 'warning'}
              error={
                status.state === 'FAILED'
                  ? { message: status.reason ?? t('query.notSucceeded'), hint: t('query.failedHint') }
                  : { message: t('query.state.CANCELLED') }
              }
            />
          </div>
        )}
        {result === null && error === null && (status === null || isRunning) && (
          <EmptyState title={isRunning ? t(`query.state.${status?.state ?? 'QUEUED'}`) : t('query.idleTitle')}>
            {isRunning ? undefined : t('query.idleText')}
          </EmptyState>
        )}
        {result !== null && result.rows.length === 0 && (
          <EmptyState small title={t('query.emptyTitle')}>
            {t('query.emptyText')}
          </EmptyState>
        )}
        {result !== null && result.rows.length > 0 && (
          <>
            <Tabs.Panel value="results">
              <ResultTable result={result} />
            </Tabs.Panel>
            <Tabs.Panel value="chart">
              <ResultChart key={status?.id} result={result} />
            </Tabs.Panel>
          </>
        )}
      </Tabs>
    </section>
  );
}
