// A small run of `isobar bench crash`: what was acknowledged is in every destination, however often the lab is killed.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { benchCrash } from './bench-crash.ts';

test(
  'nothing acknowledged is lost when the lab is killed in the middle of its work',
  { timeout: 180_000 },
  async () => {
    const distFolder = join(import.meta.dirname, '..', '..', 'dist');
    const lines = [];
    for await (const line of benchCrash({ distFolder, messages: 4_000, kills: 3, seed: 7 })) lines.push(line);
    const there = lines.filter(({ figure }) => figure.endsWith('that are there'));
    expect(there.map(({ figure, ratio }) => [figure.split(':')[0], ratio])).toEqual([
      ['S3', 1],
      ['Firehose', 1],
      ['DynamoDB', 1],
    ]);
    expect(lines.at(-1)).toMatchObject({ figure: 'in all destinations, with 3 kills' });
    // Streams know what they have taken.
    expect(lines.find(({ figure }) => figure.startsWith('Firehose: duplicates'))).toMatchObject({ value: 0 });
  },
);
