/** The retained messages: at most one a topic, on disk before their publisher is answered. */
import { z } from 'zod';
import { createLogger } from '../../log.ts';
import { packValue, unpackValue, type KeptRecords } from './kept-records.ts';
import { filterMatches } from './topic-tree.ts';

export type RetainedMessage = {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  /** Epoch milliseconds. */
  readonly modified: number;
};

export type RetainedMessages = {
  readonly get: (topic: string) => RetainedMessage | undefined;
  /** Sorted by topic. */
  readonly all: () => readonly RetainedMessage[];
  readonly matching: (filters: readonly string[]) => readonly RetainedMessage[];
  /** An empty payload removes the message. Resolves when that is on disk. */
  readonly store: (message: { readonly topic: string; readonly payload: Buffer; readonly qos: 0 | 1 }) => Promise<void>;
};

/** AWS keeps more (500,000); this is what the memory of a desktop bears. */
const MOST_RETAINED = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;
const PREFIX = 'r/';

const factsSchema = z.object({ qos: z.union([z.literal(0), z.literal(1)]), modified: z.number() });

const log = createLogger('lab.iot.retained');

/** Throws what zod says when a stored message is not one. */
export function openRetainedMessages(records: KeptRecords): RetainedMessages {
  const messages = new Map<string, RetainedMessage>();
  let bytes = 0;
  const hold = (topic: string, message: RetainedMessage | undefined): void => {
    bytes += (message?.payload.length ?? 0) - (messages.get(topic)?.payload.length ?? 0);
    if (message === undefined) messages.delete(topic);
    else messages.set(topic, message);
  };
  for (const [key, value] of records.startingWith(PREFIX)) {
    const { facts, payload } = unpackValue(value);
    const topic = key.slice(PREFIX.length);
    hold(topic, { topic, payload, ...factsSchema.parse(facts) });
  }

  return {
    get: (topic) => messages.get(topic),
    all: () => [...messages.values()].sort((a, b) => (a.topic < b.topic ? -1 : 1)),
    matching: (filters) => {
      if (messages.size === 0) return [];
      const wild = filters.filter((filter) => /[+#]/.test(filter));
      const exact = filters.flatMap((filter) => (wild.includes(filter) ? [] : (messages.get(filter) ?? [])));
      // As MQTT has it, each subscription brings its own copy.
      const all = wild.length === 0 ? [] : [...messages.values()];
      return [...exact, ...wild.flatMap((filter) => all.filter(({ topic }) => filterMatches(filter, topic)))];
    },
    store: async ({ topic, payload, qos }) => {
      const before = messages.get(topic);
      if (payload.length === 0) {
        hold(topic, undefined);
        await records.remove(PREFIX + topic);
        return;
      }
      const isFull = before === undefined && messages.size >= MOST_RETAINED;
      if (isFull || bytes - (before?.payload.length ?? 0) + payload.length > MOST_BYTES) {
        log.warn({ retained: messages.size, bytes }, 'too many retained messages, a new one is not kept');
        return;
      }
      const facts = { qos, modified: Date.now() };
      const value = packValue(facts, payload);
      const message = { topic, payload: value.subarray(value.length - payload.length), ...facts };
      hold(topic, message);
      try {
        await records.put(PREFIX + topic, value);
      } catch (error) {
        if (messages.get(topic) === message) hold(topic, before);
        throw error;
      }
    },
  };
}
