/** The edge of a column: dragged with the pointer, or moved with the arrow keys. */
import { useRef } from 'react';
import { setColumns, useTopicMemory } from '../../state/topic-memory.ts';
import styles from './message-log.module.css';

const LEAST = 36;
const MOST = 900;
const STEP = 16;

export function ColumnGrip({ index, label }: { readonly index: number; readonly label: string }) {
  const columns = useTopicMemory((memory) => memory.columns);
  const drag = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const width = columns[index] ?? LEAST;
  const set = (next: number) => {
    const bounded = Math.min(MOST, Math.max(LEAST, Math.round(next)));
    setColumns(columns.map((old, column) => (column === index ? bounded : old)));
  };
  return (
    <span
      role="slider"
      tabIndex={0}
      className={styles['grip']}
      aria-label={label}
      aria-orientation="horizontal"
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={width}
      onPointerDown={(event) => {
        drag.current = { x: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (drag.current !== null) set(drag.current.width + event.clientX - drag.current.x);
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') set(width - STEP);
        if (event.key === 'ArrowRight') set(width + STEP);
      }}
    />
  );
}
