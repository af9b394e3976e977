/**
 * The items of all tables on disk: every change is appended to a file before it counts, and read back from where it lies. Files that hold
 * little of use are carried forward and removed. Who knows where each item lies is the tables' affair.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '../../log.ts';
import { openAppendLog, type AppendLog } from '../append-log.ts';
import { decodeEntries, encodeChanges, valueIn, type Entry, type LogChange } from './log-entries.ts';
import { fileOf, offsetOf, positionOf, type Place, type Usage } from './place.ts';

export type ItemLog = {
  /** Where each change will lie, and when all of them are with the operating system: after `kill -9` there are all of them or none. */
  readonly append: (changes: readonly LogChange[]) => {
    readonly places: readonly Place[];
    /** The encoded items among the appended bytes, null for removals. */
    readonly values: readonly (Buffer | null)[];
    /** Rejects when they could not be written. */
    readonly written: Promise<void>;
  };
  /** The encoded item at a place that is on disk. */
  readonly read: (place: Place) => Buffer;
  /** Waits for what is pending. */
  readonly close: () => Promise<void>;
};

/** Knows which entries are of use. */
export type Owner = {
  /** Called in the order in which the changes were written, while the log is opened. */
  readonly restore: (entry: Entry, place: Place) => void;
  /** This entry is its item's newest, and no newer one is on its way to the disk. */
  readonly isNewest: (entry: Entry, position: number) => boolean;
  /** The entry lies somewhere else now. */
  readonly moved: (entry: Entry, from: Place, to: Place) => void;
};

const SEGMENT_BYTES = 32 * 1024 * 1024;
const ENDING = '.items';
const CARRIED_BYTES = 512 * 1024;

const log = createLogger('lab.dynamodb');

type Options = {
  readonly folder: string;
  readonly usage: Usage;
  readonly owner: Owner;
  /** When a new file begins. */
  readonly segmentBytes?: number | undefined;
};

export async function openItemLog({ folder, usage, owner, segmentBytes = SEGMENT_BYTES }: Options): Promise<ItemLog> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const readers = new Map<number, number>();
  /** Bytes of the finished files, oldest first. */
  const finished = new Map<number, number>();
  let current: { readonly segment: number; readonly file: AppendLog };
  let upkeep: Promise<void> | undefined;
  let isClosed = false;

  const pathOf = (segment: number): string => join(folder, `${String(segment).padStart(12, '0')}${ENDING}`);

  const append: ItemLog['append'] = (changes) => {
    const { bytes, entries, values } = encodeChanges(changes);
    const start = positionOf(current.segment, current.file.end());
    const written = current.file.append([bytes]).then(tidy);
    return {
      places: entries.map(({ offset, length }) => ({ position: start + offset, length })),
      values,
      written,
    };
  };

  const read = ({ position, length }: Place): Buffer => {
    const segment = fileOf(position);
    const reader = readers.get(segment) ?? openSync(pathOf(segment), 'r');
    readers.set(segment, reader);
    const entry = Buffer.allocUnsafe(length);
    const bytesRead = readSync(reader, entry, 0, length, offsetOf(position));
    if (bytesRead < length) throw new Error(`the file ${segment}${ENDING} of the lab's items is cut off`);
    return valueIn(entry);
  };

  /** Begins a new file when the current one is full, and empties the oldest while too much on disk is of no use. */
  const tidy = (): void => {
    if (upkeep !== undefined || isClosed || current.file.size() < segmentBytes) return;
    upkeep = (async () => {
      await beginFile();
      while (total(finished) > 2 * usage.total() + 2 * segmentBytes) {
        const [oldest] = finished.keys();
        if (oldest === undefined || !(await carryForward(oldest))) return;
      }
    })()
      .catch((error: unknown) => log.error({ err: error }, 'the items on disk could not be tidied'))
      .finally(() => (upkeep = undefined));
  };

  const beginFile = async (): Promise<void> => {
    const full = current;
    const segment = full.segment + 1;
    current = { segment, file: await openAppendLog(pathOf(segment), 0) };
    await full.file.close();
    finished.set(full.segment, full.file.size());
  };

  /** False when something in the file is still of use: an item whose newer value could not be written. */
  const carryForward = async (segment: number): Promise<boolean> => {
    const bytes = await readFile(pathOf(segment));
    let moving: { readonly entry: Entry; readonly from: Place }[] = [];
    const move = async (): Promise<void> => {
      if (current.file.size() >= segmentBytes) await beginFile();
      // Newer values may have come meanwhile; from here to the append nothing can come between.
      const newest = moving.filter(({ entry, from }) => owner.isNewest(entry, from.position));
      moving = [];
      if (newest.length === 0) return;
      const { places, written } = append(newest.map(({ entry }) => entry));
      await written;
      for (const [index, { entry, from }] of newest.entries()) {
        const to = places[index];
        if (to !== undefined) owner.moved(entry, from, to);
      }
    };
    const entries: { readonly entry: Entry; readonly from: Place }[] = [];
    decodeEntries(bytes, (entry, offset, length) => {
      const from = { position: positionOf(segment, offset), length };
      if (entry.value !== null && owner.isNewest(entry, from.position)) entries.push({ entry, from });
    });
    let size = 0;
    for (const one of entries) {
      moving.push(one);
      size += one.from.length;
      if (size < CARRIED_BYTES) continue;
      await move();
      size = 0;
    }
    await move();
    if (usage.inFile(segment) > 0) return false;
    const reader = readers.get(segment);
    if (reader !== undefined) closeSync(reader);
    readers.delete(segment);
    rmSync(pathOf(segment), { force: true });
    usage.forget(segment);
    finished.delete(segment);
    log.debug({ segment, bytes: bytes.length }, 'removed a file of items');
    return true;
  };

  let end = 0;
  const found = readdirSync(folder)
    .filter((name) => /^\d{12}\.items$/.test(name))
    .sort()
    .map((name) => Number(name.slice(0, -ENDING.length)));
  for (const segment of found) {
    end = decodeEntries(readFileSync(pathOf(segment)), (entry, offset, length) =>
      owner.restore(entry, { position: positionOf(segment, offset), length }),
    );
    finished.set(segment, end);
  }
  const newest = found.at(-1);
  if (newest !== undefined) finished.delete(newest);
  current = { segment: newest ?? 1, file: await openAppendLog(pathOf(newest ?? 1), end) };

  return {
    append,
    read,
    close: async () => {
      isClosed = true;
      await upkeep;
      await current.file.close();
      for (const reader of readers.values()) closeSync(reader);
      readers.clear();
    },
  };
}

function total(sizes: ReadonlyMap<number, number>): number {
  let bytes = 0;
  for (const size of sizes.values()) bytes += size;
  return bytes;
}
