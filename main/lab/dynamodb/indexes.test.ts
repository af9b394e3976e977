// Indexes and transactions by the real SDK client, and what the rules use.
import {
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  type AttributeValue,
  type CreateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { COURSE, key, openTestTables, TableName } from './test-tables.ts';

let tables: Awaited<ReturnType<typeof openTestTables>>;

beforeEach(async () => {
  tables = await openTestTables();
});
afterEach(() => tables.close());

const { createTable, put, get, restart } = {
  createTable: (input?: Partial<CreateTableCommandInput>) => tables.createTable(input),
  put: (item: Record<string, AttributeValue>) => tables.put(item),
  get: (station: string, sample: string) => tables.get(station, sample),
  restart: () => tables.restart(),
};

test('indexes order the items that have their keys, follow changes and hold what they project', async () => {
  await createTable({
    AttributeDefinitions: [
      ...COURSE.AttributeDefinitions,
      { AttributeName: 'region', AttributeType: 'S' },
      { AttributeName: 'heat', AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-region',
        KeySchema: [
          { AttributeName: 'region', KeyType: 'HASH' },
          { AttributeName: 'heat', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'by-heat',
        KeySchema: [
          { AttributeName: 'station', KeyType: 'HASH' },
          { AttributeName: 'heat', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  await put({ ...key('a', '1'), region: { S: 'alps' }, heat: { N: '5' }, x: { S: 'x' } });
  await put({ ...key('b', '1'), region: { S: 'alps' }, heat: { N: '-5' } });
  await put({ ...key('b', '2'), region: { S: 'alps' } });
  await restart();
  const alps = async (more: object = {}) =>
    (
      await tables.client().send(
        new QueryCommand({
          TableName,
          IndexName: 'by-region',
          KeyConditionExpression: '#r = :r',
          ExpressionAttributeNames: { '#r': 'region' },
          ExpressionAttributeValues: { ':r': { S: 'alps' } },
          ...more,
        }),
      )
    ).Items;
  expect(await alps()).toEqual([
    { ...key('b', '1'), region: { S: 'alps' }, heat: { N: '-5' } },
    { ...key('a', '1'), region: { S: 'alps' }, heat: { N: '5' } },
  ]);
  const first = await tables.client().send(new ScanCommand({ TableName, IndexName: 'by-region', Limit: 1 }));
  expect(Object.keys(first.LastEvaluatedKey ?? {}).sort()).toEqual(['heat', 'region', 'sample', 'station']);
  expect(await alps({ ExclusiveStartKey: first.LastEvaluatedKey })).toHaveLength(1);
  await put({ ...key('b', '1'), region: { S: 'sea' }, heat: { N: '-5' } });
  expect(await alps()).toHaveLength(1);
  await expect(put({ ...key('b', '1'), region: { N: '1' } })).rejects.toThrow('Type mismatch for Index Key region');
});

test('a transaction does all or nothing and names the reasons', async () => {
  await createTable();
  const client = tables.client();
  await put({ ...key('a', '1'), n: { N: '1' } });
  const transaction = (least: string) =>
    client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: key('b', '1') } },
          {
            Update: {
              TableName,
              Key: key('a', '1'),
              UpdateExpression: 'SET n = n - :one',
              ConditionExpression: 'n >= :least',
              ExpressionAttributeValues: { ':one': { N: '1' }, ':least': { N: least } },
            },
          },
        ],
      }),
    );
  await expect(transaction('2')).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
  });
  expect(await get('b', '1')).toBeUndefined();
  await transaction('1');
  await restart();
  expect(await get('b', '1')).toEqual(key('b', '1'));
  expect(await get('a', '1')).toEqual({ ...key('a', '1'), n: { N: '0' } });
});

test('a transaction that is repeated with its token counts once, and its token is not lent to another', async () => {
  await createTable();
  await put({ ...key('a', '1'), n: { N: '1' } });
  const add = (amount: string) =>
    tables.client().send(
      new TransactWriteItemsCommand({
        ClientRequestToken: 'token-1',
        TransactItems: [
          {
            Update: {
              TableName,
              Key: key('a', '1'),
              UpdateExpression: 'ADD n :amount',
              ExpressionAttributeValues: { ':amount': { N: amount } },
            },
          },
        ],
      }),
    );
  await add('5');
  await add('5');
  expect(await get('a', '1')).toEqual({ ...key('a', '1'), n: { N: '6' } });
  await expect(add('7')).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
});

test('the rules put, merge and remove items by the same rules', async () => {
  const item = { ...key('a', '1'), n: { N: '7.0' } };
  await expect(tables.tables().put(TableName, item)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  await createTable();
  expect(tables.tables().has(TableName)).toBe(true);
  await tables.tables().put(TableName, item);
  await tables.tables().merge(TableName, { ...key('a', '1'), m: { S: 'm' } });
  await tables.tables().merge(TableName, { ...key('b', '1'), m: { S: 'm' } });
  await tables.tables().remove(TableName, key('b', '1'));
  await tables.tables().remove(TableName, key('c', '1'));
  await restart();
  expect(await get('a', '1')).toEqual({ ...key('a', '1'), n: { N: '7' }, m: { S: 'm' } });
  expect(await get('b', '1')).toBeUndefined();
  await expect(tables.tables().merge(TableName, { station: { S: 'a' } })).rejects.toThrow('Missing the key sample');
});
