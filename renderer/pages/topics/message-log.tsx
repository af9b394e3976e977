/** The live log of one subscription: a virtual list, newest on top, with columns one can widen. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../parts/empty-state.tsx';
import { useTopicMemory } from '../../state/topic-memory.ts';
import { wish, type Subscription } from '../../state/topics.ts';
import { useFormat } from '../../text/use-format.ts';
import { ColumnGrip } from './column-grip.tsx';
import { Highlight } from './highlight.tsx';
import styles from './message-log.module.css';

type Props = {
  readonly subscription: Subscription;
  readonly opened: number | null;
  readonly onOpen: (n: number) => void;
};

const ROW_HEIGHT = 28;
const COLUMNS = ['time', 'topic', 'qos', 'size'] as const;

export function MessageLog({ subscription, opened, onOpen }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = useTopicMemory((memory) => memory.columns);
  const scroller = useRef<HTMLDivElement>(null);
  const { rows: messages, filter, search, state, isPaused } = subscription;
  const rows = useVirtualizer({
    count: messages.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  if (messages.length === 0) {
    if (state === 'refused') return <div className={styles['scroller']} />;
    return search === '' ? (
      <EmptyState title={t('topics.waitingTitle')} small>
        {t('topics.waitingText')}
      </EmptyState>
    ) : (
      <EmptyState title={t('topics.nothingFits')} small />
    );
  }
  const grid: CSSProperties = {
    gridTemplateColumns: `${columns.map((width) => `${width}px`).join(' ')} minmax(120px, 1fr)`,
  };
  return (
    <div
      ref={scroller}
      className={styles['scroller']}
      onScroll={(event) => {
        // Lines that move away under the eye cannot be read: whoever scrolls down wants them to stand still.
        if (event.currentTarget.scrollTop > ROW_HEIGHT && !isPaused) wish(filter, { isPaused: true });
      }}
    >
      <div role="table" aria-label={t('topics.log', { filter })} aria-rowcount={messages.length + 1}>
        <div role="row" className={`${styles['row'] ?? ''} ${styles['head'] ?? ''}`} style={grid}>
          {COLUMNS.map((column, index) => (
            <span key={column} role="columnheader">
              {t(`topics.${column}`)}
              <ColumnGrip index={index} label={t('topics.resize', { column: t(`topics.${column}`) })} />
            </span>
          ))}
          <span role="columnheader">{t('topics.payload')}</span>
        </div>
        <div role="rowgroup" className={styles['rows']} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const message = messages[index];
            if (message === undefined) return null;
            const { n, at, topic, qos, retained, bytes, preview } = message;
            return (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 2}
                className={styles['row']}
                data-opened={n === opened || undefined}
                style={{ ...grid, transform: `translateY(${start}px)` }}
              >
                <span role="cell">{format.clock(at)}</span>
                <span role="cell">
                  <button type="button" title={topic} onClick={() => onOpen(n)}>
                    <Highlight text={topic} search={search} />
                  </button>
                  {retained && <em>{t('topics.retained')}</em>}
                </span>
                <span role="cell">{qos}</span>
                <span role="cell">{format.bytes(bytes)}</span>
                <span role="cell">
                  <Highlight text={preview} search={search} />
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
