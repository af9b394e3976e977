/** Bytes in hexadecimal with their letters; only the lines one sees are made. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { hexLine, hexLineCount } from '../../state/topic-bytes.ts';
import styles from './message-detail.module.css';

const LINE_HEIGHT = 19;

export function HexView({ bytes }: { readonly bytes: Uint8Array }) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: hexLineCount(bytes),
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 10,
  });
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a long text must be reachable by keyboard to be scrolled
    <div ref={scroller} className={styles['lines']} role="document" aria-label={t('topics.asHex')} tabIndex={0}>
      <div className={styles['space']} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const { place, hex, letters } = hexLine(bytes, index);
          return (
            <div key={index} className={styles['line']} style={{ transform: `translateY(${start}px)` }}>
              <i>{place}</i>
              <span>{hex}</span>
              <b>{letters}</b>
            </div>
          );
        })}
      </div>
    </div>
  );
}
