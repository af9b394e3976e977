/** One table's items in memory, in the order of their keys, with its indexes. What is on disk is the store's affair. */
import type { Item } from '../services.ts';
import { belongsToIndex, keyText, type KeyShape } from './key-text.ts';
import { openOrderedKeys, type OrderedKeys } from './ordered-keys.ts';
import type { IndexRecord, TableRecord } from './table-record.ts';

export type Table = {
  readonly record: () => TableRecord;
  readonly setRecord: (record: TableRecord) => void;
  readonly get: (key: string) => Item | undefined;
  /** Takes the encoded item in, or out where it is null, and answers with what takes it back. */
  readonly hold: (key: string, bytes: Buffer | null) => () => void;
  /** The texts of all keys (`keyText`), or of an index's (`indexText`). */
  readonly keys: OrderedKeys;
  readonly index: (name: string) => { readonly record: IndexRecord; readonly keys: OrderedKeys } | undefined;
  readonly items: () => number;
  /** Of the encoded items: near to what AWS counts. */
  readonly bytes: () => number;
  readonly keyTexts: () => Iterable<string>;
};

export function openTable(first: TableRecord): Table {
  let record = first;
  const held = new Map<string, Buffer>();
  const keys = openOrderedKeys();
  const indexes = new Map(first.indexes.map((index) => [index.name, { record: index, keys: openOrderedKeys() }]));
  let bytes = 0;

  const indexed = (key: string, item: Item, change: (keys: OrderedKeys, text: string) => void): void => {
    for (const { record: index, keys: own } of indexes.values()) {
      if (belongsToIndex(index.key, index.name, item)) change(own, indexText(index.key, item, key));
    }
  };

  const hold = (key: string, next: Buffer | null): (() => void) => {
    const before = held.get(key) ?? null;
    if (before !== null) {
      bytes -= before.length;
      if (indexes.size > 0) indexed(key, decodeItem(before), (own, text) => own.remove(text));
    }
    if (next === null) {
      held.delete(key);
      keys.remove(key);
    } else {
      held.set(key, next);
      if (before === null) keys.add(key);
      bytes += next.length;
      if (indexes.size > 0) indexed(key, decodeItem(next), (own, text) => own.add(text));
    }
    return () => {
      if ((held.get(key) ?? null) === next) hold(key, before);
    };
  };

  return {
    record: () => record,
    setRecord: (next) => {
      record = next;
    },
    get: (key) => {
      const found = held.get(key);
      return found === undefined ? undefined : decodeItem(found);
    },
    hold,
    keys,
    index: (name) => indexes.get(name),
    items: () => held.size,
    bytes: () => bytes,
    keyTexts: () => held.keys(),
  };
}

/** The place of an item in an index: the index's key, then the item's own. */
export function indexText(shape: KeyShape, item: Item, key: string): string {
  return keyText(shape, item) + key;
}

export function encodeItem(item: Item): Buffer {
  return Buffer.from(JSON.stringify(item));
}

function decodeItem(bytes: Buffer): Item {
  // Written by `encodeItem` alone, and the file knows where each record ends.
  const item: Item = JSON.parse(bytes.toString('utf8'));
  return item;
}
