/** A job as it goes: counts, time left, every station's state, and what one may do with it. */
import { Progress, Switch } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProvisionItem, ProvisionJob } from '../../../preload/shapes-provisioning.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { actOnJob } from '../../state/provision.ts';
import { useFormat } from '../../text/use-format.ts';
import { durationOf } from './provision-duration.ts';
import styles from './provision.module.css';

type ProvisionProgressProps = { readonly job: ProvisionJob; readonly onAnother: () => void };

const UNDER_WAY: ReadonlySet<ProvisionJob['state']> = new Set(['running', 'pausing', 'cancelling', 'undoing']);

export function ProvisionProgress({ job, onAnother }: ProvisionProgressProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [onlyFailed, setOnlyFailed] = useState(false);
  const runs = UNDER_WAY.has(job.state);
  const isRemoving = job.state === 'undoing';
  const percent = isRemoving
    ? share(job.removed, job.toRemove)
    : (job.taskPercent ?? share(job.done + job.failed, job.total));
  const time = (seconds: number) => durationOf(t, format, seconds);
  const items = onlyFailed ? job.items.filter(({ state }) => state === 'failed') : job.items;
  return (
    <div className={styles['progress']}>
      <p className={styles['headline']} role="status">
        {t(`provision.state.${job.state}`)}
        {runs && <span className={styles['quiet']}> · {t(`provision.step.${job.step}`)}</span>}
      </p>
      <Progress value={percent} aria-label={t('provision.manyTitle')} />
      <p className={styles['counts']}>
        <span>
          {isRemoving
            ? t('made.progress', { removed: format.integer(job.removed), total: format.integer(job.toRemove) })
            : t('provision.counts', {
                done: format.integer(job.done),
                total: format.integer(job.total),
                failed: format.integer(job.failed),
              })}
        </span>
        {job.taskPercent !== null && <span>{t('provision.taskPercent', { percent: job.taskPercent })}</span>}
        {runs && job.secondsLeft !== null && <span>{t('provision.timeLeft', { time: time(job.secondsLeft) })}</span>}
        {!runs && <span>{t('provision.took', { time: time(job.seconds) })}</span>}
      </p>
      {job.error !== null && <ErrorNotice error={job.error} />}
      {job.left.length > 0 && (
        <div>
          <h3>{t('provision.left')}</h3>
          {job.left.map(({ what, error }) => (
            <ErrorNotice key={what} error={{ ...error, message: `${what}: ${error.message}` }} />
          ))}
        </div>
      )}
      {job.failed > 0 && (
        <Switch
          checked={onlyFailed}
          onChange={(event) => setOnlyFailed(event.currentTarget.checked)}
          label={t('provision.onlyFailed')}
        />
      )}
      <Items items={items} />
      <Actions job={job} runs={runs} onAnother={onAnother} />
      {runs && <p className={styles['quiet']}>{t('provision.closeKeeps')}</p>}
    </div>
  );
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10;
}

const LINE_HEIGHT = 30;

/** Thousands of lines: only those in sight are drawn. */
function Items({ items }: { readonly items: readonly ProvisionItem[] }) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 10,
  });
  return (
    <div ref={scroller} className={styles['items']} role="list" aria-label={t('provision.list')}>
      <div className={styles['itemsBody']} style={{ height: lines.getTotalSize() }}>
        {lines.getVirtualItems().map(({ index, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <div
              key={item.name}
              role="listitem"
              className={styles['item']}
              style={{ transform: `translateY(${start}px)` }}
              title={item.error?.message}
            >
              <code>{item.name}</code>
              <span data-state={item.state}>{t(`provision.item.${item.state}`)}</span>
              <span className={styles['reason']}>{item.error?.message ?? ''}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

type ActionsProps = ProvisionProgressProps & { readonly runs: boolean };

function Actions({ job, runs, onAnother }: ActionsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isAsking, setIsAsking] = useState(false);
  const isOpen = job.done + job.failed < job.total;
  const canResume = !runs && isOpen && (job.state === 'paused' || job.state === 'cancelled');
  return (
    <div className={styles['actions']}>
      {job.state === 'running' && job.taskPercent === null && (
        <Button icon="pause" onClick={() => actOnJob('pause')}>
          {t('provision.pause')}
        </Button>
      )}
      {(job.state === 'running' || job.state === 'paused') && (
        <Button onClick={() => actOnJob('cancel')}>{t('provision.cancel')}</Button>
      )}
      {canResume && (
        <Button kind="primary" icon="play" onClick={() => actOnJob('resume')}>
          {t('provision.resume')}
        </Button>
      )}
      {!runs && job.failed > 0 && (
        <Button icon="refresh" onClick={() => actOnJob('retry')}>
          {t('provision.retry', { count: job.failed, amount: format.integer(job.failed) })}
        </Button>
      )}
      {!runs && job.state !== 'undone' && (
        <Button kind="danger" icon="trash" onClick={() => setIsAsking(true)}>
          {t('provision.undo')}
        </Button>
      )}
      {!runs && <Button onClick={onAnother}>{t('provision.another')}</Button>}
      {isAsking && (
        <Confirm
          title={t('provision.undoTitle')}
          text={t('provision.undoText')}
          action={t('provision.undo').replace('…', '')}
          isDanger
          onConfirm={() => actOnJob('undo')}
          onClose={() => setIsAsking(false)}
        />
      )}
    </div>
  );
}
