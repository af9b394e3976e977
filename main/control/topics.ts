/** The open subscriptions of the Topics page as the person wants them: kept here, so that a restarted stations process gets them back. */
import { basename } from 'node:path';
import type { CallInput } from '../../preload/contract.ts';
import { AppError, toPlainError } from '../../preload/errors.ts';
import type { TopicBatch, TopicLook, TopicMessage, TopicQos, TopicRecording } from '../../preload/shapes-topics.ts';
import type { Listener, Rpc } from '../rpc.ts';
import type { StationsProcess } from '../stations/api.ts';
import type { Sink, Source } from './streams.ts';

type StationsRpc = Rpc<StationsProcess, Listener>;

type Recording = { readonly file: string; readonly format: 'ndjson' | 'csv' };

type Open = {
  readonly filter: string;
  readonly qos: TopicQos;
  readonly sink: Sink<TopicBatch>;
  look: TopicLook;
  recording: Recording | null;
  /** What earlier stations processes had counted: totals never jump back. */
  past: Pick<TopicBatch, 'received' | 'shown' | 'notShown'>;
  newest: TopicBatch;
};

/** Asks the person where to write; null = cancelled. */
export type ChooseSaveFile = (suggestion: string) => Promise<string | null>;

export type Topics = ReturnType<typeof createTopics>;

const CALL_LIMIT_MS = 30_000;
const EXPORT_LIMIT_MS = 120_000;
const NO_TOTALS = { received: 0, shown: 0, notShown: 0 };

