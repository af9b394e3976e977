/** Tables through the SDK client alone: made twice, described, read page by page with conditions, removed, and known to the ledger. */
import { BatchWriteItemCommand, CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ItemQuestion, TableKey, TablePage } from '../../preload/shapes-tables.ts';
import { openTestTarget, type TestTarget } from '../test-target.ts';
import { removeResource } from './removal.ts';
import { readItems } from './table-items.ts';
import { createTable, findTable, listTables } from './tables.ts';

const key: TableKey = { hash: { name: 'station', type: 'S' }, range: { name: 'sample_time', type: 'N' } };
const ALL: ItemQuestion = {
  table: 'weather',
  index: null,
  partition: null,
  sort: null,
  filters: [],
  newestFirst: false,
  token: null,
};
const AMOUNT = 250;

let clients: TestTarget['clients'];
let opened: TestTarget;

beforeAll(async () => {
  opened = await openTestTarget();
  ({ clients } = opened);
});

afterAll(() => opened.close());

test('a table is made, again, with another key refused, listed and known to the ledger', async () => {
  expect(await findTable(clients, 'weather')).toBeNull();
  expect(await createTable(clients, { name: 'weather', key })).toMatchObject({ status: 'ACTIVE', key, indexes: [] });
  expect(await createTable(clients, { name: 'weather', key })).toMatchObject({ name: 'weather' });
  await expect(createTable(clients, { name: 'weather', key: { ...key, range: null } })).rejects.toMatchObject({
    code: 'cloud.tableDiffers',
  });
  expect(await listTables(clients, null)).toEqual({ names: ['weather'], token: null });
  expect(clients.recorder.stateOf({ kind: 'table', name: 'weather' })).toBe('made');
});

test('items are read page by page, in order, with conditions on keys and filters on nested fields', async () => {
  const items = Array.from({ length: AMOUNT }, (_, index) => ({
    station: { S: 'alpine' },
    sample_time: { N: String(1_700_000_000_000 + index) },
    air_temperature: { M: { value: { N: `${index % 10}.50` }, unit: { S: 'C' } } },
    raw: { B: new Uint8Array([index]) },
  }));
  for (let from = 0; from < AMOUNT; from += 25) {
    const requests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    await clients.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { weather: requests } }));
  }
  await clients.dynamodb.send(
    new PutItemCommand({ TableName: 'weather', Item: { station: { S: 'other' }, sample_time: { N: '1' } } }),
  );

  const pages: TablePage[] = [];
  let token: string | null = null;
  do {
    const page: TablePage = await readItems(clients, { ...ALL, partition: 'alpine', newestFirst: true, token });
    pages.push(page);
    token = page.token;
  } while (token !== null);
  expect(pages.map((page) => page.items.length)).toEqual([100, 100, 50]);
  expect(pages[0]?.items[0]).toEqual({
    station: { S: 'alpine' },
    sample_time: { N: '1700000000249' },
    air_temperature: { M: { value: { N: '9.5' }, unit: { S: 'C' } } },
    raw: { B: '+Q==' },
  });

  const between = await readItems(clients, {
    ...ALL,
    partition: 'alpine',
    sort: { operator: 'between', value: '1700000000010', to: '1700000000029' },
    filters: [{ path: ['air_temperature', 'value'], operator: '<', value: '2', type: 'N' }],
  });
  expect(between).toMatchObject({ scanned: 20, token: null });
  expect(between.items.map((item) => item['sample_time'])).toEqual([
    { N: '1700000000010' },
    { N: '1700000000011' },
    { N: '1700000000020' },
    { N: '1700000000021' },
  ]);

  const filters = [{ path: ['raw'], operator: 'missing', value: '', type: 'S' } as const];
  const missing = await readItems(clients, { ...ALL, filters });
  expect(missing).toEqual({
    items: [{ station: { S: 'other' }, sample_time: { N: '1' } }],
    scanned: AMOUNT + 1,
    token: null,
  });
  await expect(readItems(clients, { ...ALL, table: 'none' })).rejects.toMatchObject({ code: 'cloud.noTable' });
  await expect(readItems(clients, { ...ALL, index: 'none' })).rejects.toMatchObject({ code: 'cloud.noIndex' });
  await expect(readItems(clients, { ...ALL, token: '{"station":1}' })).rejects.toMatchObject({
    code: 'cloud.badToken',
  });
});

