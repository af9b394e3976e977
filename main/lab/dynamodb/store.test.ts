// The store of items on disk: files are carried forward and removed, a torn end is cut off, what cannot be written leaves things as they were.
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plainPut, plainRemoval } from './item-write.ts';
import { openStore } from './store.ts';
import { newTable } from './table-record.ts';
import { openTable, type Table } from './table.ts';

const SEGMENT_BYTES = 16 * 1024;
const RECORD = newTable({
  TableName: 'weather',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'kind', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-kind',
      KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  LocalSecondaryIndexes: [],
  Tags: [],
  DeletionProtectionEnabled: false,
});
/** Beyond Latin-1, and with what keys escape. */
const idOf = (n: number): string => `\0station-${n}-é𝄞`;
const itemOf = (n: number, round: number) => ({
  id: { S: idOf(n) },
  kind: { S: round % 2 === 0 ? 'even' : 'odd' },
  round: { N: String(round) },
  text: { S: '❄'.repeat(40) },
});

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynamodb-store-'));
});
afterEach(() => rm(folder, { recursive: true }));

const itemFiles = async (): Promise<readonly string[]> => (await readdir(join(folder, 'items'))).sort();
const stored = (table: Table | undefined): readonly unknown[] =>
  [...(table?.keys.upFrom('') ?? [])].map((key) => table?.get(key)?.['round']);

test('items that are written over again and again take bounded room, and are there when the store is opened again', async () => {
  const store = await openStore(folder, SEGMENT_BYTES);
  const table = await store.create(RECORD);
  const rest = Array.from({ length: 100 }, (_, n) => plainPut(table, itemOf(n, 0)));
  await store.write(rest);
  for (let round = 1; round <= 60; round++) {
    for (let n = 0; n < 50; n += 10) {
      await store.write(Array.from({ length: 10 }, (_, more) => plainPut(table, itemOf(n + more, round))));
    }
  }
  await store.write([plainRemoval(table, { id: { S: idOf(99) } })]);
  await store.close();
  const sizes = await Promise.all(
    (await itemFiles()).map(async (name) => (await stat(join(folder, 'items', name))).size),
  );
  const written = 60 * 50 * 250;
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(written / 4);

  const again = await openStore(folder, SEGMENT_BYTES);
  const found = again.find('weather');
  expect(found?.items()).toBe(99);
  expect(found?.bytes()).toBe(table.bytes());
  const rounds = stored(found).map((round) => JSON.stringify(round));
  expect(rounds.filter((round) => round === '{"N":"60"}')).toHaveLength(50);
  expect(rounds.filter((round) => round === '{"N":"0"}')).toHaveLength(49);
  expect(found?.index('by-kind')?.keys.size()).toBe(99);
  await again.close();
});

test('changes that a crash cut off are gone as a whole, and the next ones lie behind what is whole', async () => {
  const store = await openStore(folder);
  const table = await store.create(RECORD);
  await store.write([plainPut(table, itemOf(1, 1))]);
  await store.write([plainPut(table, itemOf(1, 2)), plainPut(table, itemOf(2, 2)), plainPut(table, itemOf(3, 2))]);
  await store.close();
  const [name = ''] = await itemFiles();
  const path = join(folder, 'items', name);
  await truncate(path, (await stat(path)).size - 1);

  const torn = await openStore(folder);
  expect(stored(torn.find('weather'))).toEqual([{ N: '1' }]);
  const there = torn.find('weather');
  if (there !== undefined) await torn.write([plainPut(there, itemOf(4, 3))]);
  await torn.close();
  const again = await openStore(folder);
  expect([...stored(again.find('weather'))].sort()).toEqual([{ N: '1' }, { N: '3' }]);
  await again.close();
});

test('what could not be written leaves the item and its place in indexes as they were last kept', () => {
  const disk = new Map<number, Buffer>();
  let used = 0;
  const table = openTable(RECORD, {
    read: ({ position }) => disk.get(position) ?? Buffer.alloc(0),
    use: () => used++,
    release: () => used--,
  });
  const write = (position: number, round: number) => {
    const { key, item } = plainPut(table, itemOf(1, round));
    const value = Buffer.from(JSON.stringify(item));
    disk.set(position, value);
    return { key, write: { value, place: { position, length: value.length + 100 } } };
  };
  const seen = () => ({
    round: stored(table),
    bytes: table.bytes() > 0,
    index: [...(table.index('by-kind')?.keys.upFrom('') ?? [])].map((text) => text.slice(8).split('\0')[0]),
    used,
  });
  const nothing = { round: [], bytes: false, index: [], used: 0 };
  const first = write(1, 1);
  table.hold(first.key, first.write);
  table.failed(first.key, first.write);
  expect(seen()).toEqual(nothing);

  table.hold(first.key, first.write);
  table.kept(first.key, first.write);
  const kept = { round: [{ N: '1' }], bytes: true, index: ['odd'], used: 1 };
  expect(seen()).toEqual(kept);

  const second = write(2, 2);
  const third = write(3, 3);
  table.hold(second.key, second.write);
  table.hold(third.key, third.write);
  expect(seen()).toEqual({ ...kept, round: [{ N: '3' }] });
  table.failed(second.key, second.write);
  table.failed(third.key, third.write);
  expect(seen()).toEqual(kept);

  const gone = { value: null, place: { position: 4, length: 100 } };
  table.hold(first.key, gone);
  table.hold(second.key, second.write);
  expect(seen()).toEqual({ round: [{ N: '2' }], bytes: true, index: ['even'], used: 1 });
  table.kept(first.key, gone);
  table.failed(second.key, second.write);
  expect(seen()).toEqual(nothing);
});
