/** What one subscription has heard: totals that never lie, and the newest messages in a bounded ring, outside React. */
import type { PlainError } from '../../preload/errors.ts';
import type { TopicBatch, TopicMessage } from '../../preload/shapes.ts';
import { createRing } from './ring.ts';

/** Messages kept for each subscription. */
export const KEPT = 1_000;

export type TopicLogView = {
  readonly state: TopicBatch['state'];
  readonly error: PlainError | null;
  /** Newest first; frozen while paused. */
  readonly messages: readonly TopicMessage[];
  /** Received since the subscription began or was cleared. */
  readonly received: number;
  /** Of these, never handed to the window because they came faster than it draws. */
  readonly notShown: number;
  readonly isPaused: boolean;
  /** Received since the pause began. */
  readonly waiting: number;
};

export type TopicLog = {
  readonly take: (batch: TopicBatch) => void;
  /** The stream is opened anew: its totals start at zero, ours go on. */
  readonly reopen: () => void;
  readonly interrupted: (error: PlainError) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly clear: () => void;
  readonly view: () => TopicLogView;
};

type Totals = { readonly received: number; readonly skipped: number };

const ZERO: Totals = { received: 0, skipped: 0 };

export function createTopicLog(capacity = KEPT): TopicLog {
  const ring = createRing<TopicMessage>(capacity);
  let state: TopicBatch['state'] = 'connecting';
  let error: PlainError | null = null;
  /** Totals of streams that ended, of the present one, and at the last clearing. */
  let past = ZERO;
  let present = ZERO;
  let cleared = ZERO;
  let pause: { readonly messages: readonly TopicMessage[]; readonly received: number } | null = null;

  const received = () => past.received + present.received - cleared.received;
  const skipped = () => past.skipped + present.skipped - cleared.skipped;

  return {
    take: (batch) => {
      state = batch.state;
      error = batch.error;
      present = { received: batch.received, skipped: batch.skipped };
      for (const message of batch.messages) ring.push(message);
    },
    reopen: () => {
      past = { received: past.received + present.received, skipped: past.skipped + present.skipped };
      present = ZERO;
      state = 'connecting';
    },
    interrupted: (why) => {
      error = why;
      state = 'connecting';
    },
    pause: () => {
      pause ??= { messages: ring.newestFirst(), received: received() };
    },
    resume: () => {
      pause = null;
    },
    clear: () => {
      ring.clear();
      cleared = { received: past.received + present.received, skipped: past.skipped + present.skipped };
      if (pause !== null) pause = { messages: [], received: 0 };
    },
    view: () => ({
      state,
      error,
      messages: pause?.messages ?? ring.newestFirst(),
      received: received(),
      notShown: skipped(),
      isPaused: pause !== null,
      waiting: pause === null ? 0 : received() - pause.received,
    }),
  };
}

/** Messages whose topic or payload holds the text, in any case. */
export function findMessages(messages: readonly TopicMessage[], text: string): readonly TopicMessage[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return messages;
  return messages.filter(
    ({ topic, payload }) => topic.toLowerCase().includes(wanted) || payload.toLowerCase().includes(wanted),
  );
}

export type FilterFault = 'empty' | 'hash' | 'plus' | 'long';

/** What is wrong with a topic filter by MQTT 3.1.1 section 4.7.1; null when nothing is. */
export function faultOfFilter(filter: string): FilterFault | null {
  if (filter === '') return 'empty';
  if (filter.length > 256) return 'long';
  const levels = filter.split('/');
  if (levels.some((level, index) => level.includes('#') && (level !== '#' || index < levels.length - 1))) return 'hash';
  return levels.some((level) => level.includes('+') && level !== '+') ? 'plus' : null;
}
