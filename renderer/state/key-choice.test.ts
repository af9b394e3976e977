/** What is asked of a table for what a person has typed. */
import { expect, test } from 'vitest';
import type { TableState } from '../../preload/shapes-tables.ts';
import { EVERYTHING, keyFault, questionOf } from './key-choice.ts';

const table: TableState = {
  name: 't',
  status: 'ACTIVE',
  created: 0,
  items: 0,
  bytes: 0,
  key: { hash: { name: 'id', type: 'S' }, range: { name: 'at', type: 'N' } },
  indexes: [
    {
      name: 'byCode',
      key: { hash: { name: 'code', type: 'B' }, range: null },
      isGlobal: true,
      holds: 'all',
    },
  ],
};

test('no partition reads everything, a partition reads it whole, a value asks for a range of its sort key', () => {
  expect(questionOf(table, EVERYTHING)).toMatchObject({ index: null, partition: null, sort: null });
  expect(questionOf(table, { ...EVERYTHING, partition: 'a' })).toMatchObject({ partition: 'a', sort: null });
  expect(questionOf(table, { ...EVERYTHING, partition: 'a', operator: '>=', value: ' 7 ' })).toMatchObject({
    sort: { operator: '>=', value: '7', to: null },
  });
  expect(questionOf(table, { ...EVERYTHING, partition: 'a', operator: 'between', value: '7', to: '9' })).toMatchObject({
    sort: { operator: 'between', value: '7', to: '9' },
  });
});

test('what is not finished or not of the type of its key is not asked', () => {
  expect(questionOf(table, { ...EVERYTHING, partition: 'a', value: 'seven' })).toBeNull();
  expect(questionOf(table, { ...EVERYTHING, partition: 'a', operator: 'between', value: '7' })).toBeNull();
  expect(questionOf(table, { ...EVERYTHING, index: 'byCode', partition: 'AQ' })).toBeNull();
  expect(questionOf(table, { ...EVERYTHING, index: 'byCode', partition: 'AQID', value: '1' })).toEqual({
    index: 'byCode',
    partition: 'AQID',
    sort: null,
    newestFirst: true,
  });
  expect(keyFault({ name: 'n', type: 'N' }, '-12.50')).toBe(false);
});
