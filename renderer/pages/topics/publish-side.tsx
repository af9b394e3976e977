/** Beside the message: saved templates, and what was sent from here with its result. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../parts/button.tsx';
import { removeTemplate, saveTemplate, useTopicMemory, type Draft } from '../../state/topic-memory.ts';
import { usePublishing, type Sent } from '../../state/topic-publishing.ts';
import { openRefusals } from '../../state/trace.ts';
import { useErrorSentence } from '../../text/use-error-sentence.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './publish-box.module.css';

type Props = { readonly draft: Draft; readonly onUse: (draft: Draft) => void };

export function PublishSide({ draft, onUse }: Props) {
  return (
    <div className={styles['side']}>
      <History onUse={onUse} />
      <Templates draft={draft} onUse={onUse} />
    </div>
  );
}

function History({ onUse }: Pick<Props, 'onUse'>) {
  const { t } = useTranslation();
  const format = useFormat();
  const { sent } = usePublishing();
  return (
    <section aria-label={t('topics.history')}>
      <h2>{t('topics.history')}</h2>
      {sent.length === 0 && <p className={styles['note']}>{t('topics.historyEmpty')}</p>}
      <ul>
        {sent.map((entry) => (
          <li key={entry.number} data-bad={entry.error !== null || undefined}>
            <button
              type="button"
              title={t('topics.useAgain', { topic: entry.draft.topic })}
              onClick={() => onUse(entry.draft)}
            >
              <time>{format.clock(entry.at)}</time>
              <code>{entry.draft.topic}</code>
            </button>
            <Result entry={entry} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Result({ entry: { result, error } }: { readonly entry: Sent }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sentence = useErrorSentence();
  if (error !== null) {
    return (
      <p role="alert">
        {sentence(error, true)}{' '}
        {error.code.startsWith('mqtt.') && (
          <Button small kind="quiet" icon="stop" onClick={() => openRefusals()}>
            {t('refusals.why')}
          </Button>
        )}
      </p>
    );
  }
  if (result === null) return <p>…</p>;
  const time = format.milliseconds(result.milliseconds);
  return <p>{result.isAcknowledged ? t('topics.acknowledged', { time }) : t('topics.sentOnly')}</p>;
}

function Templates({ draft, onUse }: Props) {
  const { t } = useTranslation();
  const { templates } = useTopicMemory();
  const [name, setName] = useState('');
  return (
    <section aria-label={t('topics.templates')}>
      <h2>{t('topics.templates')}</h2>
      <div className={styles['save']}>
        <TextInput
          size="xs"
          aria-label={t('topics.templateName')}
          placeholder={t('topics.templateName')}
          value={name}
          maxLength={60}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          small
          disabled={name.trim() === ''}
          onClick={() => {
            saveTemplate({ ...draft, name: name.trim() });
            setName('');
          }}
        >
          {t('topics.saveTemplate')}
        </Button>
      </div>
      {templates.length === 0 && <p className={styles['note']}>{t('topics.noTemplates')}</p>}
      <ul>
        {templates.map(({ name: title, ...message }) => (
          <li key={title}>
            <button type="button" title={message.topic} onClick={() => onUse(message)}>
              <b>{title}</b>
              <code>{message.topic}</code>
            </button>
            <IconButton
              icon="trash"
              label={t('topics.removeTemplate', { name: title })}
              onClick={() => removeTemplate(title)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
