/** DynamoDB's operations on tables: create, describe, list, update, delete, tags, expiry, and what clients ask before they begin. */
import { AwsError, type JsonOperations, type LabIdentity } from '../services.ts';
import { invalid, noSuchTable, notInTheLab, tableInUse } from './refusals.ts';
import type { Store } from './store.ts';
import { checked, inputs } from './table-input.ts';
import { describeTable, isActive, newTable, tableArn, throughputOf, type TableRecord } from './table-record.ts';
import type { Table } from './table.ts';

const MOST_TAGS = 50;
const NO_BACKUPS = {
  ContinuousBackupsStatus: 'DISABLED',
  PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
};

/** `endpoint` is where the lab is asked, as a URL. */
export function tableOperations(store: Store, identity: LabIdentity, endpoint: () => string): JsonOperations {
  const describe = (table: Table, status?: string): object =>
    describeTable(
      table.record(),
      identity,
      {
        items: table.items(),
        bytes: table.bytes(),
        itemsOf: (index) => table.index(index)?.keys.size() ?? 0,
      },
      status,
    );
  /** Callers name a table by its name or its ARN. */
  const tableOf = (asked: string): Table => {
    const name = nameOf(asked, identity);
    const table = store.find(name);
    if (table === undefined) throw noSuchTable(name);
    return table;
  };

  /** Throws AwsError TableNotFoundException, a name that the operations on backups alone have for it. */
  const backedUp = (asked: string): void => {
    const name = nameOf(asked, identity);
    if (store.find(name) === undefined) throw new AwsError('TableNotFoundException', `Table not found: ${name}`);
  };

  return {
    CreateTable: async (input) => {
      const asked = checked(input, inputs.create);
      if (store.find(asked.TableName) !== undefined) {
        throw tableInUse(`Table already exists: ${asked.TableName}`);
      }
      return { TableDescription: describe(await store.create(newTable(asked))) };
    },
    DescribeTable: (input) => ({ Table: describe(tableOf(checked(input, inputs.named).TableName)) }),
    ListTables: (input) => {
      const { ExclusiveStartTableName: after, Limit } = checked(input, inputs.list);
      const rest = store.names().filter((name) => after === undefined || name > after);
      const names = rest.slice(0, Limit);
      return { TableNames: names, ...(rest.length > Limit ? { LastEvaluatedTableName: names.at(-1) } : {}) };
    },
    UpdateTable: async (input) => {
      const { TableName, ...asked } = checked(input, inputs.update);
      const table = tableOf(TableName);
      const record = table.record();
      if (!isActive(record))
        throw tableInUse(`Attempt to change a resource which is still in use: Table is being created: ${record.name}`);
      await store.update(table, changed(record, asked));
      return { TableDescription: describe(table) };
    },
    DeleteTable: async (input) => {
      const table = tableOf(checked(input, inputs.named).TableName);
      const { name, isProtected } = table.record();
      if (isProtected) {
        throw invalid(
          `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
        );
      }
      if (!isActive(table.record())) {
        throw tableInUse(`Attempt to change a resource which is still in use: Table is being created: ${name}`);
      }
      await store.drop(table);
      return { TableDescription: describe(table, 'DELETING') };
    },
    DescribeTimeToLive: (input) => {
      tableOf(checked(input, inputs.named).TableName);
      return { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } };
    },
    UpdateTimeToLive: (input) => {
      const { TableName, TimeToLiveSpecification } = checked(input, inputs.timeToLive);
      tableOf(TableName);
      if (!TimeToLiveSpecification.Enabled) throw invalid('TimeToLive is already disabled');
      throw notInTheLab('expiry of items (time to live)', 'Items stay until they are deleted.');
    },
    TagResource: async (input) => {
      const { ResourceArn, Tags } = checked(input, inputs.tag);
      const table = tableOf(ResourceArn);
      const record = table.record();
      const tags = new Map([...record.tags, ...Tags.map(({ Key, Value }): [string, string] => [Key, Value])]);
      if (tags.size > MOST_TAGS)
        throw invalid(`One or more parameter values were invalid: Too many tags: ${tags.size}`);
      await store.update(table, { ...record, tags: [...tags] });
      return {};
    },
    UntagResource: async (input) => {
      const { ResourceArn, TagKeys } = checked(input, inputs.untag);
      const table = tableOf(ResourceArn);
      const record = table.record();
      await store.update(table, { ...record, tags: record.tags.filter(([key]) => !TagKeys.includes(key)) });
      return {};
    },
    ListTagsOfResource: (input) => {
      const { ResourceArn, NextToken } = checked(input, inputs.tagsOf);
      // All tags of a table go into one answer: no token was ever given.
      if (NextToken !== undefined) throw invalid('The provided token is invalid');
      return {
        Tags: tableOf(ResourceArn)
          .record()
          .tags.map(([Key, Value]) => ({ Key, Value })),
      };
    },
    DescribeContinuousBackups: (input) => {
      backedUp(checked(input, inputs.named).TableName);
      return { ContinuousBackupsDescription: NO_BACKUPS };
    },
    UpdateContinuousBackups: (input) => {
      const { TableName, PointInTimeRecoverySpecification } = checked(input, inputs.backups);
      backedUp(TableName);
      if (PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled) {
        throw notInTheLab('recovery to a point in time', "Copy the lab's folder while it is stopped instead.");
      }
      return { ContinuousBackupsDescription: NO_BACKUPS };
    },
    DescribeEndpoints: (input) => {
      checked(input, inputs.nothing);
      return { Endpoints: [{ Address: new URL(endpoint()).host, CachePeriodInMinutes: 1440 }] };
    },
    DescribeLimits: (input) => {
      checked(input, inputs.nothing);
      return {
        AccountMaxReadCapacityUnits: 80_000,
        AccountMaxWriteCapacityUnits: 80_000,
        TableMaxReadCapacityUnits: 40_000,
        TableMaxWriteCapacityUnits: 40_000,
      };
    },
  };
}

/** Throws AwsError ResourceNotFoundException for an ARN of another account or region. */
export function nameOf(asked: string, identity: LabIdentity): string {
  if (!asked.startsWith('arn:')) return asked;
  const name = asked.slice(asked.indexOf('/') + 1);
  if (tableArn(identity, name) !== asked) throw noSuchTable(asked);
  return name;
}

type Asked = Omit<ReturnType<typeof inputs.update.parse>, 'TableName'>;

function changed(record: TableRecord, asked: Asked): TableRecord {
  const { BillingMode, ProvisionedThroughput, DeletionProtectionEnabled } = asked;
  if (BillingMode === undefined && ProvisionedThroughput === undefined && DeletionProtectionEnabled === undefined) {
    throw invalid(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required',
    );
  }
  const billing = BillingMode ?? record.billing;
  const isMoved = billing !== record.billing || ProvisionedThroughput !== undefined;
  const throughput = isMoved
    ? throughputOf(billing, ProvisionedThroughput, 'ReadCapacityUnits and WriteCapacityUnits')
    : record.throughput;
  const isSame = throughput.read === record.throughput.read && throughput.write === record.throughput.write;
  if (ProvisionedThroughput !== undefined && billing === record.billing && isSame) {
    throw invalid(
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${throughput.read}. Requested ReadCapacityUnits: ${throughput.read}. Current WriteCapacityUnits provisioned for the table: ${throughput.write}. Requested WriteCapacityUnits: ${throughput.write}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
    );
  }
  const onDemandSince = billing === 'PAY_PER_REQUEST' ? (record.onDemandSince ?? Date.now()) : record.onDemandSince;
  return {
    ...record,
    billing,
    throughput,
    onDemandSince,
    isProtected: DeletionProtectionEnabled ?? record.isProtected,
  };
}
