/** Topics as a tree with counts and newest payloads; a topic that just got a message lights up, unless the person asked for less motion. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../parts/empty-state.tsx';
import type { TreeLine } from '../../state/topic-tree.ts';
import type { Subscription } from '../../state/topics.ts';
import { useFormat } from '../../text/use-format.ts';
import { Highlight } from './highlight.tsx';
import styles from './topic-tree-view.module.css';

type Props = { readonly subscription: Subscription; readonly onOpen: (n: number) => void };

const ROW_HEIGHT = 26;
const FLASH_MS = 400;
/** Levels that are open at first, so that stations of the course show at once. */
const FIRST_OPEN: ReadonlySet<string> = new Set(['sensor', 'sensor/weather']);

export function TopicTreeView({ subscription: { tree, filter, search }, onOpen }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(FIRST_OPEN);
  const [current, setCurrent] = useState('');
  const lines = tree.lines(open, search.trim().toLowerCase());
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  if (lines.length === 0) return <EmptyState title={t('topics.noTopics')} small />;
  const set = (path: string, isOpen: boolean) => {
    const next = new Set(open);
    if (isOpen) next.add(path);
    else next.delete(path);
    setOpen(next);
  };
  const goTo = (index: number) => {
    const line = lines[Math.min(lines.length - 1, Math.max(0, index))];
    if (line === undefined) return;
    setCurrent(line.node.path);
    rows.scrollToIndex(lines.indexOf(line));
  };
  const press = (event: KeyboardEvent) => {
    const at = Math.max(
      0,
      lines.findIndex(({ node }) => node.path === current),
    );
    const line = lines[at];
    if (line === undefined) return;
    const parent = lines.findLastIndex((other, index) => index < at && other.depth < line.depth);
    const hasChildren = line.node.children.size > 0;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => goTo(at + 1),
      ArrowUp: () => goTo(at - 1),
      Home: () => goTo(0),
      End: () => goTo(lines.length - 1),
      ArrowRight: () => (hasChildren && !line.isOpen ? set(line.node.path, true) : goTo(at + 1)),
      ArrowLeft: () => (hasChildren && line.isOpen ? set(line.node.path, false) : goTo(parent)),
      Enter: () => {
        if (line.node.latest !== null) onOpen(line.node.latest.n);
        else set(line.node.path, !line.isOpen);
      },
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  const now = Date.now();
  const label = (path: string) => `topic-${path.replace(/[^\w]/g, (letter) => `-${letter.charCodeAt(0)}`)}`;
  return (
    <div className={styles['scroller']} ref={scroller}>
      <div
        role="tree"
        aria-label={t('topics.tree', { filter })}
        aria-activedescendant={current === '' ? undefined : label(current)}
        tabIndex={0}
        className={styles['tree']}
        style={{ height: rows.getTotalSize() }}
        onKeyDown={press}
      >
        {rows.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          if (line === undefined) return null;
          const { node, depth, isOpen } = line;
          return (
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the tree itself has the keys, as WAI-ARIA's tree pattern asks
            <div
              key={node.path}
              id={label(node.path)}
              role="treeitem"
              tabIndex={-1}
              aria-level={depth + 1}
              aria-selected={node.path === current}
              {...(node.children.size > 0 ? { 'aria-expanded': isOpen } : {})}
              className={styles['row']}
              data-current={node.path === current || undefined}
              data-flash={now - node.changedAt < FLASH_MS || undefined}
              style={{ transform: `translateY(${start}px)`, paddingLeft: 10 + depth * 18 }}
              onClick={() => {
                setCurrent(node.path);
                if (node.children.size > 0) set(node.path, !isOpen);
                else if (node.latest !== null) onOpen(node.latest.n);
              }}
            >
              <Row line={line} search={search} counted={counted(line)} />
            </div>
          );
        })}
      </div>
      {tree.notKept() > 0 && (
        <p className={styles['note']}>{t('topics.notKept', { amount: format.integer(tree.notKept()) })}</p>
      )}
    </div>
  );

  function counted({ node }: TreeLine): string {
    const messages = t('topics.messages', { amount: format.integer(node.count) });
    return node.children.size === 0
      ? messages
      : `${t('topics.topics', { amount: format.integer(node.topics) })}, ${messages}`;
  }
}

function Row({ line: { node, isOpen }, search, counted }: { line: TreeLine; search: string; counted: string }) {
  return (
    <>
      <i aria-hidden="true">{node.children.size === 0 ? '' : isOpen ? '▾' : '▸'}</i>
      <b>
        <Highlight text={node.name === '' ? '∅' : node.name} search={search} />
      </b>
      <span>{counted}</span>
      {node.latest !== null && <code>{node.latest.preview}</code>}
    </>
  );
}
