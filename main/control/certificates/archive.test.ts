/** Archives from strangers: bombs stop early, names that lead out are refused, the rest comes through. */
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { unpack } from './archive.ts';

const ROOM = 4 * 1024 * 1024;

test('a kit in nested folders comes out; what macOS adds does not', () => {
  const kit = zipSync({
    'kit/a/x.pem': strToU8('pem'),
    '__MACOSX/._x.pem': strToU8('noise'),
    'kit/.DS_Store': strToU8('n'),
  });
  const { entries, room } = unpack(Buffer.from(kit), 'kit.zip', ROOM);
  expect({ entries, room }).toEqual({
    entries: [{ kind: 'file', name: 'kit/a/x.pem', bytes: Buffer.from('pem') }],
    room: ROOM - 3,
  });
});

test('names that lead out, a file too big, an archive too big, and a cut one', () => {
  const big = new Uint8Array(2 * 1024 * 1024);
  const mixed = Buffer.from(zipSync({ '../../etc/x.pem': strToU8('x'), 'big.bin': big, 'good.pem': strToU8('pem') }));
  const { entries } = unpack(mixed, 'mixed.zip', ROOM);
  expect(entries.map((one) => [one.name, one.kind === 'refused' ? one.error.code : one.kind])).toEqual([
    ['../../etc/x.pem', 'certificates.unsafeName'],
    ['big.bin', 'certificates.tooBig'],
    ['good.pem', 'file'],
  ]);
  expect(() => unpack(mixed, 'mixed.zip', 1024)).toThrow('unpacks to more than');
  expect(() => unpack(mixed.subarray(0, 60), 'cut.zip', ROOM)).toThrow('damaged ZIP archive');
});
