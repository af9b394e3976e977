/** The ring keeps the newest items and nothing more. */
import { expect, test } from 'vitest';
import { createRing } from './ring.ts';

test('keeps the newest items, newest first, and forgets the rest', () => {
  const ring = createRing<number>(3);
  const seen = [[...ring.newestFirst()]];
  for (const item of [1, 2, 3, 4, 5]) {
    ring.push(item);
    seen.push([...ring.newestFirst()]);
  }
  expect(seen).toEqual([[], [1], [2, 1], [3, 2, 1], [4, 3, 2], [5, 4, 3]]);
  expect(ring.size()).toBe(3);
  ring.clear();
  ring.push(9);
  expect(ring.newestFirst()).toEqual([9]);
});
