/** The catalogue as Athena reads it: tables with their places, in lower-case names. */
import type { LakeColumn, LakeTable } from '../../query-seam.ts';
import { parseLocation, type Location } from './lake-folders.ts';
import type { Column, StorageDescriptor, Table } from './shapes.ts';
import type { GlueState, KeptTable } from './state.ts';

export type CatalogTable = {
  readonly database: string;
  readonly name: string;
  readonly columns: readonly LakeColumn[];
  readonly partitionKeys: readonly LakeColumn[];
  /** By column name. */
  readonly comments: ReadonlyMap<string, string>;
  /** Undefined for a format that is none of the lake's. */
  readonly format: LakeTable['format'] | undefined;
  /** The table's own place, or one for each partition. A place that is not in S3 is left out. */
  readonly places: readonly { readonly location: Location; readonly partition: readonly string[] }[];
};

export type Catalog = {
  readonly databases: () => readonly string[];
  /** Undefined when there is no such database. */
  readonly tables: (database: string) => readonly string[] | undefined;
  readonly table: (database: string, name: string) => CatalogTable | undefined;
};

export function openCatalog(state: GlueState): Catalog {
  return {
    databases: () => [...state.databases.keys()].sort(),
    tables: (database) => {
      const tables = state.tables.get(database.toLowerCase());
      return tables === undefined ? undefined : [...tables.keys()].sort();
    },
    table: (database, name) => {
      const kept = state.tables.get(database.toLowerCase())?.get(name.toLowerCase());
      return kept === undefined ? undefined : toCatalogTable(kept);
    },
  };
}

function toCatalogTable({ table, partitions, spellings }: KeptTable): CatalogTable {
  const columns = table.StorageDescriptor?.Columns ?? [];
  const keys = table.PartitionKeys ?? [];
  return {
    database: table.DatabaseName,
    name: table.Name,
    columns: columns.map((column) => {
      const spelling = spellings[column.Name.toLowerCase()];
      const plain = lakeColumn(column);
      // The files' own spelling belongs to what the crawler inferred, not to a type that someone has given since.
      const isInferred = spelling !== undefined && spelling.type.toLowerCase() === plain.type;
      return isInferred ? { ...plain, jsonKey: spelling.key, jsonType: spelling.type } : plain;
    }),
    partitionKeys: keys.map(lakeColumn),
    comments: new Map([...columns, ...keys].map(({ Name, Comment }) => [Name.toLowerCase(), Comment ?? ''])),
    format: formatOf(table),
    places:
      keys.length === 0
        ? placesOf(table.StorageDescriptor, [])
        : [...partitions.values()].flatMap(({ StorageDescriptor, Values }) => placesOf(StorageDescriptor, Values)),
  };
}

function lakeColumn({ Name, Type }: Column): LakeColumn {
  return { name: Name.toLowerCase(), type: (Type ?? 'string').toLowerCase() };
}

function placesOf(descriptor: StorageDescriptor | undefined, partition: readonly string[]): CatalogTable['places'] {
  const location = parseLocation(descriptor?.Location ?? '');
  return location === undefined ? [] : [{ location, partition }];
}

function formatOf({ StorageDescriptor }: Table): CatalogTable['format'] {
  const serde = StorageDescriptor?.SerdeInfo?.SerializationLibrary?.toLowerCase() ?? '';
  if (serde.includes('json')) return 'json';
  if (serde.includes('parquet')) return 'parquet';
  return serde.includes('csv') || serde.includes('lazysimple') ? 'csv' : undefined;
}
