/** What the catalogue keeps, in Glue's own member names: checked when it comes over the wire and again when it is read from disk. */
import { z } from 'zod';

const text = z.string().max(255);
const name = text.min(1).refine((value) => !/[\n\r\t]/.test(value), 'a name must be one line');
const parameters = z.record(z.string(), z.string());
/** Epoch seconds. */
const time = z.number();

export const catalogName = name;

const column = z.strictObject({
  Name: name,
  Type: z.string().max(131_072).optional(),
  Comment: text.optional(),
  Parameters: parameters.optional(),
});

const storageDescriptor = z.strictObject({
  Columns: z.array(column).optional(),
  Location: z.string().max(2056).optional(),
  InputFormat: z.string().optional(),
  OutputFormat: z.string().optional(),
  Compressed: z.boolean().optional(),
  NumberOfBuckets: z.number().int().optional(),
  SerdeInfo: z
    .strictObject({
      Name: name.optional(),
      SerializationLibrary: name.optional(),
      Parameters: parameters.optional(),
    })
    .optional(),
  BucketColumns: z.array(name).optional(),
  SortColumns: z.array(z.strictObject({ Column: name, SortOrder: z.number().int() })).optional(),
  Parameters: parameters.optional(),
  StoredAsSubDirectories: z.boolean().optional(),
});

export const databaseInput = z.strictObject({
  Name: name,
  Description: z.string().max(2048).optional(),
  LocationUri: z.string().max(1024).optional(),
  Parameters: parameters.optional(),
});

export const tableInput = z.strictObject({
  Name: name,
  Description: z.string().max(2048).optional(),
  Owner: name.optional(),
  LastAccessTime: time.optional(),
  LastAnalyzedTime: time.optional(),
  Retention: z.number().int().min(0).optional(),
  StorageDescriptor: storageDescriptor.optional(),
  PartitionKeys: z.array(column).optional(),
  ViewOriginalText: z.string().optional(),
  ViewExpandedText: z.string().optional(),
  TableType: text.optional(),
  Parameters: parameters.optional(),
});

export const partitionInput = z.strictObject({
  Values: z.array(z.string().max(1024)),
  LastAccessTime: time.optional(),
  LastAnalyzedTime: time.optional(),
  StorageDescriptor: storageDescriptor.optional(),
  Parameters: parameters.optional(),
});

const none = z.array(z.unknown()).max(0, 'only S3 targets').optional();

const crawlerTargets = z.strictObject({
  S3Targets: z
    .array(
      z.strictObject({
        Path: z.string().regex(/^s3:\/\/[^/]+(\/.*)?$/, 'an S3 path such as s3://bucket/folder/'),
        Exclusions: z.array(z.string()).max(0, 'exclusions').optional(),
      }),
    )
    .min(1)
    .max(100),
  JdbcTargets: none,
  MongoDBTargets: none,
  DynamoDBTargets: none,
  CatalogTargets: none,
  DeltaTargets: none,
  IcebergTargets: none,
  HudiTargets: none,
});

export const crawlerSettings = z.strictObject({
  Role: z.string().min(1),
  DatabaseName: name,
  Description: z.string().max(2048).optional(),
  Targets: crawlerTargets,
  TablePrefix: z.string().max(128).optional(),
  SchemaChangePolicy: z
    .strictObject({
      UpdateBehavior: z.literal('UPDATE_IN_DATABASE').optional(),
      DeleteBehavior: z.enum(['LOG', 'DELETE_FROM_DATABASE', 'DEPRECATE_IN_DATABASE']).optional(),
    })
    .optional(),
  RecrawlPolicy: z.strictObject({ RecrawlBehavior: z.literal('CRAWL_EVERYTHING').optional() }).optional(),
  LineageConfiguration: z.strictObject({ CrawlerLineageSettings: z.literal('DISABLE').optional() }).optional(),
  Configuration: z.string().optional(),
  Classifiers: none,
});

const lastCrawl = z.object({
  Status: z.enum(['SUCCEEDED', 'CANCELLED', 'FAILED']),
  ErrorMessage: z.string().optional(),
  LogGroup: z.string(),
  LogStream: z.string(),
  MessagePrefix: z.string(),
  StartTime: time,
});

const keptDatabase = databaseInput.extend({ CreateTime: time, CatalogId: z.string() });

const keptTable = tableInput.extend({
  DatabaseName: name,
  CreateTime: time,
  UpdateTime: time,
  Retention: z.number(),
  CreatedBy: z.string(),
  IsRegisteredWithLakeFormation: z.boolean(),
  CatalogId: z.string(),
  VersionId: z.string(),
});

const keptPartition = partitionInput.extend({
  DatabaseName: name,
  TableName: name,
  CreationTime: time,
  CatalogId: z.string(),
});

/** How the files spell a column whose key has capitals somewhere; the catalogue itself knows lower case only. */
const spelling = z.object({ key: z.string(), type: z.string() });

const keptCrawler = z.object({
  name,
  settings: crawlerSettings,
  created: time,
  updated: time,
  version: z.number(),
  lastCrawl: lastCrawl.optional(),
  isRunning: z.boolean(),
  /** Of the last run. */
  counts: z.object({ created: z.number(), updated: z.number(), deleted: z.number(), seconds: z.number() }),
});

export const keptCatalog = z.object({
  databases: z.array(keptDatabase),
  tables: z.array(
    z.object({ table: keptTable, partitions: z.array(keptPartition), spellings: z.record(z.string(), spelling) }),
  ),
  crawlers: z.array(keptCrawler),
});

export type Column = z.infer<typeof column>;
export type StorageDescriptor = z.infer<typeof storageDescriptor>;
export type Database = z.infer<typeof keptDatabase>;
export type Table = z.infer<typeof keptTable>;
export type Partition = z.infer<typeof keptPartition>;
export type Crawler = z.infer<typeof keptCrawler>;
export type Spellings = Readonly<Record<string, z.infer<typeof spelling>>>;
