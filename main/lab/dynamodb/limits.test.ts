// DynamoDB's finer rules by the real SDK client: sizes, pages, arithmetic, mistakes in expressions, and what tools ask about tables.
import {
  BatchWriteItemCommand,
  DescribeContinuousBackupsCommand,
  DescribeEndpointsCommand,
  DescribeLimitsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { key, openTestTables, TableName } from './test-tables.ts';

let tables: Awaited<ReturnType<typeof openTestTables>>;
beforeAll(async () => {
  tables = await openTestTables();
  await tables.createTable();
});
afterAll(() => tables.close());

const client = () => tables.client();
const update = (sample: string, UpdateExpression: string, values: Record<string, AttributeValue>) =>
  client().send(
    new UpdateItemCommand({
      TableName,
      Key: key('sums', sample),
      UpdateExpression,
      ExpressionAttributeValues: values,
      ReturnValues: 'UPDATED_NEW',
    }),
  );
const scan = (FilterExpression: string, values: Record<string, AttributeValue>) =>
  client().send(new ScanCommand({ TableName, FilterExpression, ExpressionAttributeValues: values }));

test('what tools ask about a table before they work with it is answered truthfully', async () => {
  const { Endpoints } = await client().send(new DescribeEndpointsCommand({}));
  const { hostname, port } = (await client().config.endpoint?.()) ?? {};
  expect(Endpoints).toEqual([{ Address: `${hostname}:${port}`, CachePeriodInMinutes: 1440 }]);
  expect((await client().send(new DescribeLimitsCommand({}))).TableMaxWriteCapacityUnits).toBe(40_000);
  expect(await client().send(new DescribeTimeToLiveCommand({ TableName }))).toMatchObject({
    TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' },
  });
  const backups = { ContinuousBackupsStatus: 'DISABLED' };
  expect(await client().send(new DescribeContinuousBackupsCommand({ TableName }))).toMatchObject({
    ContinuousBackupsDescription: backups,
  });
  const backUp = (PointInTimeRecoveryEnabled: boolean) =>
    new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled } });
  expect(await client().send(backUp(false))).toMatchObject({ ContinuousBackupsDescription: backups });
  await expect(client().send(backUp(true))).rejects.toThrow('does not support recovery to a point in time');
  await expect(client().send(new DescribeContinuousBackupsCommand({ TableName: 'none' }))).rejects.toMatchObject({
    name: 'TableNotFoundException',
  });
  const { Table } = await client().send(new DescribeTableCommand({ TableName }));
  const ResourceArn = Table?.TableArn ?? '';
  expect((await client().send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags).toEqual([]);
  const gone = new ListTagsOfResourceCommand({ ResourceArn: `${ResourceArn}-gone` });
  await expect(client().send(gone)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('numbers are added exactly with all their 38 digits, and refused beyond', async () => {
  const most = '99999999999999999999999999999999999998';
  await update('1', 'SET n = :n', { ':n': { N: most } });
  expect((await update('1', 'ADD n :d', { ':d': { N: '1' } })).Attributes).toEqual({
    n: { N: '99999999999999999999999999999999999999' },
  });
  await update('1', 'ADD n :d', { ':d': { N: '1' } });
  expect((await update('1', 'SET n = n - :d', { ':d': { N: '1e38' } })).Attributes).toEqual({ n: { N: '0' } });
  await expect(update('1', 'SET n = :a + :b', { ':a': { N: '1e38' }, ':b': { N: '0.1' } })).rejects.toThrow(
    'more than 38 significant digits',
  );
  expect((await update('1', 'SET n = :a - :b', { ':a': { N: '0.30' }, ':b': { N: '0.1' } })).Attributes).toEqual({
    n: { N: '0.2' },
  });
  await expect(update('1', 'ADD n :d', { ':d': { S: '1' } })).rejects.toThrow('operand type: STRING');
  await expect(update('1', 'SET n = n + :d', { ':d': { S: '1' } })).rejects.toThrow(
    'operator or function: +, operand type: S',
  );
  await expect(update('1', 'SET n = list_append(n, :d)', { ':d': { S: '1' } })).rejects.toThrow(
    'operator or function: list_append, operand type: S',
  );
});

test.each([
  ['a = a', 'The first operand must be distinct from the remaining operands'],
  ['a BETWEEN :two AND :one', 'requires upper bound to be greater than or equal to lower bound'],
  ['a BETWEEN :one AND :text', 'requires same data type for lower and upper bounds'],
  ['((a = :one))', 'The expression has redundant parentheses'],
  ['begins_with(a, :one)', 'operator or function: begins_with, operand type: N'],
  ['status = :one', 'reserved keyword: status'],
  ['a.b[0 = :one', 'Syntax error'],
  ['nothing(a)', 'Invalid function name; function: nothing'],
  ['a = :missing', 'attribute value: :missing'],
])('the filter "%s" is refused', async (filter, message) => {
  const used = { ':one': { N: '1' }, ':two': { N: '2' }, ':text': { S: 'x' } };
  const values = Object.entries(used).filter(([name]) => filter.includes(name));
  const given = values.length === 0 ? { ':one': used[':one'] } : Object.fromEntries(values);
  await expect(scan(filter, given)).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(scan(filter, given)).rejects.toThrow(message);
});

test('parameters that are no good are refused in AWS words', async () => {
  const put = (n: number) => ({ PutRequest: { Item: key('many', String(n)) } });
  const many = Array.from({ length: 26 }, (_, n) => put(n));
  await expect(client().send(new BatchWriteItemCommand({ RequestItems: { [TableName]: many } }))).rejects.toThrow(
    'Member must have length less than or equal to 25',
  );
  await expect(client().send(new ScanCommand({ TableName, Limit: 0 }))).rejects.toThrow(
    "Value at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
  );
  const returning = new PutItemCommand({ TableName, Item: key('a', '1'), ReturnValues: 'ALL_NEW' });
  await expect(client().send(returning)).rejects.toThrow('Member must satisfy enum value set: [NONE, ALL_OLD]');
});

test('parentheses that are needed are not called redundant', async () => {
  const values = { ':one': { N: '1' }, ':two': { N: '2' } };
  expect(await scan('(a = :one OR a = :two) AND NOT (b = :one)', values)).toMatchObject({ Count: 0 });
});

test('items of 400 KB are taken and larger ones refused, also as they grow', async () => {
  const most = 400 * 1024;
  // The names and the number 1 count, too.
  const rest = 'station'.length + 'big'.length + 'sample'.length + 2 + 'text'.length;
  const Item = { ...key('big', '1'), text: { S: 'x'.repeat(most - rest) } };
  await client().send(new PutItemCommand({ TableName, Item }));
  const grow = new UpdateItemCommand({
    TableName,
    Key: key('big', '1'),
    UpdateExpression: 'SET t = :t',
    ExpressionAttributeValues: { ':t': { S: '' } },
  });
  await expect(client().send(grow)).rejects.toThrow('Item size to update has exceeded the maximum allowed size');
  const larger = { ...Item, text: { S: `${Item.text.S}x` } };
  await expect(client().send(new PutItemCommand({ TableName, Item: larger }))).rejects.toThrow(
    'Item size has exceeded the maximum allowed size',
  );
});

test('Limit counts items before the filter, a page ends at 1 MB, and a count alone has no items', async () => {
  for (let n = 0; n < 6; n++) {
    const Item = { ...key('pages', String(n)), even: { BOOL: n % 2 === 0 }, text: { S: 'x'.repeat(300 * 1024) } };
    await client().send(new PutItemCommand({ TableName, Item }));
  }
  const query = (more: object) =>
    client().send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'station = :s',
        ExpressionAttributeValues: { ':s': { S: 'pages' } },
        ...more,
      }),
    );
  const filter = {
    FilterExpression: 'even = :even',
    ExpressionAttributeValues: { ':s': { S: 'pages' }, ':even': { BOOL: true } },
  };
  const limited = await query({ ...filter, Limit: 3, Select: 'COUNT' });
  expect(limited).toMatchObject({ Count: 2, ScannedCount: 3, LastEvaluatedKey: key('pages', '2') });
  expect(limited.Items).toBeUndefined();
  const page = await query({ ...filter, ReturnConsumedCapacity: 'TOTAL' });
  expect(page).toMatchObject({ Count: 2, ScannedCount: 4, LastEvaluatedKey: key('pages', '3') });
  // What the filter drops was read, too.
  expect(page.ConsumedCapacity?.CapacityUnits).toBeGreaterThanOrEqual(150);
  expect(await query({ ...filter, ExclusiveStartKey: page.LastEvaluatedKey })).toMatchObject({
    Count: 1,
    ScannedCount: 2,
  });
});

test('a transaction tells the item of each condition that failed, where it was asked for', async () => {
  await tables.put({ ...key('cancel', '1'), n: { N: '1' } });
  const check = (ReturnValuesOnConditionCheckFailure: 'ALL_OLD' | 'NONE', sample: string) => ({
    ConditionCheck: {
      TableName,
      Key: key('cancel', sample),
      ConditionExpression: 'n = :n',
      ExpressionAttributeValues: { ':n': { N: '2' } },
      ReturnValuesOnConditionCheckFailure,
    },
  });
  const write = new TransactWriteItemsCommand({ TransactItems: [check('ALL_OLD', '1'), check('NONE', '2')] });
  await expect(client().send(write)).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [
      { Code: 'ConditionalCheckFailed', Item: { ...key('cancel', '1'), n: { N: '1' } } },
      { Code: 'ConditionalCheckFailed' },
    ],
  });
});
