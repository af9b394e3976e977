/** Quoting and separators of copied results. */
import { expect, test } from 'vitest';
import { toCsv, toTsv } from './csv.ts';

const result = {
  columns: [
    { name: 'name', type: 'varchar' },
    { name: 'a,b', type: 'double' },
  ],
  rows: [
    ['say "hi"', '1.5'],
    ['two\nlines', null],
    ['tab\there', ''],
  ],
};

test('CSV quotes what needs it', () => {
  expect(toCsv(result)).toBe('name,"a,b"\r\n"say ""hi""",1.5\r\n"two\nlines",\r\ntab\there,\r\n');
});

test('TSV keeps one line a row', () => {
  expect(toTsv(result)).toBe('name\ta,b\nsay "hi"\t1.5\ntwo lines\t\ntab here\t\n');
});
