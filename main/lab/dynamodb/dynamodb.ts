/** The lab's DynamoDB: tables with their items, behind the edge and for the rules. */
import type { JsonOperations, LabIdentity, Tables } from '../services.ts';
import { readItem } from './attribute.ts';
import { checkItem } from './item-check.ts';
import { itemOperations } from './item-operations.ts';
import { checkKeyParts, checkWholeKey, keyText } from './key-text.ts';
import { readOperations } from './read-operations.ts';
import { noTable } from './refusals.ts';
import { openStore } from './store.ts';
import { tableOperations } from './table-operations.ts';
import type { Table } from './table.ts';
import { transactOperations } from './transact-operations.ts';

export type DynamoDb = Tables & {
  readonly operations: JsonOperations;
  readonly close: () => Promise<void>;
};

type Options = {
  /** DynamoDB's own. */
  readonly folder: string;
  readonly identity: LabIdentity;
};

/**
 * Items are held in memory: a million items of 300 bytes take about 1 GB. Throws AppError `lab.stateDamaged`.
 */
export async function openDynamoDb({ folder, identity }: Options): Promise<DynamoDb> {
  const store = await openStore(folder);
  const active = (name: string): Table => {
    const table = store.findActive(name);
    if (table === undefined) throw noTable();
    return table;
  };
  return {
    has: (name) => store.findActive(name) !== undefined,
    put: async (name, item) => {
      const table = active(name);
      const checked = readItem(item);
      checkItem(table, checked);
      await store.write([{ table, key: keyText(table.record().key, checked), item: checked }]);
    },
    merge: async (name, item) => {
      const table = active(name);
      const shape = table.record().key;
      const given = readItem(item);
      checkKeyParts(shape, given);
      const key = keyText(shape, given);
      const merged = { ...table.get(key), ...given };
      checkItem(table, merged);
      await store.write([{ table, key, item: merged }]);
    },
    remove: async (name, given) => {
      const table = active(name);
      const key = readItem(given);
      checkWholeKey(table.record().key, key);
      const text = keyText(table.record().key, key);
      if (table.get(text) !== undefined) await store.write([{ table, key: text, item: null }]);
    },
    operations: {
      ...tableOperations(store, identity),
      ...itemOperations(store, identity),
      ...transactOperations(store, identity),
      ...readOperations(store, identity),
    },
    close: store.close,
  };
}
