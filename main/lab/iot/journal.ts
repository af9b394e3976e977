/**
 * The journal between broker and rules: a message is acknowledged when it is in here, and removed when the rules have acted on it.
 * kill -9 of the process loses nothing that was acknowledged; a power cut may (no fsync per message, as that would cost 100 times the speed).
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, write } from 'node:fs';
import { encodeRecords, type JournalContent, type JournalMessage } from './journal-record.ts';
import {
  beginSegment,
  findSegments,
  measureSegment,
  openSegmentReader,
  removeSegment,
  type Segment,
} from './journal-segments.ts';

export type Journal = {
  /** Calls back with null when the message is in the file, or with the reason why it is not. Many calls share one write. */
  readonly append: (message: Omit<JournalContent, 'receivedAt'>, done: (error: Error | null) => void) => void;
  /** Of the newest message that is in the file. */
  readonly lastSequence: () => number;
  /** The message before the oldest one that is still kept. */
  readonly keptAfter: () => number;
  /** The next messages behind `sequence`, in order; none when there is nothing newer. One reader at a time. */
  readonly readAfter: (sequence: number, limits: ReadLimits) => Promise<readonly JournalMessage[]>;
  /** The only listener for "there is something to read". */
  readonly onAppended: (listener: () => void) => void;
  /** Messages up to `sequence` are no longer needed. Only whole files are removed. */
  readonly release: (sequence: number) => void;
  /** Waits for the write in progress. */
  readonly close: () => Promise<void>;
};

export type ReadLimits = { readonly messages: number; readonly bytes: number };

/** Messages kept in memory for a reader that keeps up; a slower one reads the files. */
const WINDOW_MESSAGES = 8_192;
const WINDOW_BYTES = 32 * 1024 * 1024;
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Larger batches than this are written in several steps, to bound the memory of one. */
const WRITE_BYTES = 4 * 1024 * 1024;

type Waiting = JournalContent & { readonly done: (error: Error | null) => void };

/**
 * @param options.firstSequence of a journal without files. It must be above every number ever given out, because the services
 *   behind the rules ignore numbers they have seen.
 * @param options.actedSequence Files that end before this number have lost their end to a power cut; they are done with and go.
 */
