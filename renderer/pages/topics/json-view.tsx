/** JSON in lines that fold; a click on a number plots it. Only the lines one sees are made, so large ones open at once. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/button.tsx';
import { notifyDone } from '../../state/notices.tsx';
import { unfolded, type JsonLine } from '../../state/json-lines.ts';
import { pathOf } from '../../state/latest-order.ts';
import { pin, usePins } from '../../state/topic-plots.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './message-detail.module.css';

type Props = { readonly filter: string; readonly topic: string; readonly lines: readonly JsonLine[] };

const LINE_HEIGHT = 19;
/** Documents longer than this open with their inner levels folded. */
const LONG = 400;

export function JsonView({ filter, topic, lines }: Props) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [folded, setFolded] = useState<ReadonlySet<number>>(() => (lines.length > LONG ? inner(lines) : new Set()));
  const seen = unfolded(lines, folded);
  const rows = useVirtualizer({
    count: seen.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 10,
  });
  const toggle = (index: number) => {
    const next = new Set(folded);
    if (!next.delete(index)) next.add(index);
    setFolded(next);
  };
  return (
    <>
      <div className={styles['folds']}>
        <Button small kind="quiet" onClick={() => setFolded(inner(lines))}>
          {t('topics.foldAll')}
        </Button>
        <Button small kind="quiet" onClick={() => setFolded(new Set())}>
          {t('topics.unfoldAll')}
        </Button>
      </div>
      <div ref={scroller} className={styles['lines']} role="group" aria-label={t('topics.asJson')}>
        <div className={styles['space']} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const place = seen[index] ?? 0;
            const line = lines[place];
            if (line === undefined) return null;
            return (
              <div
                key={place}
                className={styles['line']}
                style={{ transform: `translateY(${start}px)`, paddingLeft: 18 + line.depth * 14 }}
              >
                <Line
                  line={line}
                  topic={topic}
                  filter={filter}
                  isFolded={folded.has(place)}
                  hasCommaAfter={lines[line.end]?.hasComma === true}
                  onToggle={() => toggle(place)}
                />
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

type LineProps = {
  readonly line: JsonLine;
  readonly filter: string;
  readonly topic: string;
  readonly isFolded: boolean;
  readonly hasCommaAfter: boolean;
  readonly onToggle: () => void;
};

function Line({ line, filter, topic, isFolded, hasCommaAfter, onToggle }: LineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const isPinned = usePins(({ pins }) => pins.some((entry) => entry.topic === topic && entry.path === line.pointer));
  const path = pathOf(line.pointer);
  const name = path === '' ? 'JSON' : path;
  return (
    <>
      {line.kind === 'open' && line.size > 0 && (
        <button
          type="button"
          className={styles['fold']}
          aria-expanded={!isFolded}
          aria-label={t(isFolded ? 'topics.unfold' : 'topics.fold', { name })}
          onClick={onToggle}
        >
          {isFolded ? '▸' : '▾'}
        </button>
      )}
      {line.key !== null && <span className={styles['key']}>{line.key}: </span>}
      {line.kind === 'number' ? (
        <button
          type="button"
          className={styles['number']}
          data-pinned={isPinned || undefined}
          title={t('topics.pinNumber', { path: name })}
          aria-label={`${line.text}. ${t('topics.pinNumber', { path: name })}`}
          onClick={() => {
            if (!pin(filter, topic, line.pointer)) notifyDone(t('topics.plots'), t('topics.tooManyPlots'));
          }}
        >
          {line.text}
        </button>
      ) : (
        <span className={styles[line.kind]}>{line.text}</span>
      )}
      {line.kind === 'open' && (isFolded || line.size === 0) && (
        <span className={styles['folded']}>
          {isFolded && ` ${t('topics.values', { amount: format.integer(line.size) })} `}
        </span>
      )}
      {isFolded && (line.text === '{' ? '}' : ']')}
      {(isFolded ? hasCommaAfter : line.hasComma) && ','}
    </>
  );
}

function inner(lines: readonly JsonLine[]): ReadonlySet<number> {
  return new Set(lines.flatMap((line, index) => (line.depth > 0 && line.end > index + 1 ? [index] : [])));
}
