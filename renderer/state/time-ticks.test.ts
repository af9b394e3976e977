/** Ticks fall on round moments and stay few. */
import { expect, test } from 'vitest';
import { timeTicks } from './time-ticks.ts';

test('two days are told in half days, a year in quarters', () => {
  const at = (iso: string) => Date.parse(`${iso}Z`);
  const { values, hasHours } = timeTicks(at('2023-06-12T01:10'), at('2023-06-14T02:00'), 6);
  expect([values.map((value) => new Date(value).toISOString().slice(5, 16)), hasHours]).toEqual([
    ['06-12T12:00', '06-13T00:00', '06-13T12:00', '06-14T00:00'],
    true,
  ]);
  expect(timeTicks(at('2023-01-01T00:00'), at('2023-12-31T23:00'), 6).values.length).toBeLessThanOrEqual(6);
});

test('one moment is one tick at most', () => {
  expect(timeTicks(0, 0, 6).values).toEqual([0]);
});
