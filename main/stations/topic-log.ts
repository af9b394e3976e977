/**
 * One subscription of the window at its source: keeps messages, topics and pinned numbers, and hands over what is looked at, at most
 * ten times a second and never a second batch before the first was taken.
 */
import type { PlainError } from '../../preload/errors.ts';
import type { TopicBatch, TopicLook, TopicMessage, TopicQos, TopicRow } from '../../preload/shapes-topics.ts';
import type { Arrival } from './mqtt.ts';
import { bufferOf, holds, previewOf, textOf } from './payload-text.ts';
import type { Recorder } from './recorder.ts';
import type { Scheduler } from './scheduler.ts';
import { createTopicIndex } from './topic-index.ts';
import { createTopicPins } from './topic-pins.ts';
import { createTopicRing, type Kept } from './topic-ring.ts';

export type TopicLog = {
  readonly filter: string;
  readonly qos: TopicQos;
  /** `at`: epoch milliseconds of arrival. */
  readonly add: (message: Arrival, at: number) => void;
  /** Retained messages come for each SUBSCRIBE; those for another subscription are not for this one, and none comes twice. */
  readonly wantsRetained: (topic: string, now: number) => boolean;
  /** Until when, in milliseconds of the scheduler's clock; Infinity begins anew. */
  readonly expectRetained: (untilMs: number) => void;
  readonly setState: (state: TopicBatch['state'], error: PlainError | null) => void;
  readonly look: (look: TopicLook) => void;
  readonly clear: () => void;
  /** Undefined when it is not kept. */
  readonly message: (n: number) => TopicMessage | undefined;
  /** What is listed now, newest first. */
  readonly listed: () => readonly Kept[];
  /** Writes everything that is received from now on; the one before is stopped. */
  readonly record: (recorder: Recorder) => void;
  readonly recorder: () => Recorder | null;
  /** Something outside the messages changed: the next batch tells it. */
  readonly changed: () => void;
  /** The window has taken the last batch. */
  readonly acknowledge: () => void;
  readonly close: () => Promise<void>;
};

export type TopicLogOptions = {
  readonly filter: string;
  readonly qos: TopicQos;
  readonly look: TopicLook;
  readonly scheduler: Scheduler;
  readonly connectionRate: () => number;
  readonly emit: (batch: TopicBatch) => void;
};

const LEAST_GAP_MS = 100;
/** Rows in one batch of newcomers: more than a person can see pass. */
const MOST_ROWS = 100;
/** Topics remembered so that none is shown twice as retained. */
const MOST_RETAINED = 20_000;

export function createTopicLog(options: TopicLogOptions): TopicLog {
  const { scheduler, emit } = options;
  const ring = createTopicRing();
  const index = createTopicIndex();
  const pins = createTopicPins();
  let look = options.look;
  let search = '';
  let state: TopicBatch['state'] = 'connecting';
  let error: PlainError | null = null;
  let recorder: Recorder | null = null;
  const retained = new Set<string>();
  let retainedUntil = Infinity;
  let isRefill = true;
  let isTaken = true;
  let isChanged = true;
  let notBefore = -Infinity;

  const fits = (message: Kept): boolean => search === '' || holds(message.topic, message.payload, search);

  const rows = (): readonly Kept[] => {
    if (!look.messages) return [];
    if (isRefill) return ring.takeAll(fits);
    return look.isPaused ? [] : ring.takeNew(MOST_ROWS, fits);
  };

  const sender = scheduler.task((now) => {
    if (!isTaken || !isChanged) return Infinity;
    isTaken = false;
    notBefore = now + LEAST_GAP_MS;
    const listed = rows().map((message) => rowOf(message, look, search));
    const wasRefill = look.messages && isRefill;
    if (wasRefill) isRefill = false;
    const topics = look.topics ? index.takeChanges(look.fields, look.display) : null;
    // What did not fit into this batch comes with the next.
    isChanged = look.topics && index.hasChanges();
    emit({
      state,
      error,
      ...ring.totals(),
      connectionRate: options.connectionRate(),
      rows: listed,
      isRefill: wasRefill,
      topics,
      points: pins.take(),
      recording: recorder?.status() ?? null,
    });
    return Infinity;
  });

  const offer = (): void => {
    // Due since then, so before the stations whose turn is now: in a flood they would let the window wait for seconds.
    if (isTaken && isChanged) sender.at(notBefore);
  };

  const change = (): void => {
    // While a sending is planned, more messages need no more planning.
    if (isChanged) return;
    isChanged = true;
    offer();
  };

  const apply = (next: TopicLook): void => {
    const before = look;
    look = next;
    search = next.search.trim().toLowerCase();
    ring.limit(next.keepMessages, next.keepBytes);
    pins.set(next.pins);
    if (next.isPaused) ring.freeze();
    else ring.thaw();
    const isSame =
      before.messages === next.messages &&
      before.search === next.search &&
      before.display === next.display &&
      before.isPaused === next.isPaused &&
      before.keepMessages === next.keepMessages;
    if (!isSame) isRefill = true;
    if (
      before.topics !== next.topics ||
      before.display !== next.display ||
      String(before.fields) !== String(next.fields)
    )
      index.refill();
    change();
  };
  apply(options.look);
  offer();

  return {
    filter: options.filter,
    qos: options.qos,
    add: (message, at) => {
      const kept = ring.add(message.qos > options.qos ? { ...message, qos: options.qos } : message, at);
      index.add(kept);
      pins.add(kept);
      recorder?.add(kept);
      change();
    },
    wantsRetained: (topic, now) => {
      if (now > retainedUntil || retained.has(topic)) return false;
      if (retained.size < MOST_RETAINED) retained.add(topic);
      return true;
    },
    expectRetained: (untilMs) => {
      retainedUntil = untilMs;
      if (untilMs === Infinity) retained.clear();
    },
    setState: (toState, toError) => {
      if (state === toState && error?.code === toError?.code) return;
      state = toState;
      error = toError;
      change();
    },
    look: apply,
    clear: () => {
      ring.clear();
      index.clear();
      isRefill = true;
      change();
    },
    message: (n) => {
      const kept = ring.find(n) ?? index.find(n);
      return kept === undefined ? undefined : wholeOf(kept);
    },
    listed: () => ring.list(fits),
    record: (next) => {
      recorder = next;
      change();
    },
    recorder: () => recorder,
    changed: change,
    acknowledge: () => {
      isTaken = true;
      offer();
    },
    close: async () => {
      sender.at(Infinity);
      await recorder?.stop();
    },
  };
}

function rowOf({ n, at, topic, qos, retained, payload }: Kept, look: TopicLook, search: string): TopicRow {
  return { n, at, topic, qos, retained, bytes: payload.byteLength, preview: previewOf(payload, look.display, search) };
}

function wholeOf({ n, at, topic, qos, retained, payload }: Kept): TopicMessage {
  const text = textOf(payload);
  const base64 = text === null ? bufferOf(payload).toString('base64') : null;
  return { n, at, topic, qos, retained, bytes: payload.byteLength, text, base64 };
}
