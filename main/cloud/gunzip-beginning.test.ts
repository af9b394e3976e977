/** Beginnings of gzip files: cut anywhere, far larger inside than outside, or no gzip at all. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gunzipBeginning } from './gunzip-beginning.ts';

const text = Array.from({ length: 20_000 }, (_, line) => `{"line":${line},"noise":${(line * 7919) % 10_007}}`).join(
  '\n',
);

test('a whole small file is unpacked whole', async () => {
  const { data, cut } = await gunzipBeginning(gzipSync('{"a":1}\n'), 1_024);
  expect({ text: Buffer.from(data).toString(), cut }).toEqual({ text: '{"a":1}\n', cut: false });
});

test('the first half of a file gives the beginning of its text, within the limit', async () => {
  const packed = gzipSync(text);
  const { data, cut } = await gunzipBeginning(packed.subarray(0, packed.length / 2), 10_000);
  expect({ text: Buffer.from(data).toString(), cut }).toEqual({ text: text.slice(0, 10_000), cut: true });
});

test('a bomb is not unpacked beyond the limit', async () => {
  const { data, cut } = await gunzipBeginning(gzipSync(Buffer.alloc(50_000_000)), 1_000);
  expect({ bytes: data.length, cut }).toEqual({ bytes: 1_000, cut: true });
});

test('what is no gzip is told so', async () => {
  await expect(gunzipBeginning(Buffer.from('plain text'), 1_000)).rejects.toMatchObject({ code: 'cloud.notGzip' });
});
