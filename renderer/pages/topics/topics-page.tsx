/** The MQTT test client: subscribe to filters and watch what arrives, publish, keep numbers in sight. */
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../parts/empty-state.tsx';
import type { Draft } from '../../state/topic-memory.ts';
import { useTopics } from '../../state/topics.ts';
import page from '../page.module.css';
import { PlotDock } from './plot-dock.tsx';
import { SubscribeBox } from './subscribe-box.tsx';
import { SubscriptionList } from './subscription-list.tsx';
import { SubscriptionPanel } from './subscription-panel.tsx';
import styles from './topics-page.module.css';

// The editor is a large part of the code: loaded when first needed.
const PublishBox = lazy(async () => ({ default: (await import('./publish-box.tsx')).PublishBox }));

const WAYS = ['subscribe', 'publish'] as const;

export function TopicsPage() {
  const { t } = useTranslation();
  const { subscriptions, active } = useTopics();
  const [way, setWay] = useState<(typeof WAYS)[number]>('subscribe');
  const [draft, setDraft] = useState<Draft | null>(null);
  const current = subscriptions.find(({ filter }) => filter === active);
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
              aria-controls="way"
              onClick={() => setWay(name)}
            >
              {t(`topics.${name}Tab`)}
            </button>
          ))}
        </div>
      </div>
      <div id="way" className={styles['way']} role="tabpanel" aria-labelledby={`way-${way}`}>
        {way === 'subscribe' ? (
          <SubscribeBox />
        ) : (
          <Suspense fallback={null}>
            <PublishBox offered={draft} />
          </Suspense>
        )}
      </div>
      {subscriptions.length === 0 ? (
        <EmptyState title={t('topics.emptyTitle')}>{t('topics.emptyText')}</EmptyState>
      ) : (
        <div className={styles['body']}>
          <SubscriptionList subscriptions={subscriptions} active={active} />
          {current !== undefined && (
            <SubscriptionPanel
              key={current.filter}
              subscription={current}
              onPublishLike={(message) => {
                setDraft(message);
                setWay('publish');
              }}
            />
          )}
        </div>
      )}
      <PlotDock />
    </>
  );
}
