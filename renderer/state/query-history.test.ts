/** The history is bounded and holds each statement once. */
import { expect, test } from 'vitest';
import { withStatement } from './query-history.ts';

test('the newest comes first, once, and the oldest falls out', () => {
  expect(withStatement(['SELECT 1', 'SELECT 2'], ' SELECT 2 ')).toEqual(['SELECT 2', 'SELECT 1']);
  expect(withStatement(['SELECT 1'], '  ')).toEqual(['SELECT 1']);
  const many = Array.from({ length: 30 }, (_, index) => `SELECT ${index}`);
  expect(withStatement(many, 'SELECT 99')).toEqual(['SELECT 99', ...many.slice(0, 29)]);
});
