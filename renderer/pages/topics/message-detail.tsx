/** One message, set so that it can be read and copied. */
import { useTranslation } from 'react-i18next';
import type { TopicMessage } from '../../../preload/shapes.ts';
import { IconButton } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Payload } from '../../parts/payload.tsx';
import { useFormat } from '../../text/use-format.ts';
import styles from './topic-log.module.css';

export function MessageDetail({ message, onClose }: { readonly message: TopicMessage; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const title = t('topics.message', { number: format.integer(message.n) });
  return (
    <aside className={styles['detail']} aria-label={title}>
      <div className={styles['detail-head']}>
        <h2>{title}</h2>
        <span>
          {format.clock(message.at)} · {format.bytes(message.bytes)}
        </span>
        <IconButton icon="close" label={t('common.close')} onClick={onClose} />
      </div>
      <Payload
        heading={<code>{message.topic}</code>}
        text={message.payload}
        action={<CopyButton text={() => message.payload} />}
      />
    </aside>
  );
}