export function openJournal(
  folder: string,
  options: { readonly firstSequence: number; readonly actedSequence: number; readonly segmentBytes?: number },
): Journal {
  const { segmentBytes = SEGMENT_BYTES } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let segments = usableSegments(folder, options.actedSequence);
  const newest = segments.at(-1) ?? beginSegment(folder, options.firstSequence);
  if (segments.length === 0) segments = [newest];
  let { last, bytes: size } = measureSegment(newest);
  let file = openSync(newest.path, 'r+');
  // The end of a write that a crash cut off.
  ftruncateSync(file, size);
  let isTailDirty = false;

  const waiting: Waiting[] = [];
  let isWriting = false;
  let isScheduled = false;
  let isClosed = false;
  let whenIdle: () => void = () => undefined;
  let tell: () => void = () => undefined;

  let window: JournalMessage[] = [];
  let windowBytes = 0;
  const reader = openSegmentReader(() => segments);

  const remember = (messages: readonly JournalMessage[]): void => {
    window.push(...messages);
    for (const { payload } of messages) windowBytes += payload.length;
    if (window.length <= WINDOW_MESSAGES && windowBytes <= WINDOW_BYTES) return;
    // Half of it goes at once, so that this is rare.
    const kept = window.slice(Math.ceil(window.length / 2));
    window = kept;
    windowBytes = kept.reduce((sum, { payload }) => sum + payload.length, 0);
  };

  const takeBatch = (): readonly Waiting[] => {
    let bytes = 0;
    const end = waiting.findIndex(({ payload }) => (bytes += payload.length) > WRITE_BYTES);
    return waiting.splice(0, end < 0 ? waiting.length : Math.max(end, 1));
  };

  /** Makes the file ready for the next write. Throws what the file system says. */
  const prepare = (): void => {
    if (isTailDirty) {
      ftruncateSync(file, size);
      isTailDirty = false;
    }
    if (size < segmentBytes) return;
    const next = beginSegment(folder, last + 1);
    const nextFile = openSync(next.path, 'r+');
    closeSync(file);
    [file, size] = [nextFile, 0];
    segments = [...segments, next];
  };

  const flush = (): void => {
    isScheduled = false;
    if (isWriting) return;
    if (waiting.length === 0) {
      whenIdle();
      return;
    }
    isWriting = true;
    const batch = takeBatch();
    const finish = (error: Error | null, messages: readonly JournalMessage[]): void => {
      isWriting = false;
      if (error === null) {
        last += messages.length;
        remember(messages);
      }
      for (const { done } of batch) done(error);
      if (error === null) tell();
      flush();
    };
    try {
      prepare();
    } catch (error) {
      finish(error instanceof Error ? error : new Error(String(error)), []);
      return;
    }
    const { bytes, messages } = encodeRecords(batch, last + 1);
    writeWhole(file, bytes, size, (error) => {
      if (error === null) size += bytes.length;
      else isTailDirty = true;
      finish(error, messages);
    });
  };

  return {
    append: (message, done) => {
      if (isClosed) {
        done(new Error('The journal is closed.'));
        return;
      }
      const { topic, clientId, principal, sourceIp, hops, payload } = message;
      // Now, not when it is written or read: messages that share a write keep the times they came at.
      waiting.push({ receivedAt: Date.now(), topic, clientId, principal, sourceIp, hops, payload, done });
      if (isWriting || isScheduled) return;
      isScheduled = true;
      setImmediate(flush);
    },
    lastSequence: () => last,
    keptAfter: () => (segments[0]?.first ?? last + 1) - 1,
    readAfter: async (sequence, limits) => {
      if (sequence >= last) return [];
      const oldest = window[0]?.sequence;
      if (oldest !== undefined && sequence + 1 >= oldest) {
        reader.rest();
        return limited(window, sequence + 1 - oldest, limits);
      }
      return limited(await reader.read(sequence + 1, last), 0, limits);
    },
    onAppended: (listener) => {
      tell = listener;
    },
    release: (sequence) => {
      const done = segments.filter((_, index) => {
        const next = segments[index + 1];
        return next !== undefined && next.first - 1 <= sequence;
      });
      if (done.length === 0) return;
      segments = segments.slice(done.length);
      for (const segment of done) removeSegment(segment);
    },
    close: async () => {
      isClosed = true;
      if (isWriting || waiting.length > 0) await new Promise<void>((resolve) => (whenIdle = resolve));
      reader.rest();
      closeSync(file);
    },
  };
}

function usableSegments(folder: string, actedSequence: number): readonly Segment[] {
  const found = findSegments(folder);
  const newest = found.at(-1);
  if (newest === undefined || measureSegment(newest).last >= actedSequence) return found;
  for (const segment of found) removeSegment(segment);
  return [];
}

function limited(messages: readonly JournalMessage[], start: number, limits: ReadLimits): readonly JournalMessage[] {
  let bytes = 0;
  let end = start;
  while (end < messages.length && end - start < limits.messages) {
    bytes += messages[end]?.payload.length ?? 0;
    if (bytes > limits.bytes && end > start) break;
    end++;
  }
  return messages.slice(start, end);
}

function writeWhole(file: number, bytes: Buffer, position: number, done: (error: Error | null) => void): void {
  write(file, bytes, 0, bytes.length, position, (error, written) => {
    if (error !== null) done(error);
    else if (written === bytes.length) done(null);
    // A disk that fills up takes a part first; the rest then tells the error.
    else if (written === 0) done(new Error('The file takes no more bytes.'));
    else writeWhole(file, bytes.subarray(written), position + written, done);
  });
}
