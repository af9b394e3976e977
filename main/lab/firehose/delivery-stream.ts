/** One delivery stream alive: takes records into its buffer and delivers when size or interval is reached, whichever comes first. */
import { createLogger } from '../../log.ts';
import { AwsError, type DeliveryWatch, type ObjectStore } from '../services.ts';
import type { Origin } from './buffer-format.ts';
import { deliver, type DeliveredObject } from './delivery.ts';
import { openStreamBuffer, type Segment } from './stream-buffer.ts';
import type { StreamRecord } from './stream-record.ts';

const log = createLogger('lab.firehose');

export type DeliveryStream = {
  /** Resolves when the records are on disk. Throws AwsError ServiceUnavailableException while too much waits undelivered. */
  readonly put: (records: readonly Buffer[], origin: Origin | undefined) => Promise<void>;
  /** Delivers everything now. Throws what keeps the bucket from taking it. */
  readonly flush: () => Promise<void>;
  readonly waiting: () => Pick<Segment, 'bytes' | 'records' | 'since'>;
  /** What became of its deliveries since the lab's start. */
  readonly history: () => DeliveryHistory;
  /** Size or interval may have changed. */
  readonly settingsChanged: () => void;
  readonly close: () => Promise<void>;
};

export type DeliveryHistory = {
  readonly deliveredObjects: number;
  readonly deliveredRecords: number;
  /** What the last delivery wrote: several objects with dynamic partitioning. */
  readonly latest: { readonly at: number; readonly objects: readonly DeliveredObject[] } | null;
  /** Null when the last delivery succeeded. */
  readonly failure: {
    readonly at: number;
    /** As S3 names the error. */
    readonly code: string;
    readonly message: string;
    readonly retryAt: number;
  } | null;
};

type Options = {
  readonly folder: string;
  /** Read anew at each use: an update of the destination holds for what is buffered already. */
  readonly stream: () => StreamRecord;
  readonly objects: ObjectStore;
  readonly onDelivered: DeliveryWatch;
  readonly onChange: () => void;
};

const MIB = 1024 * 1024;
/** What may wait beyond the buffer's own size while the bucket cannot take it. */
const MAX_BACKLOG_BYTES = 256 * MIB;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

export async function openDeliveryStream(options: Options): Promise<DeliveryStream> {
  const buffer = await openStreamBuffer(options.folder);
  let timer: NodeJS.Timeout | null = null;
  let deliveries: Promise<void> = Promise.resolve();
  let isDelivering = false;
  let isClosed = false;
  let isSealing = false;
  let retryMs = FIRST_RETRY_MS;
  let history: DeliveryHistory = { deliveredObjects: 0, deliveredRecords: 0, latest: null, failure: null };

  const sizeLimit = (): number => options.stream().destination.sizeMiB * MIB;

  const deliverAll = async (): Promise<void> => {
    await buffer.seal();
    for (let segment = buffer.oldestSealed(); segment !== null && !isClosed; segment = buffer.oldestSealed()) {
      const objects = await deliver(segment, options.stream(), options.objects);
      await buffer.drop(segment);
      history = {
        deliveredObjects: history.deliveredObjects + objects.length,
        deliveredRecords: history.deliveredRecords + segment.records,
        latest: { at: Date.now(), objects },
        failure: null,
      };
      options.onDelivered(options.stream().name, place(objects), segment.lastOf);
      options.onChange();
    }
  };

  /** One delivery at a time, each after the one before it, whatever became of that. */
  const enqueue = (): Promise<void> => {
    disarm();
    isDelivering = true;
    const done = deliveries.then(deliverAll);
    deliveries = done.then(
      () => {
        retryMs = FIRST_RETRY_MS;
        isDelivering = false;
        arm();
      },
      (error: unknown) => {
        log.warn({ err: error, stream: options.stream().name, retryMs }, 'a buffer could not be delivered');
        isDelivering = false;
        arm(retryMs);
        const message = error instanceof Error ? error.message : String(error);
        const code = error instanceof AwsError ? error.code : 'InternalError';
        history = { ...history, failure: { at: Date.now(), code, message, retryAt: Date.now() + retryMs } };
        options.onChange();
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      },
    );
    return done;
  };
  const deliverSoon = (): void => {
    // A failure is logged and tried again by the queue itself.
    enqueue().catch(() => undefined);
  };

  /** While older records are under way the buffer is closed at its size, so that no object grows far beyond it. */
  const sealFull = (): void => {
    if (isSealing) return;
    isSealing = true;
    buffer
      .seal()
      // What could not be closed goes on being filled; the next put tries again.
      .catch((error: unknown) => {
        log.warn({ err: error, stream: options.stream().name }, 'a full buffer could not be closed');
      })
      .finally(() => {
        isSealing = false;
        arm();
      });
  };

  const disarm = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const arm = (delayMs?: number): void => {
    if (timer !== null || isDelivering || isClosed) return;
    const { bytes, since } = buffer.current();
    const due = since === null ? null : since + options.stream().destination.intervalSeconds * 1000;
    if (delayMs !== undefined) timer = setTimeout(deliverSoon, delayMs);
    else if (bytes >= sizeLimit() || buffer.oldestSealed() !== null) deliverSoon();
    else if (due !== null) timer = setTimeout(deliverSoon, Math.max(0, due - Date.now()));
  };

  if (buffer.oldestSealed() !== null) deliverSoon();
  else arm();

  return {
    put: async (records, origin) => {
      if (buffer.total().bytes > sizeLimit() + MAX_BACKLOG_BYTES) {
        throw new AwsError('ServiceUnavailableException', 'Slow down.', 503);
      }
      const written = buffer.put(records, origin);
      // The interval counts from the first record, not from when its write is done.
      if (buffer.current().bytes < sizeLimit()) arm();
      else if (isDelivering || buffer.oldestSealed() !== null) sealFull();
      else deliverSoon();
      await written;
      options.onChange();
    },
    flush: enqueue,
    waiting: () => buffer.total(),
    history: () => history,
    settingsChanged: () => {
      if (isDelivering) return;
      disarm();
      arm();
    },
    close: async () => {
      isClosed = true;
      disarm();
      await deliveries;
      await buffer.close();
    },
  };
}

/** The object, or for a partitioned buffer what the keys of its objects begin with. */
function place(objects: readonly DeliveredObject[]): Pick<DeliveredObject, 'bucket' | 'key'> {
  const [first, ...others] = objects;
  if (first === undefined) return { bucket: '', key: '' };
  let { key } = first;
  for (const other of others) {
    while (!other.key.startsWith(key)) key = key.slice(0, -1);
  }
  return { bucket: first.bucket, key };
}
