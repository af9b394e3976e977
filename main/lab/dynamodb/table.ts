/**
 * One table: where its items lie on disk, in the order of their keys, and its indexes. In memory are keys and places alone, and the items
 * that are on their way to the disk.
 */
import type { Item } from '../services.ts';
import { belongsToIndex, keyText, type KeyShape } from './key-text.ts';
import { overheadOf } from './log-entries.ts';
import { NO_SLOT, openOrderedKeys, type OrderedKeys } from './ordered-keys.ts';
import type { Place, Usage } from './place.ts';
import type { IndexRecord, TableRecord } from './table-record.ts';

/** A change on its way to the disk: the encoded item, null where it is removed, and where the entry will lie. */
export type Write = { readonly value: Buffer | null; readonly place: Place };

export type Table = {
  readonly record: () => TableRecord;
  readonly setRecord: (record: TableRecord) => void;
  readonly get: (key: string) => Item | undefined;
  /** Seen at once by whoever reads. Must be followed by `kept` or `failed`. */
  readonly hold: (key: string, write: Write) => void;
  readonly kept: (key: string, write: Write) => void;
  /** The item is again what was last kept. */
  readonly failed: (key: string, write: Write) => void;
  /** While the files are read again: the place of the item, null where it was removed. `reindex` ends it. */
  readonly restore: (key: string, place: Place | null) => void;
  readonly reindex: () => void;
  readonly isNewest: (key: string, position: number) => boolean;
  readonly moved: (key: string, from: Place, to: Place) => void;
  /** None of its items is of use any more. */
  readonly drop: () => void;
  /** The texts of all keys (`keyText`), or of an index's (`indexText`). */
  readonly keys: OrderedKeys;
  readonly index: (name: string) => { readonly record: IndexRecord; readonly keys: OrderedKeys } | undefined;
  readonly items: () => number;
  /** Of the encoded items: near to what AWS counts. */
  readonly bytes: () => number;
};

/** `kept` is the place of what stands if `write` fails. */
type Pending = { readonly write: Write; kept: Place | null };

type Disk = Pick<Usage, 'use' | 'release'> & { readonly read: (place: Place) => Buffer };

export function openTable(first: TableRecord, disk: Disk): Table {
  let record = first;
  const keys = openOrderedKeys({ hasSlots: true });
  const pending = new Map<string, Pending>();
  const indexes = new Map(
    first.indexes.map((index) => [index.name, { record: index, keys: openOrderedKeys({ hasSlots: false }) }]),
  );
  let bytes = 0;
  let isDropped = false;

  const encoded = (key: string): Buffer | null => {
    const waiting = pending.get(key);
    if (waiting !== undefined) return waiting.write.value;
    const place = keys.slot(key);
    return place === undefined ? null : disk.read(place);
  };
  const indexed = (key: string, value: Buffer | null, change: (keys: OrderedKeys, text: string) => unknown): void => {
    if (value === null || indexes.size === 0) return;
    const item = decodeItem(value);
    for (const { record: index, keys: own } of indexes.values()) {
      if (belongsToIndex(index.key, index.name, item)) change(own, indexText(index.key, item, key));
    }
  };
  /** What readers see of the key from now on: an item at a place, or none. Answers with the place before. */
  const show = (key: string, place: Place | null): Place | null => {
    const before = place === null ? keys.remove(key) : keys.put(key, place);
    const overhead = overheadOf(key);
    if (before !== undefined) bytes -= before.length - overhead;
    if (place !== null) bytes += place.length - overhead;
    return before ?? null;
  };
  const release = (place: Place | null): void => {
    if (place !== null) disk.release(place);
  };

  return {
    record: () => record,
    setRecord: (next) => {
      record = next;
    },
    get: (key) => {
      const found = encoded(key);
      return found === null ? undefined : decodeItem(found);
    },
    hold: (key, write) => {
      if (indexes.size > 0) indexed(key, encoded(key), (own, text) => own.remove(text));
      const before = show(key, write.value === null ? null : write.place);
      const waiting = pending.get(key);
      pending.set(key, { write, kept: waiting === undefined ? before : waiting.kept });
      indexed(key, write.value, (own, text) => own.put(text, NO_SLOT));
    },
    kept: (key, write) => {
      if (isDropped) return;
      const place = write.value === null ? null : write.place;
      if (place !== null) disk.use(place);
      const waiting = pending.get(key);
      if (waiting === undefined) {
        // A later write was kept before.
        release(place);
        return;
      }
      release(waiting.kept);
      if (waiting.write === write) pending.delete(key);
      else waiting.kept = place;
    },
    failed: (key, write) => {
      const waiting = pending.get(key);
      if (waiting?.write !== write) return;
      indexed(key, write.value, (own, text) => own.remove(text));
      pending.delete(key);
      show(key, waiting.kept);
      if (indexes.size > 0) indexed(key, encoded(key), (own, text) => own.put(text, NO_SLOT));
    },
    restore: (key, place) => {
      release(show(key, place));
      if (place !== null) disk.use(place);
    },
    reindex: () => {
      if (indexes.size === 0) return;
      for (const key of keys.upFrom('')) indexed(key, encoded(key), (own, text) => own.put(text, NO_SLOT));
    },
    isNewest: (key, position) => !pending.has(key) && keys.slot(key)?.position === position,
    moved: (key, from, to) => {
      disk.use(to);
      const waiting = pending.get(key);
      if (waiting === undefined && keys.slot(key)?.position === from.position) {
        keys.put(key, to);
        disk.release(from);
      } else if (waiting !== undefined && waiting.kept?.position === from.position) {
        waiting.kept = to;
        disk.release(from);
      } else {
        disk.release(to);
      }
    },
    drop: () => {
      isDropped = true;
      for (const key of keys.upFrom('')) if (!pending.has(key)) release(keys.slot(key) ?? null);
      for (const { kept } of pending.values()) release(kept);
    },
    keys,
    index: (name) => indexes.get(name),
    items: () => keys.size(),
    bytes: () => bytes,
  };
}

/** The place of an item in an index: the index's key, then the item's own. */
export function indexText(shape: KeyShape, item: Item, key: string): string {
  return keyText(shape, item) + key;
}

function decodeItem(bytes: Buffer): Item {
  // Written by the store alone, and the file knows where each entry ends.
  const item: Item = JSON.parse(bytes.toString('utf8'));
  return item;
}
