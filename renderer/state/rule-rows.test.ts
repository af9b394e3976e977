/** Rows become the SQL a person would write. */
import { expect, test } from 'vitest';
import { printRows } from './rule-rows.ts';

const rows = { columns: [{ field: '*', alias: '' }], topicFilter: 'a/#', joined: 'AND' as const, conditions: [] };

test('columns, topic and conditions, and nothing of what is not filled in', () => {
  expect(printRows(rows)).toBe("SELECT *\nFROM 'a/#'");
  expect(
    printRows({
      ...rows,
      columns: [
        { field: 'a.b', alias: 'c' },
        { field: '', alias: '' },
      ],
      joined: 'OR',
      conditions: [
        { field: 'a.b', operator: '<', value: '-5' },
        { field: 'd', operator: '=', value: 'rain' },
        { field: 'e', operator: '=', value: '' },
      ],
    }),
  ).toBe("SELECT a.b AS c\nFROM 'a/#'\nWHERE a.b < -5 OR d = 'rain'");
});

test('literals in quotes stay, text with an apostrophe takes the other quotes', () => {
  const where = (value: string) =>
    printRows({ ...rows, conditions: [{ field: 'a', operator: '=', value }] }).split('= ')[1];
  expect(where('"7.0"')).toBe('"7.0"');
  expect(where("l'eau")).toBe('"l\'eau"');
  expect(where('TRUE')).toBe('TRUE');
  expect(where('007')).toBe("'007'");
});
