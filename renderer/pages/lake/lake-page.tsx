/** The pipeline as one line from stations to table, what each of its parts holds, and the objects it wrote. */
import { Skeleton } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { PipelineState } from '../../../preload/shapes.ts';
import { Button } from '../../parts/button.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { setUpPipeline } from '../../state/fleet-actions.ts';
import { useLive, watchPipeline } from '../../state/live.ts';
import page from '../page.module.css';
import { BufferPanel } from './buffer-panel.tsx';
import { CrawlerPanel } from './crawler-panel.tsx';
import { Flow } from './flow.tsx';
import styles from './lake-page.module.css';
import { ObjectBrowser } from './object-browser.tsx';
import { RulePanel } from './rule-panel.tsx';
import { TablePanel } from './table-panel.tsx';
import { Steps } from './steps.tsx';

export function LakePage() {
  const { t } = useTranslation();
  const pipeline = useLive((live) => live.pipeline);
  const error = useLive((live) => live.pipelineError);
  useEffect(watchPipeline, []);
  const isSettingUp = pipeline?.status === 'settingUp';
  const isThere = pipeline !== null && pipeline.status !== 'absent' && pipeline.status !== 'unknown';
  return (
    <>
      <div className={page['toolbar']}>
        <h1 className={page['title']}>{t('lake.title')}</h1>
        {pipeline !== null && <Status pipeline={pipeline} />}
        {isThere && (
          <div className={page['push']}>
            <Button
              kind={pipeline.status === 'ready' ? 'plain' : 'primary'}
              icon={pipeline.status === 'ready' ? 'check' : 'lake'}
              disabled={isSettingUp}
              onClick={setUpPipeline}
            >
              {isSettingUp ? t('lake.settingUp') : t(pipeline.status === 'ready' ? 'lake.repeat' : 'lake.setUp')}
            </Button>
          </div>
        )}
      </div>
      <div className={styles['page']}>
        {error !== null && <ErrorNotice error={error} />}
        {pipeline !== null && pipeline.error !== null && <ErrorNotice error={pipeline.error} />}
        {(pipeline === null || pipeline.status === 'unknown') && error === null && <Waiting />}
        {pipeline?.status === 'absent' && (
          <EmptyState
            title={t('lake.emptyTitle')}
            actions={
              <Button kind="primary" icon="lake" onClick={setUpPipeline}>
                {t('lake.setUp')}
              </Button>
            }
          >
            {t('lake.emptyText')}
          </EmptyState>
        )}
        {isThere && <Pipeline pipeline={pipeline} />}
        {pipeline !== null && pipeline.status !== 'unknown' && <TablePanel />}
      </div>
    </>
  );
}

function Pipeline({ pipeline }: { readonly pipeline: PipelineState }) {
  const isWhole = pipeline.status === 'ready' || pipeline.steps.every(({ state }) => state === 'done');
  return (
    <>
      <Flow pipeline={pipeline} />
      {!isWhole && <Steps steps={pipeline.steps} />}
      <div className={styles['panels']}>
        <RulePanel rule={pipeline.rule} />
        <BufferPanel stream={pipeline.stream} />
        <CrawlerPanel crawler={pipeline.crawler} />
      </div>
      {pipeline.lake !== null && <ObjectBrowser lake={pipeline.lake} />}
    </>
  );
}

function Status({ pipeline: { status } }: { readonly pipeline: PipelineState }) {
  const { t } = useTranslation();
  if (status === 'absent') return null;
  return (
    <span className={styles['status']} data-status={status} role="status">
      {t(`lake.${status}`)}
    </span>
  );
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <div className={styles['waiting']} role="status" aria-label={t('lake.unknown')}>
      <Skeleton height={104} />
      <Skeleton height={190} />
      <Skeleton height={240} />
    </div>
  );
}
