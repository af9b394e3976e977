/** One table's description as it is kept on disk: made from a request, checked as AWS checks it, and told to callers. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { LabIdentity } from '../services.ts';
import type { KeyShape, KeyType } from './key-text.ts';
import { invalid, invalidParameter } from './refusals.ts';
import type { CreateTableInput, IndexInput } from './table-input.ts';

const keyPart = z.object({ name: z.string(), type: z.enum(['S', 'N', 'B']) });
/** Without a sort key `range` is null on disk. */
const shape = z
  .object({ hash: keyPart, range: keyPart.nullish() })
  .transform(({ hash, range }): KeyShape => ({ hash, range: range ?? undefined }));
const throughput = z.object({ read: z.number(), write: z.number() });
const indexRecord = z.object({
  name: z.string(),
  isGlobal: z.boolean(),
  key: shape,
  /** Null: all attributes; a list: these beside the keys. */
  projected: z.array(z.string()).nullable(),
  throughput,
});

export const tableRecord = z.object({
  id: z.string(),
  name: z.string(),
  /** Epoch milliseconds. */
  createdAt: z.number(),
  key: shape,
  indexes: z.array(indexRecord),
  billing: z.enum(['PROVISIONED', 'PAY_PER_REQUEST']),
  throughput,
  onDemandSince: z.number().nullable(),
  isProtected: z.boolean(),
  tags: z.array(z.tuple([z.string(), z.string()])),
});

export type TableRecord = z.infer<typeof tableRecord>;
export type IndexRecord = z.infer<typeof indexRecord>;

/** AWS takes some seconds; clients must have to wait here, too, but not for long. */
const CREATING_MS = 250;

export function isActive(record: TableRecord): boolean {
  return Date.now() - record.createdAt >= CREATING_MS;
}

/** Throws AwsError ValidationException. */
export function newTable(input: CreateTableInput): TableRecord {
  const types = new Map(input.AttributeDefinitions.map((entry) => [entry.AttributeName, entry.AttributeType]));
  if (types.size < input.AttributeDefinitions.length) {
    throw invalidParameter('Cannot have two attributes with the same name');
  }
  const key = shapeOf(input.KeySchema, types);
  const indexes = [
    ...input.LocalSecondaryIndexes.map((index) => indexOf(index, false, input, types)),
    ...input.GlobalSecondaryIndexes.map((index) => indexOf(index, true, input, types)),
  ];
  checkIndexes(indexes, key);
  const used = new Set([key, ...indexes.map((index) => index.key)].flatMap((one) => namesOf(one)));
  if (used.size !== types.size) {
    throw invalidParameter(
      `Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`,
    );
  }
  const now = Date.now();
  return {
    id: randomUUID(),
    name: input.TableName,
    createdAt: now,
    key,
    indexes,
    billing: input.BillingMode,
    throughput: throughputOf(
      input.BillingMode,
      input.ProvisionedThroughput,
      'ReadCapacityUnits and WriteCapacityUnits',
    ),
    onDemandSince: input.BillingMode === 'PAY_PER_REQUEST' ? now : null,
    isProtected: input.DeletionProtectionEnabled,
    tags: input.Tags.map(({ Key, Value }): [string, string] => [Key, Value]),
  };
}

/** Throws AwsError ValidationException. */
export function throughputOf(
  billing: TableRecord['billing'],
  asked: CreateTableInput['ProvisionedThroughput'],
  what: string,
): TableRecord['throughput'] {
  if (billing === 'PAY_PER_REQUEST') {
    if (asked === undefined) return { read: 0, write: 0 };
    throw invalidParameter(
      `Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`,
    );
  }
  if (asked === undefined) throw invalidParameter(`${what} must both be specified when BillingMode is PROVISIONED`);
  return { read: asked.ReadCapacityUnits, write: asked.WriteCapacityUnits };
}

