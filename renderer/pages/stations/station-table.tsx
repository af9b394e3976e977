/** Many stations as lines of a table; only the lines in sight are drawn. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StationStatus } from '../../../preload/shapes.ts';
import { SpeedSlider } from './speed-slider.tsx';
import { setSpeed } from '../../state/fleet-actions.ts';
import { BY_NAME, ordered, type StationColumn } from '../../state/station-order.ts';
import { useErrorSentence } from '../../text/use-error-sentence.ts';
import { useFormat } from '../../text/use-format.ts';
import { StateWord } from './state-word.tsx';
import { StationActions } from './station-actions.tsx';
import styles from './station-table.module.css';
import { WindArrow } from './weather-symbols.tsx';

const ROW_HEIGHT = 44;

const COLUMNS: readonly StationColumn[] = [
  'station',
  'state',
  'temperature',
  'wind',
  'pressure',
  'clock',
  'speed',
  'rate',
  'acknowledged',
  'failed',
  'behind',
];

export function StationTable({ stations: all }: { readonly stations: readonly StationStatus[] }) {
  const { t } = useTranslation();
  const [order, setOrder] = useState(BY_NAME);
  const stations = useMemo(() => ordered(all, order), [all, order]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: stations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  return (
    <div className={styles['frame']}>
      <div
        ref={scroller}
        className={styles['scroller']}
        role="table"
        aria-label={t('stations.list')}
        aria-rowcount={stations.length + 1}
      >
        <div role="row" className={`${styles['row'] ?? ''} ${styles['head'] ?? ''}`}>
          {COLUMNS.map((column) => (
            <span
              key={column}
              role="columnheader"
              data-column={column}
              aria-sort={order.column !== column ? 'none' : order.isUp ? 'ascending' : 'descending'}
            >
              <button
                type="button"
                onClick={() => setOrder({ column, isUp: order.column === column ? !order.isUp : true })}
              >
                {t(`stations.column.${column}`)}
              </button>
            </span>
          ))}
          <span role="columnheader" data-column="actions">
            {t('stations.column.actions')}
          </span>
        </div>
        <div role="rowgroup" className={styles['body']} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const station = stations[index];
            return (
              station !== undefined && (
                <div
                  key={station.id}
                  role="row"
                  aria-rowindex={index + 2}
                  className={styles['row']}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <StationLine station={station} />
                </div>
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

function StationLine({ station }: { readonly station: StationStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sentence = useErrorSentence();
  const { id, name, kind, state, error, latest, simulatedTime, speed, rate, acknowledged, failed, behind } = station;
  const temperature = latest?.temperature ?? null;
  const changeSpeed = useCallback((value: number) => setSpeed([id], value), [id]);
  const direction = latest?.windDirection ?? null;
  return (
    <>
      <span role="rowheader" data-column="station">
        <strong title={name}>{name}</strong>
        <small>
          <code>{id}</code> · {t(`stations.kind.${kind}`)}
        </small>
      </span>
      <span role="cell" data-column="state" title={error === null ? undefined : sentence(error)}>
        <StateWord state={state} />
      </span>
      <span
        role="cell"
        data-column="temperature"
        data-sign={temperature === null ? undefined : temperature < 0 ? 'cold' : 'warm'}
      >
        {format.number(temperature)}
      </span>
      <span role="cell" data-column="wind">
        {direction !== null && <WindArrow from={direction} />}
        {format.number(latest?.windSpeed ?? null)}
      </span>
      <span role="cell" data-column="pressure">
        {format.number(latest?.pressure ?? null)}
      </span>
      <span role="cell" data-column="clock">
        {simulatedTime === null && station.position === 0
          ? t('stations.notStarted')
          : format.utc(simulatedTime).replace(' UTC', '')}
      </span>
      <span role="cell" data-column="speed">
        <SpeedSlider
          hasMarks={false}
          speed={speed}
          label={t('stations.speedOf', { name })}
          valueLabel={t('stations.speedValueOf', { name })}
          onChange={changeSpeed}
        />
      </span>
      <span role="cell" data-column="rate">
        {format.rate(rate)}
      </span>
      <span role="cell" data-column="acknowledged">
        {format.integer(acknowledged)}
      </span>
      <span role="cell" data-column="failed" data-bad={failed > 0 || undefined}>
        {format.integer(failed)}
      </span>
      <span role="cell" data-column="behind" data-late={behind > 0 || undefined}>
        {format.integer(behind)}
      </span>
      <span role="cell" data-column="actions">
        <StationActions id={id} name={name} state={state} isCompact />
      </span>
    </>
  );
}
