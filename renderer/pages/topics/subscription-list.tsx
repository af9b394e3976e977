/** The open subscriptions at the left, as in the console's test client: state, count, and what is new since one last looked. */
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../parts/button.tsx';
import { show, unsubscribe, type Subscription } from '../../state/topics.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './topics-page.module.css';

type Props = { readonly subscriptions: readonly Subscription[]; readonly active: string | null };

export function SubscriptionList({ subscriptions, active }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <nav className={styles['list']} aria-label={t('topics.subscriptions')}>
      <h2>{t('topics.subscriptions')}</h2>
      <ul>
        {subscriptions.map(({ filter, state, received, unread, recording }) => (
          <li key={filter} data-active={filter === active || undefined}>
            <button
              type="button"
              aria-current={filter === active ? 'true' : undefined}
              title={filter}
              onClick={() => show(filter)}
            >
              <span className={styles['dot']} data-state={state} title={t(`topics.state.${state}`)} />
              <code>{filter}</code>
              <span className={styles['count']}>
                {recording?.isRunning === true && <span className={styles['recording']}>●</span>}
                {format.integer(received)}
                {unread > 0 && <strong>{t('topics.unread', { amount: format.integer(unread) })}</strong>}
              </span>
            </button>
            <IconButton icon="close" label={t('topics.closeTab', { filter })} onClick={() => unsubscribe(filter)} />
          </li>
        ))}
      </ul>
    </nav>
  );
}
