/** One run of a crawler: reads what lies below each target, infers a table from it and brings the catalogue up to date. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { AwsError, type LabIdentity, type ObjectInfo, type ObjectStore } from '../services.ts';
import { tableFrom, type Inferred, type Seen } from './crawled-table.ts';
import { dataObjects, layoutOf, locationText, parseLocation, type Location } from './lake-folders.ts';
import { readRecords } from './read-records.ts';
import { scanObject } from './scan-json.ts';
import { emptyShape, mergeShape } from './shape-of-json.ts';
import type { Crawler, Partition, Table } from './shapes.ts';
import { now, partitionId, type GlueState, type KeptTable } from './state.ts';
import { newTable, tablesOf } from './tables.ts';

export type CrawlCounts = { created: number; updated: number; deleted: number };

type Crawl = {
  readonly state: GlueState;
  readonly objects: ObjectStore;
  readonly identity: LabIdentity;
  readonly crawler: Crawler;
  readonly signal: AbortSignal;
};

/** Rejects with AwsError saying what stands in the way, or with an AbortError; the catalogue is changed and saved at the end only. */
export async function crawl(run: Crawl): Promise<CrawlCounts> {
  const { state, crawler } = run;
  const database = crawler.settings.DatabaseName.toLowerCase();
  const counts: CrawlCounts = { created: 0, updated: 0, deleted: 0 };
  const found: Inferred[] = [];
  for (const { Path } of crawler.settings.Targets.S3Targets) {
    const location = parseLocation(Path);
    const inferred = location === undefined ? undefined : await infer(run, location);
    if (inferred !== undefined) found.push(inferred);
  }
  run.signal.throwIfAborted();
  const tables = tablesOf(state, database);
  const names = found.map((inferred) => keep(run, tables, inferred, counts));
  retire(run, tables, new Set(names), counts);
  await state.save();
  return counts;
}

async function infer(run: Crawl, location: Location): Promise<Inferred | undefined> {
  const data = [...dataObjects(run.objects, location)];
  if (data.length === 0) return undefined;
  const layout = layoutOf(data, location.prefix);
  if (layout === undefined) {
    throw unreadable(
      `The folders below ${locationText(location)} are not equally deep. The lab's crawler makes one table of each include path and cannot split them yet.`,
    );
  }
  const all = emptySeen();
  const partitions: { values: readonly string[]; path: string; seen: Seen }[] = [];
  for (const { values, path, objects } of layout.folders) {
    const seen = emptySeen();
    for (const object of objects) await look(object, seen, run.signal);
    add(all, seen);
    if (seen.records > 0) partitions.push({ values, path, seen });
  }
  if (all.records === 0) {
    throw unreadable(
      `None of the ${data.length} objects below ${locationText(location)} holds JSON objects, which is what the lab's crawler reads.`,
    );
  }
  return tableFrom({ location, keys: layout.keys, all, partitions }, run.crawler);
}

