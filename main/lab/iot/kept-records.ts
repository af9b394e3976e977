/**
 * Named records that survive kill -9: sessions and their messages, retained messages, shadows. All are in memory; every change is
 * appended to a file before it counts, and files that hold little of use are carried forward and removed, a few megabytes at a time.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '../../log.ts';
import { openAppendLog, type AppendLog } from '../append-log.ts';

export type KeptRecords = {
  /** The records whose key begins with `prefix`, in the order in which they were first put. */
  readonly startingWith: (prefix: string) => readonly (readonly [key: string, value: Buffer])[];
  /** Resolves when the record is with the operating system. Rejects when it could not be written; then the old one stands. */
  readonly put: (key: string, value: Buffer) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  /** Drops a record that means nothing without another one, which is removed. */
  readonly forget: (key: string) => void;
  /** Waits for what is pending. */
  readonly close: () => Promise<void>;
};

const SEGMENT_BYTES = 8 * 1024 * 1024;
const ENDING = '.records';
/** Whole length (4 bytes), key length (2), kind (1). */
const HEAD_BYTES = 7;
const PUT = 1;
const REMOVE = 2;

type Live = { readonly segment: number; readonly value: Buffer; readonly bytes: number };

const log = createLogger('lab.iot.records');

export async function openKeptRecords(folder: string, segmentBytes = SEGMENT_BYTES): Promise<KeptRecords> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const live = new Map<string, Live>();
  let liveBytes = 0;
  /** Bytes of the finished files, oldest first. */
  const finished = new Map<number, number>();
  let current: { readonly segment: number; readonly file: AppendLog };
  let upkeep: Promise<void> | undefined;
  let isClosed = false;

  const pathOf = (segment: number): string => join(folder, `${String(segment).padStart(12, '0')}${ENDING}`);

  const hold = (key: string, record: Live | undefined): void => {
    liveBytes += (record?.bytes ?? 0) - (live.get(key)?.bytes ?? 0);
    if (record === undefined) live.delete(key);
    else live.set(key, record);
  };

  const put = async (key: string, value: Buffer): Promise<void> => {
    const before = live.get(key);
    const bytes = encode(PUT, key, value);
    const record = { segment: current.segment, value, bytes: bytes.length };
    const written = current.file.append([bytes]);
    hold(key, record);
    try {
      await written;
    } catch (error) {
      if (live.get(key) === record) hold(key, before);
      throw error;
    }
    tidy();
  };

  const remove = async (key: string): Promise<void> => {
    if (!live.has(key)) return;
    hold(key, undefined);
    await current.file.append([encode(REMOVE, key, Buffer.alloc(0))]);
    tidy();
  };

  /** Begins a new file when the current one is full, and empties the oldest while too much on disk is of no use. */
  const tidy = (): void => {
    if (upkeep !== undefined || isClosed || current.file.size() < segmentBytes) return;
    upkeep = (async () => {
      const full = current;
      const segment = full.segment + 1;
      current = { segment, file: await openAppendLog(pathOf(segment), 0) };
      finished.set(full.segment, full.file.size());
      await full.file.close();
      for (const [oldest, bytes] of finished) {
        if (total(finished) <= 2 * liveBytes + 2 * segmentBytes) break;
        await carryForward(oldest);
        rmSync(pathOf(oldest), { force: true });
        finished.delete(oldest);
        log.debug({ segment: oldest, bytes }, 'removed a file of records');
      }
    })()
      .catch((error: unknown) => log.error({ error: String(error) }, 'the records could not be tidied'))
      .finally(() => (upkeep = undefined));
  };

  const carryForward = async (segment: number): Promise<void> => {
    const kept = [...live].filter(([, record]) => record.segment === segment);
    await Promise.all(kept.map(([key, { value }]) => put(key, value)));
  };

  let used = 0;
  const found = readdirSync(folder)
    .filter((name) => /^\d{12}\.records$/.test(name))
    .sort()
    .map((name) => Number(name.slice(0, -ENDING.length)));
  for (const segment of found) {
    const bytes = readFileSync(pathOf(segment));
    used = decode(bytes, (kind, key, value, length) => {
      hold(key, kind === PUT ? { segment, value: Buffer.from(value), bytes: length } : undefined);
    });
    finished.set(segment, used);
  }
  const newest = found.at(-1);
  if (newest !== undefined) finished.delete(newest);
  current = {
    segment: newest ?? 1,
    file: await openAppendLog(pathOf(newest ?? 1), newest === undefined ? 0 : used),
  };

  return {
    startingWith: (prefix) =>
      [...live].flatMap(([key, { value }]) => (key.startsWith(prefix) ? [[key, value] as const] : [])),
    put,
    remove,
    forget: (key) => hold(key, undefined),
    close: async () => {
      isClosed = true;
      await upkeep;
      await current.file.close();
    },
  };
}

function total(sizes: ReadonlyMap<number, number>): number {
  let bytes = 0;
  for (const size of sizes.values()) bytes += size;
  return bytes;
}

function encode(kind: number, key: string, value: Buffer): Buffer {
  const keyBytes = Buffer.byteLength(key);
  const bytes = Buffer.allocUnsafeSlow(HEAD_BYTES + keyBytes + value.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(keyBytes, 4);
  bytes.writeUInt8(kind, 6);
  bytes.write(key, HEAD_BYTES);
  value.copy(bytes, HEAD_BYTES + keyBytes);
  return bytes;
}

/** Returns where the whole records end: a crash may have cut off the last one. */
function decode(bytes: Buffer, take: (kind: number, key: string, value: Buffer, length: number) => void): number {
  let at = 0;
  while (bytes.length - at >= HEAD_BYTES) {
    const length = bytes.readUInt32LE(at);
    const keyEnd = at + HEAD_BYTES + bytes.readUInt16LE(at + 4);
    const end = at + length;
    if (end > bytes.length || keyEnd > end) break;
    take(bytes.readUInt8(at + 6), bytes.toString('utf8', at + HEAD_BYTES, keyEnd), bytes.subarray(keyEnd, end), length);
    at = end;
  }
  return at;
}

/** A value of small facts and a payload. */
export function packValue(facts: object, payload: Buffer): Buffer {
  const head = Buffer.from(JSON.stringify(facts));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(head.length, 0);
  return Buffer.concat([length, head, payload]);
}

/** What `packValue` made. Throws on anything else. */
export function unpackValue(value: Buffer): { readonly facts: unknown; readonly payload: Buffer } {
  const end = 4 + value.readUInt32LE(0);
  return { facts: JSON.parse(value.toString('utf8', 4, end)) as unknown, payload: value.subarray(end) };
}
