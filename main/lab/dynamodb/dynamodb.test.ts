// DynamoDB by the real SDK client: tables, items, expressions, pages.
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  paginateQuery,
  paginateScan,
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

test('a table is created, described, listed, changed, tagged, protected and deleted', async () => {
  await createTable({ Tags: [{ Key: 'course', Value: 'iot' }] });
  const client = tables.client();
  await expect(client.send(new CreateTableCommand(COURSE))).rejects.toMatchObject({ name: 'ResourceInUseException' });
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  expect(Table).toMatchObject({
    TableStatus: 'ACTIVE',
    KeySchema: COURSE.KeySchema,
    AttributeDefinitions: COURSE.AttributeDefinitions,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    ItemCount: 0,
  });
  expect((await client.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }))).Tags).toEqual([
    { Key: 'course', Value: 'iot' },
  ]);
  await createTable({ TableName: 'another' });
  const first = await client.send(new ListTablesCommand({ Limit: 1 }));
  expect(first.TableNames).toEqual(['another']);
  const rest = await client.send(new ListTablesCommand({ ExclusiveStartTableName: first.LastEvaluatedTableName }));
  expect(rest.TableNames).toEqual([TableName]);

  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  await expect(client.send(new DeleteTableCommand({ TableName }))).rejects.toThrow('protected against deletion');
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
  await expect(
    client.send(
      new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'ttl' } }),
    ),
  ).rejects.toThrow('does not support expiry');
  await put({ ...key('a', '1') });
  await client.send(new DeleteTableCommand({ TableName }));
  await restart();
  await expect(tables.client().send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await createTable();
  expect(await get('a', '1')).toBeUndefined();
});

test('values of all types come back as AWS keeps them, also after a restart', async () => {
  await createTable();
  const item = {
    ...key('a', '1'),
    list: { L: [{ NULL: true }, { BOOL: false }, { M: { deep: { S: '' } } }] },
    set: { SS: ['x', 'y'] },
    numbers: { NS: ['1', '-2.5'] },
    bytes: { B: new Uint8Array([0, 255, 1]) },
    exact: { N: '12345678901234567890123456789012345678' },
    __proto__x: { S: 'é𝄞' },
  } satisfies Record<string, AttributeValue>;
  await put(item);
  await put({ ...key('a', '2.50'), value: { N: '7.0' }, tiny: { N: '-1.50e-3' } });
  await restart();
  expect(await get('a', '1.0')).toEqual(item);
  expect(await get('a', '2.5')).toEqual({ ...key('a', '2.5'), value: { N: '7' }, tiny: { N: '-0.0015' } });
});

test.each([
  [{ station: { S: 'a' } }, 'Missing the key sample in the item'],
  [{ station: { S: 'a' }, sample: { S: '1' } }, 'Type mismatch for key sample expected: N actual: S'],
  [{ ...key('', '1') }, 'cannot contain an empty string value. Key: station'],
  [{ ...key('a', '1'), n: { N: '123456789012345678901234567890123456789' } }, 'more than 38 significant digits'],
  [{ ...key('a', '1'), n: { N: '1e126' } }, 'Number overflow'],
  [{ ...key('a', '1'), n: { N: 'x' } }, 'cannot be converted to a numeric value: x'],
  [{ ...key('a', '1'), s: { SS: ['x', 'x'] } }, 'contains duplicates'],
  [{ ...key('a', '1'), s: { S: 'x'.repeat(400 * 1024) } }, 'Item size has exceeded the maximum allowed size'],
])('an item is refused in AWS words (%#)', async (item, message) => {
  await createTable();
  await expect(put(item)).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(put(item)).rejects.toThrow(message);
  await expect(tables.tables().put(TableName, item)).rejects.toThrow(message);
});