async function look(object: ObjectInfo, seen: Seen, signal: AbortSignal): Promise<void> {
  const isGzip = object.key.endsWith('.gz');
  let records = 0;
  try {
    await readRecords({ path: object.path, isGzip, signal }, (bytes, start, end) => {
      const isRecord = scanObject(bytes, start, end, seen.shape);
      if (isRecord) records += 1;
      return isRecord;
    });
  } catch (error) {
    if (signal.aborted) throw error;
    // A file that was removed meanwhile, a .gz that is none, a record without end: all of them are about this object.
    throw unreadable(`The object ${object.key} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
  }
  seen.objects += 1;
  seen.bytes += object.size;
  seen.records += records;
  if (isGzip) seen.gzipped += 1;
}

function emptySeen(): Seen {
  return { shape: emptyShape(), objects: 0, records: 0, bytes: 0, gzipped: 0 };
}

function add(total: Seen, part: Seen): void {
  mergeShape(total.shape, part.shape);
  total.objects += part.objects;
  total.records += part.records;
  total.bytes += part.bytes;
  total.gzipped += part.gzipped;
}

function unreadable(message: string): AwsError {
  return new AwsError('InternalServiceException', message);
}

/** Puts the table into the catalogue and returns the name it got. */
function keep(
  { crawler, identity }: Crawl,
  tables: Map<string, KeptTable>,
  { table: input, partitions, spellings }: Inferred,
  counts: CrawlCounts,
): string {
  const name = nameFor(input.Name, input.StorageDescriptor?.Location ?? '', tables);
  const database = crawler.settings.DatabaseName.toLowerCase();
  const old = tables.get(name);
  const fresh = newTable(database, { ...input, Name: name }, identity);
  const table: Table =
    old === undefined
      ? fresh
      : { ...fresh, CreateTime: old.table.CreateTime, VersionId: String(Number(old.table.VersionId) + 1) };
  const kept: KeptTable = { table, partitions: new Map(old?.partitions), spellings };
  for (const partition of partitions) {
    const id = partitionId(partition.Values);
    const CreationTime = kept.partitions.get(id)?.CreationTime ?? now();
    kept.partitions.set(id, {
      ...partition,
      DatabaseName: database,
      TableName: name,
      CreationTime,
      CatalogId: identity.account,
    });
  }
  retirePartitions(kept, new Set(partitions.map(({ Values }) => partitionId(Values))), crawler);
  if (old === undefined) counts.created += 1;
  else if (isSame(old, kept)) return name;
  else counts.updated += 1;
  tables.set(name, kept);
  return name;
}

/** Another table of that name gets out of the way by a hash of the place, as Glue's does. */
function nameFor(name: string, location: string, tables: ReadonlyMap<string, KeptTable>): string {
  const there = tables.get(name)?.table.StorageDescriptor?.Location;
  if (there === undefined || there === location) return name;
  return `${name}_${createHash('md5').update(location).digest('hex')}`;
}

function isSame(old: KeptTable, fresh: KeptTable): boolean {
  const told = ({ table, partitions }: KeptTable): unknown => [
    table.StorageDescriptor,
    table.PartitionKeys,
    table.Parameters,
    [...partitions],
  ];
  return isDeepStrictEqual(told(old), told(fresh));
}

function deleteBehavior(crawler: Crawler): string {
  return crawler.settings.SchemaChangePolicy?.DeleteBehavior ?? 'DEPRECATE_IN_DATABASE';
}

const DEPRECATED = 'DEPRECATED_BY_CRAWLER';

function retirePartitions(kept: KeptTable, found: ReadonlySet<string>, crawler: Crawler): void {
  for (const [id, partition] of kept.partitions) {
    if (found.has(id)) continue;
    const behavior = deleteBehavior(crawler);
    if (behavior === 'DELETE_FROM_DATABASE') kept.partitions.delete(id);
    if (behavior === 'DEPRECATE_IN_DATABASE') kept.partitions.set(id, deprecated<Partition>(partition));
  }
}

/** Tables this crawler made of places where nothing is left. */
function retire(
  { crawler }: Crawl,
  tables: Map<string, KeptTable>,
  found: ReadonlySet<string>,
  counts: CrawlCounts,
): void {
  for (const [name, kept] of tables) {
    if (found.has(name) || kept.table.Parameters?.['UPDATED_BY_CRAWLER'] !== crawler.name) continue;
    const behavior = deleteBehavior(crawler);
    if (behavior === 'DELETE_FROM_DATABASE') {
      tables.delete(name);
      counts.deleted += 1;
    }
    if (behavior === 'DEPRECATE_IN_DATABASE' && kept.table.Parameters[DEPRECATED] === undefined) {
      tables.set(name, { ...kept, table: deprecated<Table>(kept.table) });
      counts.updated += 1;
    }
  }
}

function deprecated<Entry extends { Parameters?: Record<string, string> | undefined }>(entry: Entry): Entry {
  if (entry.Parameters?.[DEPRECATED] !== undefined) return entry;
  return { ...entry, Parameters: { ...entry.Parameters, [DEPRECATED]: String(Date.now()) } };
}
