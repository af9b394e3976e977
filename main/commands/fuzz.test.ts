// Some hundreds of the cases of `isobar bench fuzz`: nothing crashes, nothing is let in that should not be, nobody else notices.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { benchFuzz } from './bench-fuzz.ts';

test(
  'the lab bears broken bytes at every door, and its other clients do not notice',
  { timeout: 180_000 },
  async () => {
    const distFolder = join(import.meta.dirname, '..', '..', 'dist');
    const lines = [];
    for await (const line of benchFuzz({ distFolder, cases: 150, seed: 20_231 })) lines.push(line);
    const borne = lines.filter(({ figure }) => figure.endsWith('cases borne'));
    expect(borne.map(({ value, ratio }) => [value, ratio])).toEqual([
      [150, 1],
      [150, 1],
      [150, 1],
    ]);
    const station = lines.find(({ unit }) => unit === 'messages');
    expect(station).toMatchObject({ ratio: 1 });
    expect(station?.value).toBeGreaterThan(100);
  },
);