test('writes obey conditions and answer with what was asked for', async () => {
  await createTable();
  const client = tables.client();
  await put({ ...key('a', '1'), n: { N: '1' }, m: { M: { x: { S: 'old' } } }, l: { L: [{ S: 'a' }, { S: 'b' }] } });
  const refused = client.send(
    new PutItemCommand({
      TableName,
      Item: key('a', '1'),
      ConditionExpression: 'attribute_not_exists(station)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
  );
  await expect(refused).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    message: 'The conditional request failed',
    Item: { n: { N: '1' } },
  });
  const updated = await client.send(
    new UpdateItemCommand({
      TableName,
      Key: key('a', '1'),
      UpdateExpression:
        'SET m.x = :new, #c = if_not_exists(#c, :zero) + :one, l = list_append(l, :more) REMOVE l2 ADD n :half, tags :t',
      ConditionExpression: 'n BETWEEN :zero AND :one AND (size(l) = :two OR contains(m.x, :new))',
      ExpressionAttributeNames: { '#c': 'count' },
      ExpressionAttributeValues: {
        ':new': { S: 'new' },
        ':zero': { N: '0' },
        ':one': { N: '1' },
        ':two': { N: '2' },
        ':half': { N: '0.5' },
        ':more': { L: [{ S: 'c' }] },
        ':t': { SS: ['t'] },
      },
      ReturnValues: 'ALL_NEW',
    }),
  );
  expect(updated.Attributes).toEqual({
    ...key('a', '1'),
    n: { N: '1.5' },
    count: { N: '1' },
    m: { M: { x: { S: 'new' } } },
    l: { L: [{ S: 'a' }, { S: 'b' }, { S: 'c' }] },
    tags: { SS: ['t'] },
  });
  const removed = await client.send(
    new UpdateItemCommand({
      TableName,
      Key: key('a', '1'),
      UpdateExpression: 'REMOVE l[0], l[1] DELETE tags :t',
      ExpressionAttributeValues: { ':t': { SS: ['t'] } },
      ReturnValues: 'UPDATED_OLD',
    }),
  );
  expect(removed.Attributes).toEqual({ l: { L: [{ S: 'a' }, { S: 'b' }] }, tags: { SS: ['t'] } });
  expect(await get('a', '1')).toMatchObject({ l: { L: [{ S: 'c' }] } });
  const deleted = await client.send(
    new DeleteItemCommand({ TableName, Key: key('a', '1'), ReturnValues: 'ALL_OLD', ReturnConsumedCapacity: 'TOTAL' }),
  );
  expect(deleted).toMatchObject({ Attributes: { n: { N: '1.5' } }, ConsumedCapacity: { CapacityUnits: 1 } });
  expect(await get('a', '1')).toBeUndefined();
});

test.each([
  ['SET name = :v', 'Attribute name is a reserved keyword; reserved keyword: name'],
  ['SET a = :v, a.b = :v', 'Two document paths overlap with each other'],
  ['SET a == :v', 'Syntax error; token: "="'],
  ['SET a = :w', 'attribute value: :w'],
  ['SET station = :v', 'This attribute is part of the key'],
  ['SET a = b + :v', 'refers to an attribute that does not exist in the item'],
  ['SET a.b = :v', 'The document path provided in the update expression is invalid for update'],
  ['REMOVE a', 'unused in expressions: keys: {:v}'],
])('the update "%s" is refused', async (UpdateExpression, message) => {
  await createTable();
  const update = new UpdateItemCommand({
    TableName,
    Key: key('a', '1'),
    UpdateExpression,
    ExpressionAttributeValues: { ':v': { N: '1' } },
  });
  await expect(tables.client().send(update)).rejects.toThrow(message);
});