test('keys may be numbers and bytes, of an index too, with every condition on the sort key', async () => {
  const typed: TableKey = { hash: { name: 'cell', type: 'N' }, range: { name: 'mark', type: 'B' } };
  await clients.dynamodb.send(
    new CreateTableCommand({
      TableName: 'typed',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'cell', AttributeType: 'N' },
        { AttributeName: 'mark', AttributeType: 'B' },
        { AttributeName: 'kind', AttributeType: 'S' },
        { AttributeName: 'depth', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'cell', KeyType: 'HASH' },
        { AttributeName: 'mark', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-kind',
          KeySchema: [
            { AttributeName: 'kind', KeyType: 'HASH' },
            { AttributeName: 'depth', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  const byKind: TableKey = { hash: { name: 'kind', type: 'S' }, range: { name: 'depth', type: 'N' } };
  expect(await createTable(clients, { name: 'typed', key: typed })).toMatchObject({
    key: typed,
    indexes: [{ name: 'by-kind', key: byKind, isGlobal: true, holds: 'keys' }],
  });
  const marks = [[0], [0, 255], [1], [1, 0], [200]];
  for (const [index, mark] of marks.entries()) {
    const Item = {
      cell: { N: '-12.50' },
      mark: { B: new Uint8Array(mark) },
      kind: { S: 'snow' },
      depth: { N: `${index - 2}` },
      other: { S: 'x' },
    };
    await clients.dynamodb.send(new PutItemCommand({ TableName: 'typed', Item }));
  }

  const base64 = (...bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');
  const inTable = async (sort: ItemQuestion['sort']): Promise<readonly unknown[]> => {
    const { items } = await readItems(clients, { ...ALL, table: 'typed', partition: '-12.5', sort });
    return items.map(({ mark }) => (mark !== undefined && 'B' in mark ? [...Buffer.from(mark.B, 'base64')] : mark));
  };
  expect(await inTable(null)).toEqual(marks);
  expect(await inTable({ operator: '=', value: base64(1), to: null })).toEqual([[1]]);
  expect(await inTable({ operator: '<', value: base64(1), to: null })).toEqual([[0], [0, 255]]);
  expect(await inTable({ operator: '<=', value: base64(1), to: null })).toEqual([[0], [0, 255], [1]]);
  expect(await inTable({ operator: '>', value: base64(1), to: null })).toEqual([[1, 0], [200]]);
  expect(await inTable({ operator: '>=', value: base64(1), to: null })).toEqual([[1], [1, 0], [200]]);
  expect(await inTable({ operator: 'begins', value: base64(1), to: null })).toEqual([[1], [1, 0]]);
  expect(await inTable({ operator: 'between', value: base64(0, 1), to: base64(1, 0) })).toEqual([
    [0, 255],
    [1],
    [1, 0],
  ]);

  const inIndex: ItemQuestion = { ...ALL, table: 'typed', index: 'by-kind', partition: 'snow' };
  const below = await readItems(clients, { ...inIndex, sort: { operator: '<', value: '0.5', to: null } });
  expect(below.items.map(({ depth }) => depth)).toEqual([{ N: '-2' }, { N: '-1' }, { N: '0' }]);
  expect(below.items[0]).toEqual({
    cell: { N: '-12.5' },
    mark: { B: base64(0) },
    kind: { S: 'snow' },
    depth: { N: '-2' },
  });

  const refused = (question: Partial<ItemQuestion>) => readItems(clients, { ...inIndex, ...question });
  const filter = { path: ['depth'], operator: '=', value: '1', type: 'N' } as const;
  await expect(refused({ index: null, partition: 'snow' })).rejects.toMatchObject({ code: 'cloud.badKeyValue' });
  await expect(refused({ partition: '' })).rejects.toMatchObject({ code: 'cloud.badKeyValue' });
  for (const sort of [
    { operator: 'begins', value: '1', to: null },
    { operator: 'between', value: '1', to: null },
  ] as const) {
    await expect(refused({ sort })).rejects.toMatchObject({ code: 'cloud.badSortCondition' });
  }
  const sort = { operator: '=', value: '1', to: null } as const;
  await expect(refused({ partition: null, sort })).rejects.toMatchObject({ code: 'cloud.badSortCondition' });
  await expect(refused({ filters: [filter] })).rejects.toMatchObject({ code: 'cloud.filterOnKey' });
  await expect(refused({ filters: [{ ...filter, path: ['other'], value: 'x' }] })).rejects.toMatchObject({
    code: 'cloud.badFilterValue',
  });
  // A scan may filter on anything.
  expect((await refused({ partition: null, filters: [filter] })).items).toHaveLength(1);
});

test('a table is removed with its items, and again', async () => {
  const table = { kind: 'table', name: 'weather' } as const;
  await removeResource(clients, table);
  expect(await findTable(clients, 'weather')).toBeNull();
  expect(clients.recorder.stateOf(table)).toBeNull();
  await removeResource(clients, table);
});
