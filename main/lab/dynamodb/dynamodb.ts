/** The lab's DynamoDB: tables with their items, behind the edge and for the rules. */
import type { JsonOperations, LabIdentity, Tables } from '../services.ts';
import { readItem } from './attribute.ts';
import { checkItem } from './item-check.ts';
import { itemOperations } from './item-operations.ts';
import { plainPut, plainRemoval } from './item-write.ts';
import { checkKeyParts, keyText } from './key-text.ts';
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
  /** Where the lab is asked, as a URL. */
  readonly endpoint: () => string;
  /** Of the files in which items lie. */
  readonly segmentBytes?: number;
};

/**
 * Items lie on disk; their keys are held in memory. Throws AppError `lab.stateDamaged`.
 */
export async function openDynamoDb({ folder, identity, endpoint, segmentBytes }: Options): Promise<DynamoDb> {
  const store = await openStore(folder, segmentBytes);
  const active = (name: string): Table => {
    const table = store.findActive(name);
    if (table === undefined) throw noTable();
    return table;
  };
  return {
    has: (name) => store.findActive(name) !== undefined,
    put: async (name, item) => {
      await store.write([plainPut(active(name), item)]);
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
      const removal = plainRemoval(active(name), given);
      if (removal.table.get(removal.key) !== undefined) await store.write([removal]);
    },
    operations: {
      ...tableOperations(store, identity, endpoint),
      ...itemOperations(store, identity),
      ...transactOperations(store, identity),
      ...readOperations(store, identity),
    },
    close: store.close,
  };
}