test('a query walks one partition by number, both ways, page by page, filtered and projected', async () => {
  await createTable();
  const client = tables.client();
  const samples = ['-10', '-9.5', '0', '2', '10', '100', '1e10'];
  for (const sample of [...samples].reverse()) await put({ ...key('a', sample), t: { N: sample }, x: { S: 'y' } });
  await put(key('ab', '5'));
  const query = (condition: string, values: Record<string, AttributeValue>, more: object = {}) =>
    client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: `station = :s${condition}`,
        ...(condition === '' ? {} : { ExpressionAttributeNames: { '#n': 'sample' } }),
        ExpressionAttributeValues: { ':s': { S: 'a' }, ...values },
        ...more,
      }),
    );
  const numbers = (answer: { Items?: Record<string, AttributeValue>[] | undefined }) =>
    answer.Items?.map((item) => Number(item['sample']?.N));
  expect(numbers(await query('', {}))).toEqual(samples.map(Number));
  expect(numbers(await query('', {}, { ScanIndexForward: false }))).toEqual(samples.map(Number).reverse());
  expect(numbers(await query(' AND #n > :n', { ':n': { N: '2' } }))).toEqual([10, 100, 1e10]);
  expect(numbers(await query(' AND #n <= :n', { ':n': { N: '0' } }))).toEqual([-10, -9.5, 0]);
  expect(numbers(await query(' AND #n BETWEEN :n AND :m', { ':n': { N: '-9.5' }, ':m': { N: '10' } }))).toEqual([
    -9.5, 0, 2, 10,
  ]);
  const filtered = await query('', { ':f': { N: '0' } }, { FilterExpression: 't < :f', ProjectionExpression: 't' });
  expect(filtered).toMatchObject({ Items: [{ t: { N: '-10' } }, { t: { N: '-9.5' } }], Count: 2, ScannedCount: 7 });
  await expect(
    query('', { ':f': { N: '0' } }, { FilterExpression: '#n < :f', ExpressionAttributeNames: { '#n': 'sample' } }),
  ).rejects.toThrow('Filter Expression can only contain non-primary key attributes: Primary key attribute: sample');
  const pages: number[][] = [];
  const input = {
    TableName,
    KeyConditionExpression: 'station = :s',
    ExpressionAttributeValues: { ':s': { S: 'a' } },
    ScanIndexForward: false,
  };
  for await (const page of paginateQuery({ client, pageSize: 3 }, input)) pages.push(numbers(page) ?? []);
  expect(pages).toEqual([[1e10, 100, 10], [2, 0, -9.5], [-10]]);
});

test('a scan reads everything once: in pages of 1 MiB and in segments', async () => {
  await createTable();
  const client = tables.client();
  const big = { S: 'x'.repeat(100_000) };
  for (let station = 0; station < 30; station++) await put({ ...key(`s${station}`, '1'), big });
  const seen: string[] = [];
  let pages = 0;
  for await (const page of paginateScan({ client }, { TableName, ProjectionExpression: 'station' })) {
    pages++;
    seen.push(...(page.Items ?? []).map((item) => item['station']?.S ?? ''));
  }
  expect(pages).toBe(3);
  expect(new Set(seen).size).toBe(30);
  expect(seen.length).toBe(30);
  const segments = await Promise.all(
    [0, 1, 2].map(async (Segment) => {
      let count = 0;
      const input = { TableName, Segment, TotalSegments: 3, Select: 'COUNT' as const };
      for await (const page of paginateScan({ client }, input)) count += page.Count ?? 0;
      return count;
    }),
  );
  expect(segments.reduce((sum, count) => sum + count, 0)).toBe(30);
  expect(segments.every((count) => count > 0)).toBe(true);
});

test('batches write and read many items; keys twice in one batch are refused', async () => {
  await createTable();
  const client = tables.client();
  const requests = Array.from({ length: 25 }, (_, index) => ({ PutRequest: { Item: key('a', String(index)) } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
  await client.send(
    new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ DeleteRequest: { Key: key('a', '3') } }] } }),
  );
  const Keys = Array.from({ length: 25 }, (_, index) => key('a', String(index)));
  const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
  expect(Responses?.[TableName]?.length).toBe(24);
  const twice = [...requests.slice(0, 1), ...requests.slice(0, 1)];
  await expect(client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: twice } }))).rejects.toThrow(
    'Provided list of item keys contains duplicates',
  );
});
