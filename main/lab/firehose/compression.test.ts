// Each format is read back by another implementation: Node's gunzip, fflate's ZIP reader, and a Snappy reader written from its description.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChecksum } from '../checksums.ts';
import { writeCompressed } from './compression.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compression-'));
});
afterAll(() => rm(folder, { recursive: true }));

const lines = Array.from({ length: 4000 }, (_, index) => `{"station_id":"S${index % 50}","t":${index / 7}}\n`).join('');
const noise = Buffer.from(Array.from({ length: 70_000 }, (_, index) => Math.imul(index, index * 2654435761) >>> 13));
const BODIES = {
  lines: Buffer.from(lines),
  noise,
  repeated: Buffer.alloc(200_000, 'ab'),
  short: Buffer.from('abc'),
};

async function written(body: Buffer, format: 'UNCOMPRESSED' | 'GZIP' | 'ZIP' | 'Snappy' | 'HADOOP_SNAPPY') {
  const path = join(folder, format);
  const pieces = Readable.from([body.subarray(0, 100_000), body.subarray(100_000)].filter(({ length }) => length > 0));
  await writeCompressed(pieces, format, path, 'entry.json');
  return readFile(path);
}

test.each(Object.entries(BODIES))('%s', async (_name, body) => {
  expect((await written(body, 'UNCOMPRESSED')).equals(body)).toBe(true);
  expect(gunzipSync(await written(body, 'GZIP')).equals(body)).toBe(true);
  const entries = Object.entries(unzipSync(await written(body, 'ZIP')));
  expect(entries.map(([name, bytes]) => [name, Buffer.from(bytes).equals(body)])).toEqual([['entry.json', true]]);
  expect(readHadoop(await written(body, 'HADOOP_SNAPPY')).equals(body)).toBe(true);
  expect(readFramed(await written(body, 'Snappy')).equals(body)).toBe(true);
});

test('Snappy makes repeated text smaller', async () => {
  expect((await written(BODIES.repeated, 'HADOOP_SNAPPY')).length).toBeLessThan(12_000);
  expect((await written(BODIES.lines, 'Snappy')).length).toBeLessThan(BODIES.lines.length * 0.6);
});

test('a source that fails fails the writing', async () => {
  const broken = async function* () {
    yield Buffer.from('begun');
    await Promise.reject(new Error('the disk is gone'));
  };
  for (const format of ['UNCOMPRESSED', 'GZIP', 'ZIP', 'Snappy'] as const) {
    await expect(writeCompressed(broken(), format, join(folder, 'broken'), 'x')).rejects.toThrow('the disk is gone');
  }
});

function readHadoop(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const [plain, packed] = [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
    const part = readBlock(bytes.subarray(at + 8, at + 8 + packed));
    expect(part.length).toBe(plain);
    parts.push(part);
    at += 8 + packed;
  }
  return Buffer.concat(parts);
}

function readFramed(bytes: Buffer): Buffer {
  expect(bytes.subarray(0, 10).toString('latin1')).toBe('\xff\x06\x00\x00sNaPpY');
  const parts: Buffer[] = [];
  for (let at = 10; at < bytes.length;) {
    const length = bytes.readUIntLE(at + 1, 3);
    const part = readBlock(bytes.subarray(at + 8, at + 4 + length));
    const checksum = startChecksum('crc32c');
    checksum.update(part);
    const plain = Buffer.from(checksum.base64(), 'base64').readUInt32BE(0);
    expect(bytes.readUInt32LE(at + 4)).toBe((((plain >>> 15) | (plain << 17)) + 0xa282ead8) >>> 0);
    parts.push(part);
    at += 4 + length;
  }
  return Buffer.concat(parts);
}

function readBlock(block: Buffer): Buffer {
  let [at, length, shift] = [0, 0, 0];
  for (let more = true; more; shift += 7) {
    const byte = block[at++] ?? 0;
    length |= (byte & 0x7f) << shift;
    more = byte >= 0x80;
  }
  const output = Buffer.alloc(length);
  let end = 0;
  while (at < block.length) {
    const tag = block[at++] ?? 0;
    if ((tag & 3) === 0) {
      let size = tag >> 2;
      if (size >= 60) {
        const extra = size - 59;
        size = block.readUIntLE(at, extra);
        at += extra;
      }
      end += block.copy(output, end, at, at + size + 1);
      at += size + 1;
    } else {
      expect(tag & 3).toBe(2);
      const distance = block.readUInt16LE(at);
      at += 2;
      for (let left = (tag >> 2) + 1; left > 0; left--, end++) output[end] = output[end - distance] ?? 0;
    }
  }
  expect(end).toBe(length);
  return output;
}
