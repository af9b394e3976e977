/** One whole message, fetched from the source: as JSON, text or bytes, to copy, to publish again, to follow on its way. */
import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import type { TopicMessage } from '../../../preload/shapes-topics.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { MessageTrace } from '../../parts/message-trace.tsx';
import { jsonPage } from '../../state/json-lines.ts';
import type { Draft } from '../../state/topic-memory.ts';
import { readMessage } from '../../state/topics.ts';
import { bytesOfMessage, hexText } from '../../state/topic-bytes.ts';
import { useFormat } from '../../text/use-format.ts';
import { HexView } from './hex-view.tsx';
import { JsonView } from './json-view.tsx';
import styles from './message-detail.module.css';

type Props = {
  readonly filter: string;
  readonly n: number;
  readonly onClose: () => void;
  readonly onPublishLike: (draft: Draft) => void;
};

export function MessageDetail({ filter, n, onClose, onPublishLike }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const title = t('topics.message', { number: format.integer(n) });
  const { data: message, error } = useQuery({
    queryKey: ['topics.message', filter, n],
    queryFn: () => readMessage(filter, n),
    // A message never changes; large ones are not kept for long.
    staleTime: Infinity,
    gcTime: 10_000,
  });
  return (
    <aside className={styles['detail']} aria-label={title}>
      <div className={styles['head']}>
        <h2>{title}</h2>
        {message !== undefined && (
          <span>
            {format.clock(message.at)} · QoS {message.qos} · {format.bytes(message.bytes)}
            {message.retained && <em> · {t('topics.retained')}</em>}
          </span>
        )}
        <IconButton icon="close" label={t('common.close')} onClick={onClose} />
      </div>
      {error !== null && <ErrorNotice error={toPlainError(error)} />}
      {message === undefined && error === null && <p className={styles['loading']}>{t('topics.messageLoading')}</p>}
      {message !== undefined && <Whole filter={filter} message={message} onPublishLike={onPublishLike} />}
    </aside>
  );
}

type WholeProps = {
  readonly filter: string;
  readonly message: TopicMessage;
  readonly onPublishLike: (draft: Draft) => void;
};

function Whole({ filter, message, onPublishLike }: WholeProps) {
  const { t } = useTranslation();
  const { topic, text, at } = message;
  const [isTraced, setTraced] = useState(false);
  const page = jsonPage(text ?? '');
  const isJson = 'lines' in page;
  const [chosen, setChosen] = useState<'json' | 'text' | 'hex' | null>(null);
  const way = chosen ?? (isJson ? 'json' : text === null ? 'hex' : 'text');
  const content = text ?? hexText(bytesOfMessage(message));
  return (
    <>
      <p className={styles['topic']}>
        <code>{topic}</code>
      </p>
      <div className={styles['actions']}>
        <SegmentedControl
          size="xs"
          aria-label={t('topics.showAs')}
          value={way}
          data={[
            { value: 'json', label: t('topics.asJson'), disabled: !isJson },
            { value: 'text', label: t('topics.asText'), disabled: text === null },
            { value: 'hex', label: t('topics.asHex') },
          ]}
          onChange={(value) => setChosen(value === 'json' || value === 'text' ? value : 'hex')}
        />
        <CopyButton text={() => content} />
        <Button
          small
          icon="send"
          onClick={() =>
            onPublishLike({
              topic,
              payload: content,
              encoding: text === null ? 'hex' : 'text',
              qos: message.qos,
              retain: message.retained,
            })
          }
        >
          {t('topics.publishLike')}
        </Button>
        <Button small icon="right" onClick={() => setTraced(true)}>
          {t('topics.trace')}
        </Button>
      </div>
      {isTraced && (
        <MessageTrace topic={topic} payload={bytesOfMessage(message)} at={at} onClose={() => setTraced(false)} />
      )}
      {way === 'json' && isJson && <JsonView filter={filter} topic={topic} lines={page.lines} />}
      {way === 'text' && (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a long text must be reachable by keyboard to be scrolled
        <pre tabIndex={0} className={styles['text']}>
          {text}
        </pre>
      )}
      {way === 'hex' && <HexView bytes={bytesOfMessage(message)} />}
    </>
  );
}
