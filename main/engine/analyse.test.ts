import { beforeAll, expect, test } from 'vitest';
import { analyse } from './analyse.ts';
import { loadParser } from './polyglot.ts';

beforeAll(loadParser);

const plan = (sql: string) => analyse({ sql, database: 'lake' });

test('date letters that the engine would misread are refused, all others pass', () => {
  for (const letter of ['%c', '%h', '%M', '%W']) {
    const refusal = expect.objectContaining({
      code: 'athena.NOT_SUPPORTED',
      message: expect.stringContaining(letter) as string,
    }) as Error;
    expect(() => plan(`SELECT date_format(t, '%Y ${letter}') FROM a`)).toThrow(refusal);
    expect(() => plan(`SELECT count(*) FROM a WHERE date_parse(t, '${letter}') IS NULL`)).toThrow(refusal);
  }
  expect(() => plan('SELECT date_format(t, pattern) FROM a')).toThrow(/computed/i);
  expect(plan("SELECT date_format(t, '%d/%m/%Y %H:%i 100%%h') FROM a")).toEqual({
    kind: 'select',
    tables: [{ database: 'lake', table: 'a' }],
  });
});
