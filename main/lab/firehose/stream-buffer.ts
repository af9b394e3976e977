/** A stream's buffer: records go to an append-only segment; sealed segments wait for delivery. Nothing that was acknowledged depends on memory. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openAppendLog, type AppendLog } from '../append-log.ts';
import { encodeOrigins, encodeRecords, readFrames, type Origin } from './buffer-format.ts';

export type Segment = {
  readonly path: string;
  /** The document that names the object, written before delivery begins. */
  readonly deliveryPath: string;
  /** Bytes and number of its records. */
  readonly bytes: number;
  readonly records: number;
  /** Arrival of its oldest record in epoch milliseconds; null when it holds none. */
  readonly since: number | null;
  /** The highest sequence of each source in it. */
  readonly lastOf: ReadonlyMap<string, number>;
};

export type StreamBuffer = {
  /** Resolves when the records are with the operating system. Those at or below the highest sequence of their source are ignored. */
  readonly put: (records: readonly Buffer[], origin: Origin | undefined) => Promise<void>;
  /** What is being filled. */
  readonly current: () => Segment;
  /** Closes what is being filled and begins a new segment; does nothing when there are no records. */
  readonly seal: () => Promise<void>;
  /** The oldest segment that waits for delivery. */
  readonly oldestSealed: () => Segment | null;
  /** After delivery. */
  readonly drop: (segment: Segment) => Promise<void>;
  /** Everything not yet delivered. */
  readonly total: () => Pick<Segment, 'bytes' | 'records' | 'since'>;
  readonly close: () => Promise<void>;
};

type OpenSegment = { -readonly [Name in keyof Segment]: Segment[Name] } & {
  readonly number: number;
  readonly lastOf: Map<string, number>;
};

const NAME = /^segment-(\d+)\.log$/;

export async function openStreamBuffer(folder: string): Promise<StreamBuffer> {
  await mkdir(folder, { recursive: true });
  /** Highest sequence of each source: taken into the buffer, and known to be on disk. */
  let accepted = new Map<string, number>();
  const durable = new Map<string, number>();
  const raise = (map: Map<string, number>, { source, sequence }: Origin): void => {
    if (sequence > (map.get(source) ?? Number.NEGATIVE_INFINITY)) map.set(source, sequence);
  };

  const sealed: OpenSegment[] = [];
  const numbers = await segmentNumbers(folder);
  let logSize = 0;
  for (const number of numbers) {
    const segment = openSegment(folder, number);
    logSize = await replay(segment, (origin) => raise(durable, origin));
    sealed.push(segment);
  }
  accepted = new Map(durable);
  // The newest goes on being filled; the others were sealed before the process ended.
  let current = sealed.pop() ?? openSegment(folder, 1);
  let log: AppendLog = await openAppendLog(current.path, logSize);
  let latest: Promise<void> = Promise.resolve();
  // The memory of what was taken must outlive the segments that prove it, which delivery drops.
  const rememberOrigins = (): Promise<void> =>
    log.append([encodeOrigins([...durable].map(([source, sequence]) => ({ source, sequence })))]);
  if (sealed.length > 0) await rememberOrigins();

  const sealNow = async (): Promise<void> => {
    if (current.records === 0) return;
    const next = openSegment(folder, current.number + 1);
    const nextLog = await openAppendLog(next.path, 0);
    const [full, fullLog] = [current, log];
    [current, log] = [next, nextLog];
    await fullLog.close();
    await rememberOrigins();
    if (full.records > 0) sealed.push(full);
    else await rm(full.path, { force: true });
  };
  /** One after the other: each closes what is being filled when its turn comes. */
  let sealing: Promise<void> = Promise.resolve();

  return {
    put: (records, origin) => {
      if (origin !== undefined) {
        const highest = accepted.get(origin.source);
        if (highest !== undefined && origin.sequence <= highest) return latest;
        accepted.set(origin.source, origin.sequence);
      }
      const now = Date.now();
      const segment = current;
      const bytes = records.reduce((sum, record) => sum + record.length, 0);
      segment.bytes += bytes;
      segment.records += records.length;
      segment.since ??= now;
      latest = log.append([encodeRecords(records, now, origin)]).then(
        () => {
          if (origin === undefined) return;
          raise(durable, origin);
          raise(segment.lastOf, origin);
        },
        (error: unknown) => {
          // Not taken after all: the source may send it again.
          segment.bytes -= bytes;
          segment.records -= records.length;
          if (segment.records === 0) segment.since = null;
          accepted = new Map(durable);
          throw error;
        },
      );
      return latest;
    },
    current: () => current,
    seal: () => {
      const done = sealing.then(sealNow);
      sealing = done.catch(() => undefined);
      return done;
    },
    oldestSealed: () => sealed[0] ?? null,
    drop: async (segment) => {
      await rm(segment.path, { force: true });
      await rm(segment.deliveryPath, { force: true });
      sealed.splice(0, sealed.length, ...sealed.filter((other) => other !== segment));
    },
    total: () => {
      let { bytes, records } = current;
      for (const segment of sealed) {
        bytes += segment.bytes;
        records += segment.records;
      }
      return { bytes, records, since: sealed[0]?.since ?? current.since };
    },
    close: async () => {
      await sealing;
      await log.close();
    },
  };
}

function openSegment(folder: string, number: number): OpenSegment {
  const path = join(folder, `segment-${number}.log`);
  return { number, path, deliveryPath: `${path}.delivery.json`, bytes: 0, records: 0, since: null, lastOf: new Map() };
}

/** Numbers in order; delivery documents whose segment is gone are cleared. */
async function segmentNumbers(folder: string): Promise<readonly number[]> {
  const files = await readdir(folder);
  const numbers = files.flatMap((file) => {
    const number = NAME.exec(file)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  for (const file of files) {
    const log = /^(.+)\.delivery\.json/.exec(file)?.[1];
    if (log !== undefined && !files.includes(log)) await rm(join(folder, file), { force: true });
  }
  return numbers.sort((a, b) => a - b);
}

/** Counts what the segment holds and returns where its last whole frame ends. */
async function replay(segment: OpenSegment, onOrigin: (origin: Origin) => void): Promise<number> {
  let size = 0;
  for await (const { frame, end } of readFrames(segment.path)) {
    size = end;
    if (frame.kind === 'origins') {
      frame.origins.forEach(onOrigin);
      continue;
    }
    if (frame.origin !== null) onOrigin(frame.origin);
    segment.since ??= frame.arrivedMs;
    segment.records += frame.records.length;
    for (const record of frame.records) segment.bytes += record.length;
  }
  return size;
}
