/** The header row is Athena's oddest habit: only the first page of DML has it, and data must never be taken for it. */
import { expect, test } from 'vitest';
import { withoutHeader } from './query.ts';

const columns = [
  { name: 'station', type: 'varchar' },
  { name: '_col1', type: 'double' },
];
const header = ['station', '_col1'];
const rows = [header, ['a', '1.0'], [null, null]];

test.each([
  ['a SELECT loses its header', rows, 'DML', [rows[1], rows[2]]],
  ['an empty SELECT has nothing left', [header], 'DML', []],
  ['INSERT has no rows at all', [], 'DML', []],
  ['SHOW keeps its first row though it says the same', rows, 'UTILITY', rows],
  ['DML without header keeps its first row', [['a', '1.0']], 'DML', [['a', '1.0']]],
  ['only the header goes, not data that repeats it', [header, header], 'DML', [header]],
])('%s', (_name, given, type, expected) => {
  expect(withoutHeader(given, columns, type)).toEqual(expected);
});
