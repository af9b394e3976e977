/** Snappy's block compression and the two containers Firehose writes it in. Written out here: the format is small, a native package is not. */
import { startChecksum } from '../checksums.ts';

/** Both containers take blocks of at most this size; every distance in a block then fits two bytes. */
const BLOCK_BYTES = 65_536;
const HASH_BITS = 14;
/** Shorter repeats cost more than they save. */
const LEAST_MATCH = 4;
const LONGEST_COPY = 64;
const STREAM_HEAD = Buffer.from([0xff, 0x06, 0x00, 0x00, ...Buffer.from('sNaPpY')]);
const COMPRESSED_CHUNK = 0x00;

/** What Hadoop's SnappyCodec reads: for each block its length, the length of its compressed form, both big-endian, then that form. */
export async function* hadoopSnappy(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    for (const block of blocks(piece)) {
      const compressed = snappyBlock(block);
      const head = Buffer.alloc(8);
      head.writeUInt32BE(block.length, 0);
      head.writeUInt32BE(compressed.length, 4);
      yield Buffer.concat([head, compressed]);
    }
  }
}

/** Snappy's framing format (framing_format.txt of google/snappy): a stream head, then chunks with a masked CRC-32C of their plain bytes. */
export async function* framedSnappy(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield STREAM_HEAD;
  for await (const piece of pieces) {
    for (const block of blocks(piece)) {
      const compressed = snappyBlock(block);
      const head = Buffer.alloc(8);
      head.writeUInt8(COMPRESSED_CHUNK, 0);
      head.writeUIntLE(compressed.length + 4, 1, 3);
      head.writeUInt32LE(maskedChecksum(block), 4);
      yield Buffer.concat([head, compressed]);
    }
  }
}

function* blocks(piece: Buffer): Generator<Buffer> {
  for (let at = 0; at < piece.length; at += BLOCK_BYTES) yield piece.subarray(at, at + BLOCK_BYTES);
}

function maskedChecksum(block: Buffer): number {
  const checksum = startChecksum('crc32c');
  checksum.update(block);
  const value = Buffer.from(checksum.base64(), 'base64').readUInt32BE(0);
  return (((value >>> 15) | (value << 17)) + 0xa282ead8) >>> 0;
}

/** One block of at most 65,536 bytes: its length as a varint, then literals and copies (format_description.txt of google/snappy). */
function snappyBlock(block: Buffer): Buffer {
  const output = Buffer.allocUnsafe(32 + block.length + Math.ceil(block.length / 6));
  const places = new Int32Array(1 << HASH_BITS).fill(-1);
  let end = writeVarint(output, block.length);
  let literalFrom = 0;
  let at = 0;
  while (at + LEAST_MATCH <= block.length) {
    const word = block.readUInt32LE(at);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS);
    const place = places[slot] ?? -1;
    places[slot] = at;
    if (place < 0 || block.readUInt32LE(place) !== word) {
      // The longer nothing repeats, the larger the steps: what cannot be compressed costs little.
      at += 1 + ((at - literalFrom) >> 5);
      continue;
    }
    end = writeLiteral(output, end, block, literalFrom, at);
    let length = LEAST_MATCH;
    while (at + length < block.length && block[place + length] === block[at + length]) length++;
    end = writeCopies(output, end, at - place, length);
    at += length;
    literalFrom = at;
  }
  end = writeLiteral(output, end, block, literalFrom, block.length);
  return output.subarray(0, end);
}

function writeVarint(output: Buffer, value: number): number {
  let end = 0;
  let left = value;
  for (; left >= 0x80; left >>>= 7) output[end++] = (left & 0x7f) | 0x80;
  output[end++] = left;
  return end;
}

function writeLiteral(output: Buffer, start: number, block: Buffer, from: number, to: number): number {
  const length = to - from;
  if (length === 0) return start;
  let end = start;
  const last = length - 1;
  if (last < 60) output[end++] = last << 2;
  else if (last < 256) {
    output[end++] = 60 << 2;
    output[end++] = last;
  } else {
    output[end++] = 61 << 2;
    output[end++] = last & 0xff;
    output[end++] = last >> 8;
  }
  block.copy(output, end, from, to);
  return end + length;
}

function writeCopies(output: Buffer, start: number, distance: number, length: number): number {
  let end = start;
  for (let left = length; left > 0;) {
    const part = Math.min(left, LONGEST_COPY);
    output[end++] = ((part - 1) << 2) | 2;
    output[end++] = distance & 0xff;
    output[end++] = distance >> 8;
    left -= part;
  }
  return end;
}
