/** The live log of one subscription: a virtual list, newest on top, and the message one has opened beside it. */
import { TextInput } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TopicMessage } from '../../../preload/shapes.ts';
import { Button } from '../../parts/button.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Icon } from '../../parts/icon.tsx';
import { findMessages, KEPT } from '../../state/topic-log.ts';
import type { Subscription } from '../../state/topics.ts';
import { useFormat } from '../../text/use-format.ts';
import { MessageDetail } from './message-detail.tsx';
import styles from './topic-log.module.css';

export function TopicLog({ subscription }: { readonly subscription: Subscription }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const [opened, setOpened] = useState<TopicMessage | null>(null);
  const { view, filter, log } = subscription;
  const messages = findMessages(view.messages, search);
  return (
    <section className={styles['log']} role="tabpanel" aria-label={filter}>
      <div className={styles['tools']}>
        <Button small icon={view.isPaused ? 'play' : 'pause'} onClick={view.isPaused ? log.resume : log.pause}>
          {t(view.isPaused ? 'topics.resume' : 'topics.pause')}
        </Button>
        <Button small icon="clear" onClick={log.clear}>
          {t('topics.clear')}
        </Button>
        <TextInput
          className={styles['search']}
          aria-label={t('topics.search')}
          placeholder={t('topics.search')}
          leftSection={<Icon name="search" size={13} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Counts subscription={subscription} />
      </div>
      {view.error !== null && (
        <div className={styles['error']}>
          <ErrorNotice
            error={view.error}
            tone={view.state === 'refused' ? 'fault' : 'warning'}
            actions={view.state === 'connecting' && <span>{t('topics.reconnecting')}</span>}
          />
        </div>
      )}
      <div className={styles['body']}>
        {messages.length === 0 ? (
          view.state !== 'refused' && (
            <EmptyState title={t(view.messages.length > 0 ? 'topics.nothingFits' : 'topics.waitingTitle')} small>
              {view.messages.length > 0 ? undefined : t('topics.waitingText')}
            </EmptyState>
          )
        ) : (
          <MessageList
            label={t('topics.log', { filter })}
            messages={messages}
            opened={opened}
            onOpen={setOpened}
            onScrolledDown={log.pause}
          />
        )}
        {opened !== null && <MessageDetail message={opened} onClose={() => setOpened(null)} />}
      </div>
    </section>
  );
}

function Counts({ subscription: { view } }: { readonly subscription: Subscription }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <p className={styles['counts']}>
      {view.isPaused && <strong role="status">{t('topics.waiting', { amount: format.integer(view.waiting) })}</strong>}
      <span>{t('topics.received', { amount: format.integer(view.received) })}</span>
      {view.notShown > 0 && (
        <span className={styles['not-shown']} title={t('topics.notShownHint')}>
          {t('topics.notShown', { amount: format.integer(view.notShown) })}
        </span>
      )}
      <span>{t('topics.kept', { amount: format.integer(KEPT) })}</span>
    </p>
  );
}

type MessageListProps = {
  readonly label: string;
  readonly messages: readonly TopicMessage[];
  readonly opened: TopicMessage | null;
  readonly onOpen: (message: TopicMessage) => void;
  /** Lines that move away under the eye cannot be read: whoever scrolls down wants them to stand still. */
  readonly onScrolledDown: () => void;
};

const ROW_HEIGHT = 28;

function MessageList({ label, messages, opened, onOpen, onScrolledDown }: MessageListProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: messages.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  return (
    <div
      ref={scroller}
      className={styles['scroller']}
      onScroll={(event) => {
        if (event.currentTarget.scrollTop > ROW_HEIGHT) onScrolledDown();
      }}
    >
      <div role="table" aria-label={label} aria-rowcount={messages.length + 1}>
        <div role="row" className={`${styles['row'] ?? ''} ${styles['head'] ?? ''}`}>
          {(['time', 'topic', 'size', 'qos', 'payload'] as const).map((column) => (
            <span key={column} role="columnheader">
              {t(`topics.${column}`)}
            </span>
          ))}
        </div>
        <div role="rowgroup" className={styles['rows']} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const message = messages[index];
            if (message === undefined) return null;
            return (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 2}
                className={styles['row']}
                data-opened={message === opened || undefined}
                style={{ transform: `translateY(${start}px)` }}
              >
                <span role="cell">{format.clock(message.at)}</span>
                <span role="cell">
                  <button type="button" title={message.topic} onClick={() => onOpen(message)}>
                    {message.topic}
                  </button>
                  {message.retained && <em>{t('topics.retained')}</em>}
                </span>
                <span role="cell">{format.bytes(message.bytes)}</span>
                <span role="cell">{message.qos}</span>
                <span role="cell">{message.payload.slice(0, 400)}</span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
