/** The newest value of every topic in lines that stay where they are; JSON fields one chooses stand as columns. */
import { TagsInput } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../parts/empty-state.tsx';
import { orderOf, pathOf, pointerOf, type LatestSort } from '../../state/latest-order.ts';
import { wish, type Subscription } from '../../state/topics.ts';
import { MISSING } from '../../text/format.ts';
import { useFormat } from '../../text/use-format.ts';
import { Highlight } from './highlight.tsx';
import styles from './latest-table.module.css';

type Props = { readonly subscription: Subscription; readonly onOpen: (n: number) => void };

const ROW_HEIGHT = 28;
const MOST_FIELDS = 6;
const WEATHER = ['air_temperature.value', 'sea_level_pressure.value', 'wind_speed.value', 'dew_point.value'];

export function LatestTable({ subscription, onOpen }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const scroller = useRef<HTMLDivElement>(null);
  const { latest, fields, filter, tree } = subscription;
  const search = subscription.search.trim().toLowerCase();
  const [sort, setSort] = useState<LatestSort>({ by: 'topic', isDescending: false, clicks: 0 });
  // Sorted when a column is clicked or a topic comes, not when a value changes: lines stand still.
  const order = useMemo(
    () => orderOf(latest, sort, search),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the map changes in place; its size tells that a topic came
    [latest, latest.size, sort, search],
  );
  const rows = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const columns = [
    { by: 'topic', label: t('topics.topic') },
    { by: 'count', label: t('topics.count') },
    { by: 'at', label: t('topics.lastTime') },
    ...fields.map((field, index) => ({ by: index, label: pathOf(field) })),
  ] as const;
  const grid = {
    gridTemplateColumns: `minmax(160px, 260px) 90px 110px ${fields.map(() => '130px ').join('')}minmax(140px, 1fr)`,
  };
  const click = (by: LatestSort['by']) =>
    setSort({ by, isDescending: sort.by === by ? !sort.isDescending : by !== 'topic', clicks: sort.clicks + 1 });
  return (
    <div className={styles['table']}>
      <TagsInput
        size="xs"
        className={styles['fields'] ?? ''}
        aria-label={t('topics.fields')}
        placeholder={fields.length === 0 ? `${t('topics.fields')}: ${t('topics.fieldsHint')}` : ''}
        data={WEATHER}
        maxTags={MOST_FIELDS}
        value={fields.map(pathOf)}
        onChange={(paths) => wish(filter, { fields: paths.map(pointerOf) })}
      />
      {order.length === 0 ? (
        <EmptyState title={t('topics.noTopics')} small />
      ) : (
        <div ref={scroller} className={styles['scroller']}>
          <div role="table" aria-label={t('topics.latestTable', { filter })} aria-rowcount={order.length + 1}>
            <div role="row" className={`${styles['row'] ?? ''} ${styles['head'] ?? ''}`} style={grid}>
              {columns.map(({ by, label }) => (
                <span
                  key={String(by)}
                  role="columnheader"
                  aria-sort={sort.by !== by ? 'none' : sort.isDescending ? 'descending' : 'ascending'}
                >
                  <button type="button" title={t('topics.sortBy', { column: label })} onClick={() => click(by)}>
                    {label}
                    {sort.by === by && (sort.isDescending ? ' ▾' : ' ▴')}
                  </button>
                </span>
              ))}
              <span role="columnheader">{t('topics.lastValue')}</span>
            </div>
            <div role="rowgroup" className={styles['rows']} style={{ height: rows.getTotalSize() }}>
              {rows.getVirtualItems().map(({ index, start }) => {
                const row = latest.get(order[index] ?? '');
                if (row === undefined) return null;
                return (
                  <div
                    key={row.topic}
                    role="row"
                    className={styles['row']}
                    style={{ ...grid, transform: `translateY(${start}px)` }}
                  >
                    <span role="cell">
                      <button type="button" title={row.topic} onClick={() => onOpen(row.n)}>
                        <Highlight text={row.topic} search={search} />
                      </button>
                      {row.retained && <em>{t('topics.retained')}</em>}
                    </span>
                    <span role="cell">{format.integer(row.count)}</span>
                    <span role="cell">{format.clock(row.at)}</span>
                    {fields.map((field, column) => (
                      <span key={field} role="cell" className={styles['value']}>
                        {row.values[column] ?? MISSING}
                      </span>
                    ))}
                    <span role="cell">{row.preview}</span>
                  </div>
                );
              })}
            </div>
          </div>
        </div>
      )}
      {tree.notKept() > 0 && (
        <p className={styles['note']}>{t('topics.notKept', { amount: format.integer(tree.notKept()) })}</p>
      )}
    </div>
  );
}
