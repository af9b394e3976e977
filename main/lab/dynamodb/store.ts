/** All tables with their items: every change is on disk before it is answered, and all of a request's changes are there or none. */
import { join } from 'node:path';
import { damagedState } from '../documents.ts';
import { openKeptRecords } from '../iot/kept-records.ts';
import type { Item } from '../services.ts';
import { openItemLog } from './item-log.ts';
import { openUsage } from './place.ts';
import { isActive, tableRecord, type TableRecord } from './table-record.ts';
import { openTable, type Table, type Write } from './table.ts';

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
  /**
   * Seen at once, on disk when it resolves: after `kill -9` either all of the changes are there or none. When the disk refuses, it rejects
   * and the items are as they were.
   */
  readonly write: (changes: readonly ItemChange[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Throws AppError `lab.stateDamaged`. */
export async function openStore(folder: string, segmentBytes?: number): Promise<Store> {
  const described = await openKeptRecords(join(folder, 'tables'));
  const byName = new Map<string, Table>();
  const byId = new Map<string, Table>();
  const usage = openUsage();
  const open = (record: TableRecord): Table => {
    const table = openTable(record, {
      use: usage.use,
      release: usage.release,
      read: (place) => items.read(place),
    });
    byName.set(record.name, table);
    byId.set(record.id, table);
    return table;
  };
  const forget = (table: Table): void => {
    byName.delete(table.record().name);
    byId.delete(table.record().id);
  };

  for (const [, value] of described.startingWith('')) {
    const parsed = tableRecord.safeParse(parse(value));
    if (!parsed.success) throw damagedState(folder, parsed.error);
    open(parsed.data);
  }
  // Entries of a table that is not there were left by one that was deleted.
  const items = await openItemLog({
    folder: join(folder, 'items'),
    usage,
    segmentBytes,
    owner: {
      restore: ({ table, key, value }, place) => byId.get(table)?.restore(key, value === null ? null : place),
      isNewest: ({ table, key }, position) => byId.get(table)?.isNewest(key, position) ?? false,
      moved: ({ table, key }, from, to) => byId.get(table)?.moved(key, from, to),
    },
  });
  for (const table of byId.values()) table.reindex();

  return {
    find: (name) => byName.get(name),
    findActive: (name) => {
      const table = byName.get(name);
      return table !== undefined && isActive(table.record()) ? table : undefined;
    },
    names: () => [...byName.keys()].sort(),
    create: async (record) => {
      const table = open(record);
      try {
        await described.put(record.name, Buffer.from(JSON.stringify(record)));
      } catch (error) {
        forget(table);
        throw error;
      }
      return table;
    },
    update: async (table, record) => {
      await described.put(record.name, Buffer.from(JSON.stringify(record)));
      table.setRecord(record);
    },
    drop: async (table) => {
      forget(table);
      await described.remove(table.record().name);
      table.drop();
    },
    write: async (changes) => {
      const { places, values, written } = items.append(
        changes.map(({ table, key, item }) => ({
          table: table.record().id,
          key,
          value: item === null ? null : JSON.stringify(item),
        })),
      );
      const held = changes.flatMap(({ table, key }, index) => {
        const place = places[index];
        if (place === undefined) return [];
        const write: Write = { value: values[index] ?? null, place };
        table.hold(key, write);
        return [{ table, key, write }];
      });
      try {
        await written;
      } catch (error) {
        for (const { table, key, write } of held) table.failed(key, write);
        throw error;
      }
      for (const { table, key, write } of held) table.kept(key, write);
    },
    close: async () => {
      await items.close();
      await described.close();
    },
  };
}

function parse(value: Buffer): unknown {
  return JSON.parse(value.toString('utf8')) as unknown;
}
