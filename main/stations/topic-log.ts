/** What one subscription of the window has received: the newest messages until the window takes them, the rest counted. */
import type { PlainError } from '../../preload/errors.ts';
import type { TopicBatch, TopicMessage } from '../../preload/shapes.ts';
import type { Arrival } from './mqtt.ts';
import type { Scheduler } from './scheduler.ts';

export type TopicLog = {
  readonly filter: string;
  /** `at`: epoch milliseconds of arrival. */
  readonly add: (message: Arrival, at: number) => void;
  readonly setState: (state: TopicBatch['state'], error: PlainError | null) => void;
  /** The window has taken the last batch. */
  readonly acknowledge: () => void;
  readonly close: () => void;
};

const LEAST_GAP_MS = 100;
const MOST_KEPT = 500;
/** A few of the longest messages would make a batch of tens of megabytes. */
const MOST_KEPT_BYTES = 4 * 1_024 * 1_024;

type Kept = Arrival & { readonly n: number; readonly at: number };

export function createTopicLog(filter: string, scheduler: Scheduler, emit: (batch: TopicBatch) => void): TopicLog {
  let kept: Kept[] = [];
  let keptBytes = 0;
  let received = 0;
  let skipped = 0;
  let state: TopicBatch['state'] = 'connecting';
  let error: PlainError | null = null;
  let isTaken = true;
  let isChanged = true;
  let notBefore = -Infinity;

  const sender = scheduler.task((now) => {
    if (!isTaken || !isChanged) return Infinity;
    isTaken = false;
    isChanged = false;
    notBefore = now + LEAST_GAP_MS;
    const messages = kept.map(readable);
    kept = [];
    keptBytes = 0;
    emit({ state, error, messages, received, skipped });
    return Infinity;
  });

  const offer = (): void => {
    if (isTaken && isChanged) sender.at(Math.max(scheduler.now(), notBefore));
  };

  const change = (): void => {
    // While a sending is planned, more messages need no more planning.
    if (isChanged) return;
    isChanged = true;
    offer();
  };

  offer();
  return {
    filter,
    add: (message, at) => {
      received += 1;
      kept.push({ ...message, n: received, at });
      keptBytes += message.payload.byteLength;
      while (kept.length > MOST_KEPT || keptBytes > MOST_KEPT_BYTES) {
        keptBytes -= kept.shift()?.payload.byteLength ?? 0;
        skipped += 1;
      }
      change();
    },
    setState: (toState, toError) => {
      if (state === toState && error?.code === toError?.code) return;
      state = toState;
      error = toError;
      change();
    },
    acknowledge: () => {
      isTaken = true;
      offer();
    },
    close: () => sender.at(Infinity),
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes that are no UTF-8 text are shown as a data URL. */
function readable({ n, at, topic, qos, retained, payload }: Kept): TopicMessage {
  return { n, at, topic, qos, retained, bytes: payload.byteLength, payload: textOf(payload) };
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`;
  }
}
