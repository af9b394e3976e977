/** The newest message and the number of messages of each topic, bounded by topics and bytes; hands over only what changed. */
import type { TopicBatch, TopicDisplay } from '../../preload/shapes-topics.ts';
import { jsonOf, valueAt } from './json-pointer.ts';
import { previewOf } from './payload-text.ts';
import type { Kept } from './topic-ring.ts';

export type TopicIndex = {
  readonly add: (message: Kept) => void;
  /** The next batch brings every topic again. */
  readonly refill: () => void;
  readonly hasChanges: () => boolean;
  readonly takeChanges: (fields: readonly string[], display: TopicDisplay) => NonNullable<TopicBatch['topics']>;
  /** The newest message of a topic by its number, also when the log no longer keeps it. */
  readonly find: (n: number) => Kept | undefined;
  readonly clear: () => void;
};

export type IndexLimits = { readonly topics: number; readonly bytes: number };

const LIMITS: IndexLimits = { topics: 10_000, bytes: 16_000_000 };
/** Topics in one batch: the others come with the next. */
const MOST_CHANGES = 1_000;
/** Characters of one value beside a topic. */
const LONGEST_VALUE = 120;

type Entry = { newest: Kept; count: number; isChanged: boolean };

export function createTopicIndex(limits = LIMITS): TopicIndex {
  const entries = new Map<string, Entry>();
  let changed: Entry[] = [];
  let bytes = 0;
  let notKept = 0;
  let isRefill = true;

  const change = (entry: Entry): void => {
    if (entry.isChanged) return;
    entry.isChanged = true;
    changed.push(entry);
  };

  return {
    add: (message) => {
      const entry = entries.get(message.topic);
      const before = entry?.newest.payload.byteLength ?? 0;
      const after = bytes - before + message.payload.byteLength;
      if (entry === undefined && (entries.size >= limits.topics || after > limits.bytes)) {
        notKept += 1;
        return;
      }
      bytes = after;
      if (entry === undefined) {
        const made: Entry = { newest: message, count: 1, isChanged: false };
        entries.set(message.topic, made);
        change(made);
        return;
      }
      entry.newest = message;
      entry.count += 1;
      change(entry);
    },
    refill: () => {
      isRefill = true;
      for (const entry of entries.values()) change(entry);
    },
    hasChanges: () => isRefill || changed.length > 0,
    takeChanges: (fields, display) => {
      const taken = changed.slice(0, MOST_CHANGES);
      changed = changed.slice(MOST_CHANGES);
      const isFirst = isRefill;
      isRefill = false;
      return {
        changed: taken.map((entry) => {
          entry.isChanged = false;
          const { n, topic, at, qos, retained, payload } = entry.newest;
          const document = fields.length === 0 ? undefined : jsonOf(payload);
          return {
            n,
            topic,
            at,
            qos,
            retained,
            bytes: payload.byteLength,
            count: entry.count,
            preview: previewOf(payload, display, ''),
            values: fields.map((field) => shortText(valueAt(document, field))),
          };
        }),
        isRefill: isFirst,
        notKept,
      };
    },
    find: (n) => {
      for (const { newest } of entries.values()) if (newest.n === n) return newest;
      return undefined;
    },
    clear: () => {
      entries.clear();
      changed = [];
      bytes = 0;
      notKept = 0;
      isRefill = true;
    },
  };
}

function shortText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