export function createTopics() {
  const open = new Map<number, Open>();
  let rpc: StationsRpc | null = null;
  /** False until the process knows its broker. */
  let isConnected = false;
  let nextSubscription = 1;

  const stations = (): StationsRpc => {
    if (rpc === null)
      throw new AppError('process.notReady', 'The stations process is not ready.', { hint: 'Try again in a moment.' });
    return rpc;
  };

  const find = (filter: string): readonly [number, Open] => {
    const found = [...open].find(([, entry]) => entry.filter === filter);
    if (found === undefined) throw new AppError('topics.unknown', `"${filter}" is not subscribed to.`);
    return found;
  };

  const take = (subscription: number, batch: TopicBatch): void => {
    const entry = open.get(subscription);
    if (entry === undefined) return;
    entry.newest = batch;
    entry.sink.batch(withPast(batch, entry.past));
  };

  const subscribe = async (to: StationsRpc, subscription: number, entry: Open): Promise<void> => {
    const { filter, qos, look } = entry;
    await to.call('subscribe', { subscription, filter, qos, look }, { timeoutMs: CALL_LIMIT_MS });
    if (entry.recording === null) return;
    const before = entry.newest.recording;
    await to.call('record', { subscription, ...entry.recording, before }, { timeoutMs: CALL_LIMIT_MS });
  };

  return {
    /** A fresh process: nothing is open in it yet. */
    attach: (to: StationsRpc): void => {
      rpc = to;
      isConnected = false;
      to.on('topics', ({ subscription, batch }) => take(subscription, batch));
    },
    detach: (): void => {
      rpc = null;
      isConnected = false;
      for (const entry of open.values()) {
        entry.past = withPast(entry.newest, entry.past);
        // What waited there is gone.
        entry.past = { ...entry.past, notShown: entry.past.received - entry.past.shown };
        entry.newest = { ...connecting(), recording: entry.newest.recording };
        entry.sink.batch(withPast(entry.newest, entry.past));
      }
    },
    /** The process knows its broker: every open subscription is asked for there, and its recording goes on. */
    replay: async (to: StationsRpc): Promise<void> => {
      isConnected = true;
      for (const [subscription, entry] of open) {
        await subscribe(to, subscription, entry).catch((error: unknown) => entry.sink.error(toPlainError(error)));
      }
    },
    open: (
      { filter, qos, look }: { filter: string; qos: TopicQos; look: TopicLook },
      sink: Sink<TopicBatch>,
    ): Source => {
      const subscription = nextSubscription++;
      const entry: Open = { filter, qos, look, sink, recording: null, past: NO_TOTALS, newest: connecting() };
      open.set(subscription, entry);
      const report = (error: unknown): void => {
        if (open.has(subscription)) sink.error(toPlainError(error));
      };
      if (rpc !== null && isConnected) subscribe(rpc, subscription, entry).catch(report);
      return {
        acknowledge: () => {
          if (rpc !== null && isConnected) rpc.call('acknowledgeBatch', { subscription }).catch(report);
        },
        close: () => {
          if (!open.delete(subscription)) return;
          if (rpc !== null && isConnected) rpc.call('unsubscribe', { subscription }).catch(report);
        },
      };
    },
    look: async ({ filter, look }: CallInput<'topics.look'>): Promise<void> => {
      const [subscription, entry] = find(filter);
      entry.look = look;
      if (rpc !== null && isConnected)
        await rpc.call('lookAtTopic', { subscription, look }, { timeoutMs: CALL_LIMIT_MS });
    },
    clear: async (filter: string): Promise<void> => {
      const [subscription, entry] = find(filter);
      entry.past = NO_TOTALS;
      await stations().call('clearTopic', { subscription }, { timeoutMs: CALL_LIMIT_MS });
    },
    message: (filter: string, n: number): Promise<TopicMessage> => {
      const [subscription] = find(filter);
      return stations().call('topicMessage', { subscription, n }, { timeoutMs: CALL_LIMIT_MS });
    },
    /** The file's name; null when the person cancelled. Rejects with `record.*`. */
    record: async (
      { filter, format }: CallInput<'topics.record'>,
      choose: ChooseSaveFile,
    ): Promise<{ readonly name: string } | null> => {
      const file = await choose(fileNameFor(filter, format));
      if (file === null) return null;
      const [subscription, entry] = find(filter);
      await stations().call('record', { subscription, file, format, before: null }, { timeoutMs: CALL_LIMIT_MS });
      entry.recording = { file, format };
      return { name: basename(file) };
    },
    stopRecording: async (filter: string): Promise<void> => {
      const [subscription, entry] = find(filter);
      entry.recording = null;
      await stations().call('stopRecording', { subscription }, { timeoutMs: CALL_LIMIT_MS });
    },
    /** Null when the person cancelled. Rejects with `record.*`. */
    exportListed: async (
      { filter, format }: CallInput<'topics.export'>,
      choose: ChooseSaveFile,
    ): Promise<TopicRecording | null> => {
      const file = await choose(fileNameFor(filter, format));
      if (file === null) return null;
      const [subscription] = find(filter);
      return stations().call('exportTopic', { subscription, file, format }, { timeoutMs: EXPORT_LIMIT_MS });
    },
    publish: (message: Parameters<StationsProcess['calls']['publish']>[0]) =>
      stations().call('publish', message, { timeoutMs: CALL_LIMIT_MS }),
  };
}

function withPast(batch: TopicBatch, past: Open['past']): TopicBatch {
  return {
    ...batch,
    received: batch.received + past.received,
    shown: batch.shown + past.shown,
    notShown: batch.notShown + past.notShown,
  };
}

function connecting(): TopicBatch {
  return {
    state: 'connecting',
    error: null,
    ...NO_TOTALS,
    waiting: 0,
    connectionRate: 0,
    rows: [],
    isRefill: false,
    topics: null,
    points: [],
    recording: null,
  };
}

/** `sensor/weather/#` becomes `sensor-weather-all.ndjson`: letters that every file system takes. */
function fileNameFor(filter: string, format: 'ndjson' | 'csv'): string {
  const name = filter
    .replaceAll('#', 'all')
    .replaceAll('+', 'any')
    .replace(/[^A-Za-z0-9._-]+/g, '-');
  return `${name.replace(/^[-.]+/, '').slice(0, 80) || 'messages'}.${format}`;
}