function shapeOf(schema: CreateTableInput['KeySchema'], types: ReadonlyMap<string, KeyType>): KeyShape {
  const [hash, range] = schema;
  if (hash?.KeyType !== 'HASH') {
    throw invalid('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  }
  if (range !== undefined && range.KeyType !== 'RANGE') {
    throw invalid('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  }
  if (range?.AttributeName === hash.AttributeName) {
    throw invalid('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
  const partOf = (name: string) => {
    const type = types.get(name);
    if (type !== undefined) return { name, type };
    throw invalidParameter(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${schema.map((element) => element.AttributeName).join(', ')}], AttributeDefinitions: [${[...types.keys()].join(', ')}]`,
    );
  };
  return { hash: partOf(hash.AttributeName), range: range === undefined ? undefined : partOf(range.AttributeName) };
}

function indexOf(
  input: IndexInput,
  isGlobal: boolean,
  table: CreateTableInput,
  types: ReadonlyMap<string, KeyType>,
): IndexRecord {
  const { IndexName, KeySchema, Projection, ProvisionedThroughput } = input;
  const { ProjectionType, NonKeyAttributes } = Projection;
  if ((ProjectionType === 'INCLUDE') !== (NonKeyAttributes !== undefined)) {
    throw invalidParameter(
      `ProjectionType is ${ProjectionType}, ${NonKeyAttributes === undefined ? 'but NonKeyAttributes is not specified' : 'but NonKeyAttributes is specified'}`,
    );
  }
  if (!isGlobal && ProvisionedThroughput !== undefined) {
    throw invalidParameter(`ProvisionedThroughput should not be specified for local index: ${IndexName}`);
  }
  return {
    name: IndexName,
    isGlobal,
    key: shapeOf(KeySchema, types),
    projected: ProjectionType === 'ALL' ? null : (NonKeyAttributes ?? []),
    throughput: isGlobal
      ? throughputOf(table.BillingMode, ProvisionedThroughput, `ProvisionedThroughput of index ${IndexName}`)
      : { read: 0, write: 0 },
  };
}

function checkIndexes(indexes: readonly IndexRecord[], key: KeyShape): void {
  for (const [position, { name, isGlobal, key: own }] of indexes.entries()) {
    if (indexes.findIndex((other) => other.name === name) !== position) {
      throw invalidParameter(`Duplicate index name: ${name}`);
    }
    if (isGlobal) continue;
    if (key.range === undefined) {
      throw invalidParameter(
        'Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
      );
    }
    if (own.hash.name !== key.hash.name || own.range === undefined) {
      throw invalidParameter(`Index KeySchema does not have the table's hash key and a range key for index: ${name}`);
    }
  }
}

export function namesOf({ hash, range }: KeyShape): readonly string[] {
  return range === undefined ? [hash.name] : [hash.name, range.name];
}

export function tableArn({ region, account }: LabIdentity, name: string): string {
  return `arn:aws:dynamodb:${region}:${account}:table/${name}`;
}

/** DynamoDB's TableDescription. `held` is what lies in the table now; AWS itself tells it hours late. */
export function describeTable(
  record: TableRecord,
  identity: LabIdentity,
  held: { readonly items: number; readonly bytes: number; readonly itemsOf: (index: string) => number },
  status = isActive(record) ? 'ACTIVE' : 'CREATING',
): object {
  const { key, indexes, billing, onDemandSince } = record;
  const types = new Map(
    [key, ...indexes.map((index) => index.key)].flatMap(({ hash, range }) =>
      [hash, ...(range === undefined ? [] : [range])].map(({ name, type }) => [name, type] as const),
    ),
  );
  const arn = tableArn(identity, record.name);
  const described = (index: IndexRecord): object => ({
    IndexName: index.name,
    KeySchema: describeKey(index.key),
    Projection: describeProjection(index),
    ItemCount: held.itemsOf(index.name),
    IndexArn: `${arn}/index/${index.name}`,
    ...(index.isGlobal ? { IndexStatus: status, ProvisionedThroughput: describeThroughput(index.throughput) } : {}),
  });
  const globals = indexes.filter((index) => index.isGlobal).map(described);
  const locals = indexes.filter((index) => !index.isGlobal).map(described);
  return {
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    TableName: record.name,
    KeySchema: describeKey(key),
    TableStatus: status,
    CreationDateTime: record.createdAt / 1000,
    ProvisionedThroughput: describeThroughput(record.throughput),
    TableSizeBytes: held.bytes,
    ItemCount: held.items,
    TableArn: arn,
    TableId: record.id,
    ...(billing === 'PAY_PER_REQUEST'
      ? {
          BillingModeSummary: {
            BillingMode: billing,
            ...(onDemandSince === null ? {} : { LastUpdateToPayPerRequestDateTime: onDemandSince / 1000 }),
          },
        }
      : {}),
    ...(locals.length === 0 ? {} : { LocalSecondaryIndexes: locals }),
    ...(globals.length === 0 ? {} : { GlobalSecondaryIndexes: globals }),
    DeletionProtectionEnabled: record.isProtected,
  };
}

function describeKey({ hash, range }: KeyShape): object {
  return [
    { AttributeName: hash.name, KeyType: 'HASH' },
    ...(range === undefined ? [] : [{ AttributeName: range.name, KeyType: 'RANGE' }]),
  ];
}

function describeProjection({ projected }: IndexRecord): object {
  if (projected === null) return { ProjectionType: 'ALL' };
  if (projected.length === 0) return { ProjectionType: 'KEYS_ONLY' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: projected };
}

function describeThroughput({ read, write }: TableRecord['throughput']): object {
  return { NumberOfDecreasesToday: 0, ReadCapacityUnits: read, WriteCapacityUnits: write };
}
