/** What became of everything a subscription received: received = shown + not shown + waiting. */
import { useTranslation } from 'react-i18next';
import type { Subscription } from '../../state/topics.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './subscription-panel.module.css';

export function SubscriptionCounts({ subscription }: { readonly subscription: Subscription }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { received, shown, notShown, waiting, isPaused, keepMessages, keepBytes } = subscription;
  const amount = (value: number) => ({ amount: format.integer(value) });
  const percent = format.integer((100 * waiting) / keepMessages);
  return (
    <p
      className={styles['counts']}
      title={t('topics.kept', { ...amount(keepMessages), bytes: format.bytes(keepBytes) })}
      data-received={received}
      data-shown={shown}
      data-not-shown={notShown}
      data-waiting={waiting}
    >
      {isPaused && <strong role="status">{t('topics.fill', { percent })}</strong>}
      {waiting > 0 && <span>{t('topics.waiting', amount(waiting))}</span>}
      <span>{t('topics.received', amount(received))}</span>
      <span>{t('topics.shown', amount(shown))}</span>
      {notShown > 0 && (
        <span className={styles['not-shown']} title={t('topics.notShownHint')}>
          {t('topics.notShown', amount(notShown))}
        </span>
      )}
    </p>
  );
}
