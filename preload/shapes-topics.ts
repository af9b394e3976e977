/** The shapes of the Topics page: what a subscription shows, what is asked of it, what is published. Times are epoch milliseconds. */
import type { PlainError } from './errors.ts';

/** `auto` sets text as text and everything else as hexadecimal bytes. */
export type TopicDisplay = 'auto' | 'text' | 'hex';

export type TopicQos = 0 | 1;

export type RecordFormat = 'ndjson' | 'csv';

/** A number inside the JSON of one topic, followed over time. `path` is a JSON Pointer (RFC 6901). */
export type TopicPin = { readonly id: string; readonly topic: string; readonly path: string };

/** What the window wants to see of one subscription; everything else stays at the source. */
export type TopicLook = {
  /** Whether rows of the log are wanted. */
  readonly messages: boolean;
  /** Whether the newest value of each topic is wanted. */
  readonly topics: boolean;
  /** Only rows whose topic or text holds this, in any case; empty = all. */
  readonly search: string;
  readonly display: TopicDisplay;
  /** JSON Pointers whose newest values stand beside each topic. */
  readonly fields: readonly string[];
  readonly pins: readonly TopicPin[];
  readonly isPaused: boolean;
  /** How many messages, and how many bytes of payload, the source keeps at most. */
  readonly keepMessages: number;
  readonly keepBytes: number;
};

/** One line of the log. The whole payload is asked for with `topics.message`. */
export type TopicRow = {
  /** Counts up by one per message received on this subscription. */
  readonly n: number;
  readonly at: number;
  readonly topic: string;
  readonly qos: TopicQos;
  readonly retained: boolean;
  /** Of the whole payload. */
  readonly bytes: number;
  /** The beginning of the payload, or the place that the search found. */
  readonly preview: string;
};

/** A whole message; exactly one of `text` and `base64` is there. */
export type TopicMessage = Omit<TopicRow, 'preview'> & {
  readonly text: string | null;
  /** Payloads that are no UTF-8 text. */
  readonly base64: string | null;
};

/** The newest message of one topic. */
export type TopicLatest = TopicRow & {
  /** Messages received on this topic. */
  readonly count: number;
  /** By `look.fields`: the value as text, null where the payload has none. */
  readonly values: readonly (string | null)[];
};

/** What a pinned number did since the last batch. */
export type TopicPoint = {
  readonly id: string;
  readonly at: number;
  readonly least: number;
  readonly most: number;
  readonly last: number;
  readonly count: number;
};

export type TopicRecording = {
  /** The file's name without its folder. */
  readonly name: string;
  readonly format: RecordFormat;
  readonly isRunning: boolean;
  readonly written: number;
  readonly bytes: number;
  /** Received while recording but not written. */
  readonly lost: number;
  readonly error: PlainError | null;
};

export type TopicBatch = {
  readonly state: 'connecting' | 'subscribed' | 'refused';
  readonly error: PlainError | null;
  /** Totals since the subscription began or was cleared: received = shown + notShown + waiting. */
  readonly received: number;
  readonly shown: number;
  readonly notShown: number;
  /** Kept at the source and not yet shown: the subscription is paused or not looked at. */
  readonly waiting: number;
  /** Messages per second that arrive over the viewer's whole connection. */
  readonly connectionRate: number;
  /** Newest first. A refill replaces what is listed, otherwise the rows are newer than all listed. */
  readonly rows: readonly TopicRow[];
  readonly isRefill: boolean;
  /** Topics that changed; null while `look.topics` is off. */
  readonly topics: {
    readonly changed: readonly TopicLatest[];
    readonly isRefill: boolean;
    /** Messages on topics beyond what is kept. */
    readonly notKept: number;
  } | null;
  readonly points: readonly TopicPoint[];
  readonly recording: TopicRecording | null;
};

/** What became of a published message. At QoS 0 nobody acknowledges. */
export type TopicPublished = { readonly isAcknowledged: boolean; readonly milliseconds: number };

/** A message that is published again and again; null when none is. */
export type TopicRepeat = {
  readonly topic: string;
  readonly everyMs: number;
  /** How many times in all. */
  readonly times: number;
  readonly sent: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly isRunning: boolean;
  readonly error: PlainError | null;
} | null;
