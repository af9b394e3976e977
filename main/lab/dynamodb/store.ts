/** All tables with their items: held in memory, every change on disk before it is answered. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { damagedState } from '../documents.ts';
import { openKeptRecords } from '../iot/kept-records.ts';
import type { Item } from '../services.ts';
import { isActive, tableRecord, type TableRecord } from './table-record.ts';
import { encodeItem, openTable, type Table } from './table.ts';

/** Null removes the item. */
export type ItemChange = { readonly table: Table; readonly key: string; readonly item: Item | null };

export type Store = {
  readonly find: (name: string) => Table | undefined;
  /** Also ready to take items: AWS does not know a table that is still made. */
  readonly findActive: (name: string) => Table | undefined;
  /** In the order of their names. */
  readonly names: () => readonly string[];
  readonly create: (record: TableRecord) => Promise<Table>;
  readonly update: (table: Table, record: TableRecord) => Promise<void>;
  readonly drop: (table: Table) => Promise<void>;
  /** In memory at once, on disk when it resolves. When the disk refuses, it rejects and the items are as they were. */
  readonly write: (changes: readonly ItemChange[]) => Promise<void>;
  /** As `write`, and after `kill -9` either all of the changes are there or none. */
  readonly writeTogether: (changes: readonly ItemChange[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

const TABLE = 't/';
const ITEM = 'i/';
const TOGETHER = 'x/';

/** Table id, key, item: as this file wrote them. */
const together = z.array(z.tuple([z.string(), z.string(), z.custom<Item | null>()]));

/** Throws AppError `lab.stateDamaged`. */
export async function openStore(folder: string): Promise<Store> {
  const kept = await openKeptRecords(folder);
  const tables = new Map<string, Table>();

  const byId = new Map<string, Table>();
  for (const [, value] of kept.startingWith(TABLE)) {
    const parsed = tableRecord.safeParse(parse(value));
    if (!parsed.success) throw damagedState(folder, parsed.error);
    const table = openTable(parsed.data);
    tables.set(parsed.data.name, table);
    byId.set(parsed.data.id, table);
  }
  for (const [key, value] of kept.startingWith(ITEM)) {
    const [, id = ''] = key.split('/', 2);
    const table = byId.get(id);
    // Left by a table that was deleted.
    if (table === undefined) kept.forget(key);
    else table.hold(key.slice(ITEM.length + id.length + 1), value);
  }

  const keep = (table: Table, key: string, bytes: Buffer | null): Promise<void> => {
    const undo = table.hold(key, bytes);
    const name = `${ITEM}${table.record().id}/${key}`;
    return (bytes === null ? kept.remove(name) : kept.put(name, bytes)).catch((error: unknown) => {
      undo();
      throw error;
    });
  };
  const write = async (changes: readonly ItemChange[]): Promise<void> => {
    await settleAll(changes.map(({ table, key, item }) => keep(table, key, item === null ? null : encodeItem(item))));
  };

  // What a crash left half written is written whole before anybody looks.
  for (const [name, value] of kept.startingWith(TOGETHER)) {
    for (const [id, key, item] of together.parse(parse(value))) {
      const table = byId.get(id);
      if (table !== undefined) await write([{ table, key, item }]);
    }
    await kept.remove(name);
  }

  const find = (name: string): Table | undefined => tables.get(name);
  return {
    find,
    findActive: (name) => {
      const table = find(name);
      return table !== undefined && isActive(table.record()) ? table : undefined;
    },
    names: () => [...tables.keys()].sort(),
    create: async (record) => {
      const table = openTable(record);
      tables.set(record.name, table);
      try {
        await kept.put(TABLE + record.name, Buffer.from(JSON.stringify(record)));
      } catch (error) {
        tables.delete(record.name);
        throw error;
      }
      return table;
    },
    update: async (table, record) => {
      await kept.put(TABLE + record.name, Buffer.from(JSON.stringify(record)));
      table.setRecord(record);
    },
    drop: async (table) => {
      const { name, id } = table.record();
      tables.delete(name);
      await kept.remove(TABLE + name);
      for (const key of table.keyTexts()) kept.forget(`${ITEM}${id}/${key}`);
    },
    write,
    writeTogether: async (changes) => {
      const name = TOGETHER + randomUUID();
      const all = changes.map(({ table, key, item }) => [table.record().id, key, item]);
      // One record is on disk whole or not at all. The announcement, the changes and the end of the announcement go out in this order in one go.
      const announced = kept.put(name, Buffer.from(JSON.stringify(all)));
      const written = write(changes);
      await settleAll([announced, written, kept.remove(name)]);
    },
    close: kept.close,
  };
}

/** Waits for all, also when one fails, and then rejects with the first failure. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function parse(value: Buffer): unknown {
  return JSON.parse(value.toString('utf8')) as unknown;
}
