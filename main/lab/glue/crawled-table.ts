/** The catalogue entries that a crawler writes for what it has seen: one table, and one partition for each folder. */
import type { z } from 'zod';
import { locationText, type Location } from './lake-folders.ts';
import { hiveType, type Shape } from './shape-of-json.ts';
import type { Column, Crawler, partitionInput, Spellings, StorageDescriptor, tableInput } from './shapes.ts';

export type Seen = { readonly shape: Shape; objects: number; records: number; bytes: number; gzipped: number };

export type Sighting = {
  readonly location: Location;
  readonly keys: readonly string[];
  readonly all: Seen;
  readonly partitions: readonly { readonly values: readonly string[]; readonly path: string; readonly seen: Seen }[];
};

export type Inferred = {
  readonly table: z.infer<typeof tableInput>;
  readonly partitions: readonly z.infer<typeof partitionInput>[];
  readonly spellings: Spellings;
};

/** Each partition keeps the columns that its own files showed, unless the crawler is told to let it inherit the table's. */
export function tableFrom(sighting: Sighting, crawler: Crawler): Inferred {
  const { location, keys, all, partitions } = sighting;
  const columns = columnsOf(all.shape);
  const parameters = parametersOf(all, crawler);
  return {
    table: {
      Name: tableName(location, crawler.settings.TablePrefix ?? ''),
      Owner: 'owner',
      Retention: 0,
      StorageDescriptor: descriptor(location, columns, all, parameters),
      PartitionKeys: keys.map((Name) => ({ Name, Type: 'string' })),
      TableType: 'EXTERNAL_TABLE',
      Parameters: keys.length === 0 ? parameters : { ...parameters, 'partition_filtering.enabled': 'true' },
    },
    partitions:
      keys.length === 0
        ? []
        : partitions.map(({ values, path, seen }) => {
            const place = { bucket: location.bucket, prefix: location.prefix + path };
            const own = inheritsFromTable(crawler.settings.Configuration) ? columns : columnsOf(seen.shape);
            const ownParameters = parametersOf(seen, crawler);
            return {
              Values: [...values],
              StorageDescriptor: descriptor(place, own, seen, ownParameters),
              Parameters: ownParameters,
            };
          }),
    spellings: spellingsOf(all.shape),
  };
}

/** Whether the crawler's Configuration says so; it was checked when the crawler was made. */
function inheritsFromTable(configuration: string | undefined): boolean {
  return configuration !== undefined && configuration.includes('InheritFromTable');
}

function columnsOf(shape: Shape): Column[] {
  return [...(shape.fields?.values() ?? [])].map((field) => ({ Name: field.name, Type: hiveType(field.shape) }));
}

function spellingsOf(shape: Shape): Spellings {
  const spelled = [...(shape.fields?.values() ?? [])].map(
    (field) => [field.name, { key: field.key, type: hiveType(field.shape, true) }, hiveType(field.shape)] as const,
  );
  return Object.fromEntries(
    spelled
      .filter(([name, { key, type }, plainType]) => key !== name || type !== plainType)
      .map(([name, spelling]) => [name, spelling]),
  );
}

/** The last folder of the include path, or the bucket. */
function tableName({ bucket, prefix }: Location, tablePrefix: string): string {
  const folder = prefix.split('/').at(-2) ?? bucket;
  return `${tablePrefix}${folder}`.toLowerCase().replace(/[^a-z0-9_]/g, '_');
}

function parametersOf({ objects, records, bytes, gzipped }: Seen, crawler: Crawler): Record<string, string> {
  return {
    CrawlerSchemaDeserializerVersion: '1.0',
    CrawlerSchemaSerializerVersion: '1.0',
    UPDATED_BY_CRAWLER: crawler.name,
    averageRecordSize: String(records === 0 ? 0 : Math.round(bytes / records)),
    classification: 'json',
    compressionType: gzipped > 0 ? 'gzip' : 'none',
    objectCount: String(objects),
    recordCount: String(records),
    sizeKey: String(bytes),
    typeOfData: 'file',
  };
}

function descriptor(
  location: Location,
  columns: Column[],
  { shape, gzipped }: Seen,
  parameters: Record<string, string>,
): StorageDescriptor {
  const keys = [...(shape.fields?.values() ?? [])].map(({ key }) => key);
  return {
    Columns: columns,
    Location: locationText(location),
    InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    Compressed: gzipped > 0,
    NumberOfBuckets: -1,
    SerdeInfo: {
      SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
      Parameters: { paths: keys.sort().join(',') },
    },
    BucketColumns: [],
    SortColumns: [],
    Parameters: parameters,
    StoredAsSubDirectories: false,
  };
}
