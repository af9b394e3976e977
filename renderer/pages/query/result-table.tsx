/** The rows of a result in a virtual grid: numbers to the right, NULL as an em dash. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueryRows } from '../../../preload/shapes.ts';
import { Button } from '../../parts/button.tsx';
import { isNumeric } from '../../state/chart-suggestion.ts';
import { loadMoreRows, useQueryState } from '../../state/query.ts';
import { MISSING } from '../../text/format.ts';
import styles from './result-table.module.css';

const ROW_HEIGHT = 28;
/** Width of a character of the mono face at 12 px, and the bounds of a column. */
const CHARACTER = 7.4;
const NARROWEST = 72;
const WIDEST = 360;
const PADDING = 28;

export function ResultTable({ result }: { readonly result: QueryRows }) {
  const { t } = useTranslation();
  const isLoadingMore = useQueryState((state) => state.isLoadingMore);
  const scroller = useRef<HTMLDivElement>(null);
  const { columns, rows } = result;
  const template = useMemo(() => templateOf({ columns, rows }), [columns, rows]);
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const numeric = columns.map(isNumeric);
  return (
    <>
      <div ref={scroller} className={styles['scroller']}>
        <div
          role="grid"
          aria-label={t('query.results')}
          aria-rowcount={rows.length + 1}
          aria-colcount={columns.length}
          aria-readonly="true"
          className={styles['grid']}
        >
          <div role="row" className={styles['head']} style={{ gridTemplateColumns: template }}>
            {columns.map(({ name, type }, index) => (
              <span key={index} role="columnheader" data-number={numeric[index] || undefined} title={type}>
                {name} <em>{type.replace(/[(<].*/, '')}</em>
              </span>
            ))}
          </div>
          <div role="rowgroup" className={styles['rows']} style={{ height: lines.getTotalSize() }}>
            {lines.getVirtualItems().map(({ index, start }) => (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 2}
                className={styles['row']}
                style={{ gridTemplateColumns: template, transform: `translateY(${start}px)` }}
              >
                {rows[index]?.map((value, column) => (
                  <span
                    key={column}
                    role="gridcell"
                    data-number={numeric[column] || undefined}
                    data-null={value === null || undefined}
                    title={value !== null && value.length > 40 ? value : undefined}
                  >
                    {value ?? MISSING}
                  </span>
                ))}
              </div>
            ))}
          </div>
        </div>
      </div>
      {result.token !== null && (
        <div className={styles['more']}>
          <Button small disabled={isLoadingMore} onClick={() => void loadMoreRows()}>
            {t('query.more')}
          </Button>
        </div>
      )}
    </>
  );
}

/** Column widths from the first rows, so that a page of a million rows costs no more than one of fifty. */
function templateOf({ columns, rows }: Pick<QueryRows, 'columns' | 'rows'>): string {
  const widths = columns.map(({ name, type }, index) => {
    const head = name.length + type.replace(/[(<].*/, '').length + 1;
    const longest = rows.slice(0, 50).reduce((most, row) => Math.max(most, row[index]?.length ?? 0), head);
    return Math.round(Math.min(WIDEST, Math.max(NARROWEST, longest * CHARACTER + PADDING)));
  });
  return `${widths.map((width) => `${width}px`).join(' ')} minmax(0, 1fr)`;
}
