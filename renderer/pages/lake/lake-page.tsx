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
  const isAbsent = pipeline?.status === 'absent';
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
        {isAbsent && pipeline.isTargetEmpty && (
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
        {isAbsent && !pipeline.isTargetEmpty && <Others pipeline={pipeline} />}
        {(isThere || (isAbsent && !pipeline.isTargetEmpty)) && <TablePanel />}
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
        <BufferPanel streams={pipeline.streams} first={pipeline.stream?.name ?? null} />
        <CrawlerPanel crawler={pipeline.crawler} />
      </div>
      {pipeline.lake !== null && <ObjectBrowser bucket={pipeline.lake.bucket} written={writtenOf(pipeline)} />}
    </>
  );
}

/** What other rules have made, while the course's pipeline is not set up. */
function Others({ pipeline }: { readonly pipeline: PipelineState }) {
  const { t } = useTranslation();
  return (
    <>
      <section className={`${page['panel'] ?? ''} ${styles['hint'] ?? ''}`} aria-label={t('lake.emptyTitle')}>
        <div>
          <h2 className={page['panelTitle']}>{t('lake.emptyTitle')}</h2>
          <p className={styles['quiet']}>{t('lake.emptyText')}</p>
        </div>
        <Button kind="primary" icon="lake" onClick={setUpPipeline}>
          {t('lake.setUp')}
        </Button>
      </section>
      {pipeline.streams.length > 0 && <BufferPanel streams={pipeline.streams} first={null} />}
      <ObjectBrowser bucket={null} written={writtenOf(pipeline)} />
    </>
  );
}

/** Grows with every object that the target tells of. */
function writtenOf({ lake, streams }: PipelineState): number {
  return streams.reduce((sum, { buffer }) => sum + (buffer?.deliveredObjects ?? 0), lake?.objects ?? 0);
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
