/** Every error code that the window translates is one that some process gives in English. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { frAwsErrors, frErrors } from '../renderer/text/fr-errors.ts';

test('each translated code exists in both languages', () => {
  const sources = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(__dirname, name), 'utf8'))
    .join('\n');
  const codes = Object.keys(frErrors);
  expect(codes.length).toBeGreaterThanOrEqual(30);
  expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  const french = [...Object.values(frErrors), ...Object.values(frAwsErrors)];
  expect(french.filter(([message]) => message.trim() === '')).toEqual([]);
});
