/** One subscription: its tools and counts, what is wrong with it, its log, tree or table, and the message one has opened beside it. */
import { SegmentedControl, TextInput } from '@mantine/core';
import { memo, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useLive } from '../../state/live.ts';
import type { Draft } from '../../state/topic-memory.ts';
import { clear, wish, type Subscription, type TopicView } from '../../state/topics.ts';
import { useFormat } from '../../text/use-format.ts';
import { LatestTable } from './latest-table.tsx';
import { MessageDetail } from './message-detail.tsx';
import { MessageLog } from './message-log.tsx';
import { RecordMenu, RecordingLine } from './record-menu.tsx';
import { SubscriptionCounts } from './subscription-counts.tsx';
import styles from './subscription-panel.module.css';
import { TopicTreeView } from './topic-tree-view.tsx';

type Props = { readonly subscription: Subscription; readonly onPublishLike: (draft: Draft) => void };

const VIEWS: readonly TopicView[] = ['messages', 'tree', 'latest'];
const SEARCH_DELAY_MS = 150;
/** AWS delivers 100 messages a second to one connection; said a little before it bites. */
const NEAR_LIMIT = 80;

export function SubscriptionPanel({ subscription, onPublishLike }: Props) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<number | null>(null);
  const { filter, view, isPaused, search, recording, error, state } = subscription;
  const forget = useCallback(() => setOpened(null), []);
  return (
    <section className={styles['panel']} aria-label={filter}>
      <div className={styles['tools']}>
        <ViewTools filter={filter} view={view} isPaused={isPaused} onClear={forget} />
        <RecordMenu filter={filter} isRunning={recording?.isRunning === true} />
        <Search key={view} filter={filter} view={view} search={search} />
        <SubscriptionCounts subscription={subscription} />
      </div>
      <RecordingLine recording={recording} />
      <LimitNotice rate={subscription.connectionRate} />
      {error !== null && (
        <div className={styles['error']}>
          <ErrorNotice
            error={error}
            tone={state === 'refused' ? 'fault' : 'warning'}
            actions={state === 'connecting' && <span>{t('topics.reconnecting')}</span>}
          />
        </div>
      )}
      <div className={styles['body']}>
        {view === 'messages' && <MessageLog subscription={subscription} opened={opened} onOpen={setOpened} />}
        {view === 'tree' && <TopicTreeView subscription={subscription} onOpen={setOpened} />}
        {view === 'latest' && <LatestTable subscription={subscription} onOpen={setOpened} />}
        {opened !== null && (
          <MessageDetail
            key={opened}
            filter={filter}
            n={opened}
            onClose={() => setOpened(null)}
            onPublishLike={onPublishLike}
          />
        )}
      </div>
    </section>
  );
}

type ViewToolsProps = Pick<Subscription, 'filter' | 'view' | 'isPaused'> & { readonly onClear: () => void };

/** Like the search, not drawn again for each batch: nothing here depends on one. */
const ViewTools = memo(function ViewTools({ filter, view, isPaused, onClear }: ViewToolsProps) {
  const { t } = useTranslation();
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label={t('topics.view')}
        data={VIEWS.map((value) => ({ value, label: t(`topics.views.${value}`) }))}
        value={view}
        onChange={(value) => wish(filter, { view: VIEWS.find((name) => name === value) ?? 'messages' })}
      />
      {view === 'messages' && (
        <Button
          small
          icon={isPaused ? 'play' : 'pause'}
          aria-pressed={isPaused}
          onClick={() => wish(filter, { isPaused: !isPaused })}
        >
          {t(isPaused ? 'topics.resume' : 'topics.pause')}
        </Button>
      )}
      <Button small icon="clear" onClick={() => void clear(filter).then(onClear)}>
        {t('topics.clear')}
      </Button>
    </>
  );
});

type SearchProps = Pick<Subscription, 'filter' | 'view' | 'search'>;

/** Typing never waits: the source searches once the person pauses. */
const Search = memo(function Search({ filter, search, view }: SearchProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(search);
  const [timer, setTimer] = useState<number>();
  const label = t(view === 'messages' ? 'topics.search' : 'topics.searchTopics');
  return (
    <TextInput
      className={styles['search'] ?? ''}
      aria-label={label}
      placeholder={label}
      leftSection={<Icon name="search" size={13} />}
      value={text}
      maxLength={256}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        window.clearTimeout(timer);
        setTimer(window.setTimeout(() => wish(filter, { search: next }), SEARCH_DELAY_MS));
      }}
    />
  );
});

function LimitNotice({ rate }: { readonly rate: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isAws = useLive(({ health }) => health?.target?.kind === 'aws');
  const lost = useLive(({ health }) => health?.discarded?.viewer ?? 0);
  if (lost > 0) {
    const amount = format.integer(lost);
    const error = { message: t('topics.lostTitle', { count: lost, amount }), hint: t('topics.lostText') };
    return (
      <div className={styles['error']}>
        <ErrorNotice tone="warning" error={error} />
      </div>
    );
  }
  if (!isAws || rate < NEAR_LIMIT) return null;
  const message = t('topics.limitTitle');
  return (
    <div className={styles['error']}>
      <ErrorNotice tone="warning" error={{ message, hint: t('topics.limitText', { rate: format.rate(rate) }) }} />
    </div>
  );
}
