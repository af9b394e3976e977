/** The five checksums S3 clients attach to bodies, computed while the bytes pass. Node 18 has no CRC of its own. */
import { createHash } from 'node:crypto';

export const CHECKSUM_NAMES = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumName = (typeof CHECKSUM_NAMES)[number];

/** A checksum as it travels: base64 of the big-endian value. */
export type Checksum = { readonly name: ChecksumName; readonly value: string };

export type RunningChecksum = {
  readonly update: (bytes: Buffer) => void;
  readonly base64: () => string;
};

const HEADER = /^x-amz-checksum-([a-z0-9]+)$/;

/** The algorithm a header such as `x-amz-checksum-crc32` names; undefined for any other header or algorithm. */
export function checksumOfHeader(header: string): ChecksumName | undefined {
  const name = HEADER.exec(header.toLowerCase())?.[1];
  return CHECKSUM_NAMES.find((known) => known === name);
}

export function startChecksum(name: ChecksumName): RunningChecksum {
  switch (name) {
    case 'crc32':
      return crc32(0xedb88320);
    case 'crc32c':
      return crc32(0x82f63b78);
    case 'crc64nvme':
      return crc64();
    case 'sha1':
    case 'sha256': {
      const hash = createHash(name);
      return { update: (bytes) => hash.update(bytes), base64: () => hash.digest('base64') };
    }
  }
}

/** CRC-32 (zlib's) as an unsigned number. */
export function crc32Of(bytes: Buffer): number {
  const table = table32(0xedb88320);
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const tables32 = new Map<number, Uint32Array>();

function table32(polynomial: number): Uint32Array {
  const known = tables32.get(polynomial);
  if (known !== undefined) return known;
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    table[byte] = value;
  }
  tables32.set(polynomial, table);
  return table;
}

/** Reflected 32-bit CRC, start and final exclusive-or all ones. */
function crc32(polynomial: number): RunningChecksum {
  const table = table32(polynomial);
  let crc = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
    },
    base64: () => {
      const value = Buffer.alloc(4);
      value.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
      return value.toString('base64');
    },
  };
}

const POLYNOMIAL_64 = 0x9a6c9329ac4bc9b5n;
let table64: { readonly high: Uint32Array; readonly low: Uint32Array } | undefined;

function tables64(): { readonly high: Uint32Array; readonly low: Uint32Array } {
  if (table64 !== undefined) return table64;
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ POLYNOMIAL_64 : value >> 1n;
    high[byte] = Number(value >> 32n);
    low[byte] = Number(value & 0xffffffffn);
  }
  table64 = { high, low };
  return table64;
}

/** Reflected 64-bit CRC (NVMe) in two halves: BigInt in the loop would be a hundred times slower. */
function crc64(): RunningChecksum {
  const table = tables64();
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (table.low[index] ?? 0);
        high = (high >>> 8) ^ (table.high[index] ?? 0);
      }
    },
    base64: () => {
      const value = Buffer.alloc(8);
      value.writeUInt32BE(~high >>> 0, 0);
      value.writeUInt32BE(~low >>> 0, 4);
      return value.toString('base64');
    },
  };
}
