/** Publish to a topic: topic, payload with a JSON check, QoS, retain, repeat; templates and what was sent stand beside it. */
import { Checkbox, NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/button.tsx';
import { jsonPage } from '../../state/json-lines.ts';
import { notifyError } from '../../state/notices.tsx';
import { faultOfTopic } from '../../state/topic-checks.ts';
import type { Draft } from '../../state/topic-memory.ts';
import { publish, repeat, setDraft, stopRepeating, usePublishing, watchRepeat } from '../../state/topic-publishing.ts';
import { useFormat } from '../../text/use-format.ts';
import { PayloadEditor } from './payload-editor.tsx';
import styles from './publish-box.module.css';
import { PublishSide } from './publish-side.tsx';

/** AWS: 128 kB. */
const MOST_BYTES = 131_072;
/** Longer texts are not checked while one types. */
const LONGEST_CHECKED = 200_000;

export function PublishBox({ offered }: { readonly offered: Draft | null }) {
  const { t } = useTranslation();
  const { draft } = usePublishing();
  const hintId = useId();
  useEffect(() => {
    if (offered !== null) setDraft(offered);
  }, [offered]);
  useEffect(watchRepeat, []);
  const fault = faultOfTopic(draft.topic.trim());
  const check = checkOf(draft);
  const ready: Draft = { ...draft, topic: draft.topic.trim() };
  const change = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const isReady = fault === null && check.bytes <= MOST_BYTES;
  return (
    <form
      className={styles['publish']}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void publish(ready);
      }}
    >
      <div className={styles['message']}>
        <div className={styles['line']}>
          <TextInput
            className={styles['topic'] ?? ''}
            aria-label={t('topics.publishTopic')}
            aria-describedby={hintId}
            placeholder={t('topics.publishTopic')}
            value={draft.topic}
            error={fault !== null}
            spellCheck={false}
            onChange={(event) => change({ topic: event.currentTarget.value })}
          />
          <Button kind="primary" icon="send" disabled={!isReady} onClick={() => void publish(ready)}>
            {t('topics.publish')}
          </Button>
        </div>
        {fault !== null && (
          <p id={hintId} className={styles['note']} data-bad>
            {t(`topics.badTopic.${fault}`)}
          </p>
        )}
        <PayloadEditor
          label={t('topics.publishPayload')}
          text={draft.payload}
          faultAt={check.kind === 'text' ? check.position : null}
          onChange={(payload) => change({ payload })}
        />
        <div className={styles['line']}>
          <Verdict draft={draft} />
          <SegmentedControl
            size="xs"
            aria-label={t('topics.encoding')}
            value={draft.encoding}
            data={(['text', 'hex'] as const).map((value) => ({ value, label: t(`topics.encodings.${value}`) }))}
            onChange={(value) => change({ encoding: value === 'hex' ? 'hex' : 'text' })}
          />
        </div>
        <div className={styles['line']}>
          <SegmentedControl
            size="xs"
            aria-label={t('topics.quality')}
            value={String(draft.qos)}
            data={[
              { value: '0', label: t('topics.qos0') },
              { value: '1', label: t('topics.qos1') },
            ]}
            onChange={(value) => change({ qos: value === '1' ? 1 : 0 })}
          />
          <Checkbox
            size="xs"
            label={t('topics.retain')}
            checked={draft.retain}
            onChange={(event) => change({ retain: event.currentTarget.checked })}
          />
          <RepeatLine draft={ready} isReady={isReady} />
        </div>
      </div>
      <PublishSide draft={draft} onUse={setDraft} />
    </form>
  );
}

type Check =
  | { readonly kind: 'json' | 'empty' | 'hex'; readonly bytes: number }
  | {
      readonly kind: 'text';
      readonly bytes: number;
      readonly position: number;
      readonly line: number;
      readonly column: number;
    };

function checkOf({ payload, encoding }: Draft): Check {
  if (encoding === 'hex') return { kind: 'hex', bytes: Math.floor(payload.replace(/[\s:]+/g, '').length / 2) };
  const bytes = new TextEncoder().encode(payload).length;
  if (payload === '') return { kind: 'empty', bytes };
  const page = bytes > LONGEST_CHECKED ? { lines: [] } : jsonPage(payload);
  return 'lines' in page ? { kind: 'json', bytes } : { kind: 'text', bytes, ...page.fault };
}

function Verdict({ draft }: { readonly draft: Draft }) {
  const { t } = useTranslation();
  const format = useFormat();
  const check = checkOf(draft);
  const bytes = format.bytes(check.bytes);
  const text = () => {
    if (check.bytes > MOST_BYTES) return t('topics.payloadLong', { bytes });
    switch (check.kind) {
      case 'json':
        return t('topics.payloadJson', { bytes });
      case 'empty':
        return t('topics.payloadEmpty');
      case 'hex':
        return t('topics.payloadHex');
      case 'text':
        return t('topics.payloadText', { line: check.line, column: check.column, bytes });
    }
  };
  return (
    <p className={styles['note']} role="status" data-bad={check.bytes > MOST_BYTES || undefined}>
      {text()}
    </p>
  );
}

function RepeatLine({ draft, isReady }: { readonly draft: Draft; readonly isReady: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const running = usePublishing((state) => state.repeat);
  const [seconds, setSeconds] = useState(1);
  const [times, setTimes] = useState(60);
  const number = (value: string | number, least: number) => Math.max(least, Number(value) || least);
  return (
    <div className={styles['repeat']}>
      <NumberInput
        size="xs"
        aria-label={t('topics.everySeconds')}
        prefix={`${t('topics.everySeconds')} `}
        min={0.02}
        max={3_600}
        step={0.5}
        value={seconds}
        onChange={(value) => setSeconds(number(value, 0.02))}
      />
      <NumberInput
        size="xs"
        aria-label={t('topics.times')}
        prefix={`${t('topics.times')} `}
        min={1}
        max={1_000_000}
        allowDecimal={false}
        value={times}
        onChange={(value) => setTimes(number(value, 1))}
      />
      {running?.isRunning === true ? (
        <Button small icon="stop" onClick={() => void stopRepeating().catch(notifyError)}>
          {t('topics.stopRepeating')}
        </Button>
      ) : (
        <Button
          small
          icon="refresh"
          disabled={!isReady}
          onClick={() => void repeat(draft, Math.round(seconds * 1_000), Math.round(times)).catch(notifyError)}
        >
          {t('topics.startRepeating')}
        </Button>
      )}
      {running !== null && (
        <p className={styles['note']} role="status" data-bad={running.failed > 0 || undefined}>
          {t('topics.repeating', {
            topic: running.topic,
            sent: format.integer(running.sent),
            times: format.integer(running.times),
            succeeded: format.integer(running.succeeded),
            failed: format.integer(running.failed),
          })}
          {running.error !== null && ` ${running.error.message}`}
        </p>
      )}
    </div>
  );
}
