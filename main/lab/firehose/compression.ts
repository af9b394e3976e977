/** The compression formats of a delivered object, streamed: no object is held in memory. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDeflateRaw, createGzip } from 'node:zlib';
import { z } from 'zod';
import { startChecksum } from '../checksums.ts';
import { framedSnappy, hadoopSnappy } from './snappy.ts';

export const compressionFormat = z.enum(['UNCOMPRESSED', 'GZIP', 'ZIP', 'Snappy', 'HADOOP_SNAPPY']);
type CompressionFormat = z.infer<typeof compressionFormat>;

/** What Firehose appends to the name where no file extension was chosen. */
export const EXTENSIONS: Readonly<Record<CompressionFormat, string>> = {
  UNCOMPRESSED: '',
  GZIP: '.gz',
  ZIP: '.zip',
  Snappy: '.snappy',
  HADOOP_SNAPPY: '.hsnappy',
};

/** Writes the pieces to a new file. `entryName`: what the one file in a ZIP archive is called. */
export function writeCompressed(
  pieces: AsyncIterable<Buffer>,
  format: CompressionFormat,
  path: string,
  entryName: string,
): Promise<void> {
  const file = createWriteStream(path);
  switch (format) {
    case 'UNCOMPRESSED':
      return pipeline(pieces, file);
    case 'GZIP':
      return pipeline(pieces, createGzip(), file);
    case 'ZIP':
      return pipeline(zipArchive(pieces, entryName), file);
    case 'Snappy':
      return pipeline(framedSnappy(pieces), file);
    case 'HADOOP_SNAPPY':
      return pipeline(hadoopSnappy(pieces), file);
  }
}

const NEEDED_VERSION = 20;
/** Sizes follow the data (bit 3), the name is UTF-8 (bit 11). */
const FLAGS = 0x0808;
const DEFLATE = 8;
/** 1980-01-01, the earliest the format knows: the object's own time is in its name. */
const DOS_DATE = 0x21;

/** A ZIP archive of one entry (PKWARE's APPNOTE 4.3), below 4 GiB: a buffer holds at most the largest size and its backlog. */
async function* zipArchive(pieces: AsyncIterable<Buffer>, entryName: string): AsyncGenerator<Buffer> {
  const name = Buffer.from(entryName);
  const checksum = startChecksum('crc32');
  let plainBytes = 0;
  let packedBytes = 0;
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  writeCommon(local, 4, name.length);
  yield Buffer.concat([local, name]);

  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      checksum.update(piece);
      plainBytes += piece.length;
      yield piece;
    }
  };
  const deflate = createDeflateRaw();
  // A failure ends the loop below, which tells it.
  pipeline(Readable.from(counted()), deflate).catch(() => undefined);
  const packed: AsyncIterable<Buffer> = deflate;
  for await (const bytes of packed) {
    packedBytes += bytes.length;
    yield bytes;
  }

  const sums = Buffer.alloc(12);
  Buffer.from(checksum.base64(), 'base64').reverse().copy(sums, 0);
  sums.writeUInt32LE(packedBytes, 4);
  sums.writeUInt32LE(plainBytes, 8);
  const descriptor = Buffer.concat([Buffer.from([0x50, 0x4b, 0x07, 0x08]), sums]);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(NEEDED_VERSION, 4);
  writeCommon(central, 6, name.length);
  sums.copy(central, 16);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + packedBytes + descriptor.length, 16);
  yield Buffer.concat([descriptor, central, name, end]);
}

/** What the local and the central header have in common, from the needed version on. */
function writeCommon(head: Buffer, at: number, nameBytes: number): void {
  head.writeUInt16LE(NEEDED_VERSION, at);
  head.writeUInt16LE(FLAGS, at + 2);
  head.writeUInt16LE(DEFLATE, at + 4);
  head.writeUInt16LE(DOS_DATE, at + 8);
  head.writeUInt16LE(nameBytes, at + 22);
}
