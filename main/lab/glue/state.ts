/** The catalogue in memory and on disk: one document, written whole after each change, so that `kill -9` leaves the old state or the new. */
import { join } from 'node:path';
import { damagedState, openFolder, readDocument, writeDocument } from '../documents.ts';
import { keptCatalog, type Crawler, type Database, type Partition, type Spellings, type Table } from './shapes.ts';

export type KeptTable = {
  readonly table: Table;
  /** By `partitionId` of their values. */
  readonly partitions: Map<string, Partition>;
  readonly spellings: Spellings;
};

export type GlueState = {
  /** All by lower-case name. */
  readonly databases: Map<string, Database>;
  readonly tables: Map<string, Map<string, KeptTable>>;
  readonly crawlers: Map<string, Crawler>;
  /** Resolves when what the maps hold now is on disk. */
  readonly save: () => Promise<void>;
};

export function partitionId(values: readonly string[]): string {
  return JSON.stringify(values);
}

/** Epoch seconds, as the JSON services want their times. */
export function now(): number {
  return Math.round(Date.now()) / 1000;
}

/** Throws AppError `lab.stateDamaged` and `lab.folderNotWritable`. */
export async function openGlueState(folder: string): Promise<GlueState> {
  await openFolder(folder);
  const path = join(folder, 'catalog.json');
  const parsed = keptCatalog.safeParse((await readDocument(path)) ?? { databases: [], tables: [], crawlers: [] });
  if (!parsed.success) throw damagedState(path, parsed.error);
  const databases = new Map(parsed.data.databases.map((database) => [database.Name, database]));
  const crawlers = new Map(parsed.data.crawlers.map((crawler) => [crawler.name, crawler]));
  const tables = new Map<string, Map<string, KeptTable>>([...databases.keys()].map((name) => [name, new Map()]));
  for (const { table, partitions, spellings } of parsed.data.tables) {
    tables.get(table.DatabaseName)?.set(table.Name, {
      table,
      partitions: new Map(partitions.map((partition) => [partitionId(partition.Values), partition])),
      spellings,
    });
  }

  const write = (): Promise<void> =>
    writeDocument(path, {
      databases: [...databases.values()],
      tables: [...tables.values()].flatMap((byName) =>
        [...byName.values()].map(({ table, partitions, spellings }) => ({
          table,
          partitions: [...partitions.values()],
          spellings,
        })),
      ),
      crawlers: [...crawlers.values()],
    });
  // Changes that come while one write runs share the next.
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const save = (): Promise<void> => {
    if (running === undefined) {
      running = write().finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return save();
      });
    return next;
  };
  return { databases, tables, crawlers, save };
}
