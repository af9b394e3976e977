/** The way of a message, stage by stage, with what each stage has counted. */
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PipelineState } from '../../../preload/shapes.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { useLive } from '../../state/live.ts';
import { databasesQuery } from '../../state/query.ts';
import type { PageName } from '../../state/route.ts';
import { MISSING } from '../../text/format.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './flow.module.css';

type Stage = {
  readonly id: 'stations' | 'topic' | 'rule' | 'firehose' | 's3' | 'crawler' | 'table';
  readonly icon: IconName;
  readonly value: string;
  readonly detail: string;
  readonly isThere: boolean;
  /** Where one sees what was counted. */
  readonly page?: PageName;
};

export function Flow({ pipeline }: { readonly pipeline: PipelineState }) {
  const { t } = useTranslation();
  const stages = useStages(pipeline);
  const isMoving = useLive(({ fleet }) => (fleet?.rate ?? 0) > 0);
  return (
    <ol className={styles['flow']} aria-label={t('lake.flow')} data-moving={isMoving || undefined}>
      {stages.map(({ id, icon, value, detail, isThere, page }) => (
        <li key={id} className={styles['stage']} data-there={isThere || undefined}>
          <span className={styles['node']}>
            <Icon name={icon} size={15} />
          </span>
          <strong>{t(`lake.stage.${id}`)}</strong>
          {page === undefined ? (
            <span className={styles['value']}>{value}</span>
          ) : (
            <a className={styles['value']} href={`#${page}`}>
              {value}
            </a>
          )}
          <span className={styles['detail']} title={detail}>
            {detail}
          </span>
        </li>
      ))}
    </ol>
  );
}

function useStages({ rule, stream, lake, crawler, status }: PipelineState): readonly Stage[] {
  const { t } = useTranslation();
  const format = useFormat();
  const fleet = useLive((live) => live.fleet);
  const { data: databases } = useQuery(databasesQuery(status === 'ready'));
  const stations = fleet?.stations ?? [];
  const tables = databases?.flatMap((database) => database.tables) ?? [];
  const live = stations.filter(({ state }) => state === 'live').length;
  const count = (value: number | null | undefined) =>
    value === null || value === undefined ? MISSING : format.integer(value);
  const absent = t('lake.notThere');
  return [
    {
      id: 'stations',
      icon: 'stations',
      value: t('lake.live', { live: count(live), all: count(stations.length) }),
      detail: `${format.rate(fleet?.rate ?? 0)} ${t('common.unit.rate')}`,
      isThere: stations.length > 0,
      page: 'stations',
    },
    {
      id: 'topic',
      icon: 'topics',
      value: t('lake.acknowledged', { amount: count(fleet?.acknowledged) }),
      detail: 'sensor/weather/#',
      isThere: stations.length > 0,
      page: 'topics',
    },
    {
      id: 'rule',
      icon: 'flush',
      value: rule === null ? absent : t('lake.matched', { amount: count(rule.matched) }),
      detail: rule?.name ?? '',
      isThere: rule !== null,
    },
    {
      id: 'firehose',
      icon: 'drop',
      value: stream === null ? absent : t('lake.buffered', { amount: count(stream.bufferedRecords) }),
      detail: stream?.name ?? '',
      isThere: stream !== null,
    },
    {
      id: 's3',
      icon: 'folder',
      value: lake === null ? absent : t('lake.objects', { count: lake.objects, amount: count(lake.objects) }),
      detail: lake === null ? '' : format.bytes(lake.bytes),
      isThere: lake !== null,
    },
    {
      id: 'crawler',
      icon: 'spider',
      value: crawler === null ? absent : t(`lake.crawlerState.${crawler.state}`),
      detail: crawler === null ? '' : crawler.lastCrawl === null ? t('lake.never') : crawler.name,
      isThere: crawler !== null,
    },
    {
      id: 'table',
      icon: 'table',
      value:
        databases === undefined ? MISSING : t('lake.tables', { count: tables.length, amount: count(tables.length) }),
      detail: tables.map(({ name }) => name).join(', '),
      isThere: tables.length > 0,
      page: 'query',
    },
  ];
}
