/** The MQTT test client: subscribe to filters and watch what arrives, publish, keep numbers in sight. */
import { lazy, memo, Suspense, useCallback, useDeferredValue, useEffect, useState, startTransition } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../parts/empty-state.tsx';
import type { Draft } from '../../state/topic-memory.ts';
import { drawn, useTopics } from '../../state/topics.ts';
import page from '../page.module.css';
import { PlotDock } from './plot-dock.tsx';
import { SubscribeBox } from './subscribe-box.tsx';
import { SubscriptionList } from './subscription-list.tsx';
import { SubscriptionPanel } from './subscription-panel.tsx';
import styles from './topics-page.module.css';

// The editor is a large part of the code: loaded when first needed.
const loadPublishBox = () => import('./publish-box.tsx');
const PublishBox = lazy(async () => ({ default: memo((await loadPublishBox()).PublishBox) }));

const WAYS = ['subscribe', 'publish'] as const;

export function TopicsPage() {
  const { t } = useTranslation();
  const [way, setWay] = useState<(typeof WAYS)[number]>('subscribe');
  const [draft, setDraft] = useState<Draft | null>(null);
  const isPublishMade = useMadeWhenIdle() || way === 'publish';
  const publishLike = useCallback((message: Draft) => {
    setDraft(message);
    setWay('publish');
  }, []);
  return (
    <>
      <div className={styles['head']}>
        <h1 className={page['title']}>{t('topics.title')}</h1>
        <p className={styles['subtitle']}>{t('topics.subtitle')}</p>
        <div className={styles['ways']} role="tablist" aria-label={t('topics.ways')}>
          {WAYS.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`way-${name}`}
              aria-selected={way === name}
              aria-controls={`way-of-${name}`}
              onClick={() => setWay(name)}
            >
              {t(`topics.${name}Tab`)}
            </button>
          ))}
        </div>
      </div>
      {WAYS.map((name) => (
        <div
          key={name}
          id={`way-of-${name}`}
          className={styles['way']}
          role="tabpanel"
          aria-labelledby={`way-${name}`}
          hidden={way !== name}
        >
          {name === 'subscribe' ? (
            <SubscribeBox />
          ) : (
            isPublishMade && (
              <Suspense fallback={null}>
                <PublishBox offered={draft} />
              </Suspense>
            )
          )}
        </div>
      ))}
      <Subscriptions onPublishLike={publishLike} />
    </>
  );
}

/** Both ways stay there once made, so that changing between them only shows and hides; the second one is made while nothing else is to do. */
function useMadeWhenIdle(): boolean {
  const [isMade, setMade] = useState(false);
  useEffect(() => {
    const idle = window.requestIdleCallback(() => {
      const make = () => startTransition(() => setMade(true));
      // Asked for again when one goes there: only then a failure matters.
      loadPublishBox().then(make, () => undefined);
    });
    return () => window.cancelIdleCallback(idle);
  }, []);
  return isMade;
}

/** What the flood changes stands apart from what one types into, and is drawn in pieces between which keys and clicks are answered. */
function Subscriptions({ onPublishLike }: { readonly onPublishLike: (draft: Draft) => void }) {
  const topics = useDeferredValue(useTopics());
  return <OpenSubscriptions topics={topics} onPublishLike={onPublishLike} />;
}

type OpenProps = { readonly topics: ReturnType<typeof useTopics>; readonly onPublishLike: (draft: Draft) => void };

const OpenSubscriptions = memo(function OpenSubscriptions({ topics, onPublishLike }: OpenProps) {
  const { t } = useTranslation();
  const { subscriptions, active } = topics;
  useEffect(() => drawn(topics), [topics]);
  const current = subscriptions.find(({ filter }) => filter === active);
  return (
    <>
      {subscriptions.length === 0 ? (
        <EmptyState title={t('topics.emptyTitle')}>{t('topics.emptyText')}</EmptyState>
      ) : (
        <div className={styles['body']}>
          <SubscriptionList subscriptions={subscriptions} active={active} />
          {current !== undefined && (
            <SubscriptionPanel key={current.filter} subscription={current} onPublishLike={onPublishLike} />
          )}
        </div>
      )}
      <PlotDock />
    </>
  );
});
