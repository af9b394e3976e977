/** The MQTT test client: subscribe to filters and watch what arrives. */
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../parts/empty-state.tsx';
import { IconButton } from '../../parts/button.tsx';
import { show, unsubscribe, useTopics } from '../../state/topics.ts';
import { useFormat } from '../../text/use-format.ts';
import page from '../page.module.css';
import { SubscribeBox } from './subscribe-box.tsx';
import { TopicLog } from './topic-log.tsx';
import styles from './topics-page.module.css';

export function TopicsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { subscriptions, active } = useTopics();
  const current = subscriptions.find(({ filter }) => filter === active);
  return (
    <>
      <div className={page['toolbar']}>
        <h1 className={page['title']}>{t('topics.title')}</h1>
        <SubscribeBox filters={subscriptions.map(({ filter }) => filter)} />
      </div>
      {current === undefined ? (
        <EmptyState title={t('topics.emptyTitle')}>{t('topics.emptyText')}</EmptyState>
      ) : (
        <>
          <div className={styles['tabs']} role="tablist" aria-label={t('topics.subscriptions')}>
            {subscriptions.map(({ filter, view }) => (
              <div
                key={filter}
                className={styles['tab']}
                data-active={filter === active || undefined}
                role="presentation"
              >
                <button type="button" role="tab" aria-selected={filter === active} onClick={() => show(filter)}>
                  <span className={styles['dot']} data-state={view.state} title={t(`topics.state.${view.state}`)} />
                  <code>{filter}</code>
                  <span className={styles['count']}>{format.integer(view.received)}</span>
                </button>
                <IconButton icon="close" label={t('topics.closeTab', { filter })} onClick={() => unsubscribe(filter)} />
              </div>
            ))}
          </div>
          <TopicLog key={current.filter} subscription={current} />
        </>
      )}
    </>
  );
}
