/** What Query and Scan read: a table, or one of its indexes, by ordered key texts. */
import type { Item } from '../services.ts';
import { checkWholeKey, keyOf, keyText, primaryOfIndexText, type KeyShape } from './key-text.ts';
import { invalid } from './refusals.ts';
import type { OrderedKeys } from './ordered-keys.ts';
import { attributeOf, typeOf } from './attribute.ts';
import { namesOf, type IndexRecord } from './table-record.ts';
import { indexText, type Table } from './table.ts';

export type Source = {
  readonly table: Table;
  readonly index: IndexRecord | undefined;
  readonly shape: KeyShape;
  readonly keys: OrderedKeys;
  /** The whole item of one of `keys`. */
  readonly read: (text: string) => Item;
  /** What of it lies here: less than all in some indexes. */
  readonly projected: (item: Item) => Item;
  /** The key after which the next page begins. */
  readonly startKey: (item: Item) => Item;
  /** Throws AwsError ValidationException. */
  readonly textOfStart: (key: Item) => string;
};

/** Throws AwsError ValidationException for an index that the table does not have. */
export function openSource(table: Table, indexName: string | undefined): Source {
  const { key, name } = table.record();
  if (indexName === undefined) {
    return {
      table,
      index: undefined,
      shape: key,
      keys: table.keys,
      read: (text) => present(table.get(text), name),
      projected: (item) => item,
      startKey: (item) => keyOf(key, item),
      textOfStart: (given) => {
        checkStart(() => checkWholeKey(key, given));
        return keyText(key, given);
      },
    };
  }
  const index = table.index(indexName);
  if (index === undefined) throw invalid(`The table does not have the specified index: ${indexName}`);
  const { record, keys } = index;
  const shape = record.key;
  const startNames = [...new Set([...namesOf(key), ...namesOf(shape)])];
  const { projected } = record;
  const held = projected === null ? null : new Set([...startNames, ...projected]);
  return {
    table,
    index: record,
    shape,
    keys,
    read: (text) => present(table.get(primaryOfIndexText(shape, text)), name),
    projected:
      held === null
        ? (item) => item
        : (item) => Object.fromEntries(Object.entries(item).filter(([attribute]) => held.has(attribute))),
    startKey: (item) => ({ ...keyOf(shape, item), ...keyOf(key, item) }),
    textOfStart: (given) => {
      checkStart(() => checkWholeKey(key, keyOf(key, given)));
      const isWhole = Object.keys(given).length === startNames.length && hasParts(shape, given);
      if (!isWhole) throw badStart();
      return indexText(shape, given, keyText(key, given));
    },
  };
}

function hasParts({ hash, range }: KeyShape, item: Item): boolean {
  return [hash, ...(range === undefined ? [] : [range])].every(({ name, type }) => {
    const value = attributeOf(item, name);
    return value !== undefined && typeOf(value) === type;
  });
}

function checkStart(check: () => void): void {
  try {
    check();
  } catch {
    throw badStart();
  }
}

function badStart() {
  return invalid('The provided starting key is invalid');
}

/** Keys and items change together, in one turn of the event loop. */
function present(item: Item | undefined, table: string): Item {
  if (item === undefined) throw new Error(`a key without its item in table ${table}`);
  return item;
}
