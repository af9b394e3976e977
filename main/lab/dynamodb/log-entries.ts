/** How changes of items are laid out in a file: entries that say their length, and groups of them that count as a whole or not at all. */

export type LogChange = {
  /** The table's id: 36 letters. */
  readonly table: string;
  readonly key: string;
  /** The encoded item; null removes it. Text is what is not encoded yet. */
  readonly value: Buffer | string | null;
};

export type Entry = { readonly table: string; readonly key: string; readonly value: Buffer | null };

/** Whole length (4 bytes), length of table and key (2), kind (1). */
const HEAD_BYTES = 7;
const TABLE_LENGTH = 36;
const PUT = 1;
const REMOVE = 2;
const GROUP = 3;

/** Of an entry beside its value. */
export function overheadOf(key: string): number {
  return HEAD_BYTES + TABLE_LENGTH + key.length;
}

/** One buffer of all changes, with the places of the entries and of the encoded items in it. */
export function encodeChanges(changes: readonly LogChange[]): {
  readonly bytes: Buffer;
  readonly entries: readonly { readonly offset: number; readonly length: number }[];
  readonly values: readonly (Buffer | null)[];
} {
  const lengths = changes.map(({ key, value }) => overheadOf(key) + lengthOf(value));
  const groupBytes = changes.length > 1 ? HEAD_BYTES : 0;
  const bytes = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, groupBytes));
  if (groupBytes > 0) writeHead(bytes, 0, bytes.length, 0, GROUP);
  const entries: { offset: number; length: number }[] = [];
  const values: (Buffer | null)[] = [];
  let offset = groupBytes;
  for (const [index, { table, key, value }] of changes.entries()) {
    const length = lengths[index] ?? 0;
    writeHead(bytes, offset, length, TABLE_LENGTH + key.length, value === null ? REMOVE : PUT);
    bytes.write(table, offset + HEAD_BYTES, 'latin1');
    // Keys are latin1 text: that is how they sort by bytes.
    bytes.write(key, offset + HEAD_BYTES + TABLE_LENGTH, 'latin1');
    const start = offset + overheadOf(key);
    if (typeof value === 'string') bytes.write(value, start);
    else value?.copy(bytes, start);
    values.push(value === null ? null : bytes.subarray(start, offset + length));
    entries.push({ offset, length });
    offset += length;
  }
  return { bytes, entries, values };
}

function lengthOf(value: LogChange['value']): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : (value?.length ?? 0);
}

function writeHead(bytes: Buffer, offset: number, length: number, nameLength: number, kind: number): void {
  bytes.writeUInt32LE(length, offset);
  bytes.writeUInt16LE(nameLength, offset + 4);
  bytes.writeUInt8(kind, offset + 6);
}

/** Tells all whole entries; answers with where they end: a crash may have cut off the last one. */
export function decodeEntries(
  bytes: Buffer,
  take: (entry: Entry, offset: number, length: number) => void,
  start = 0,
): number {
  let offset = start;
  while (bytes.length - offset >= HEAD_BYTES) {
    const length = bytes.readUInt32LE(offset);
    const kind = bytes.readUInt8(offset + 6);
    const end = offset + length;
    if (length < HEAD_BYTES || end > bytes.length) break;
    if (kind === GROUP) {
      decodeEntries(bytes.subarray(0, end), take, offset + HEAD_BYTES);
    } else {
      const nameStart = offset + HEAD_BYTES;
      const nameEnd = nameStart + bytes.readUInt16LE(offset + 4);
      if (nameEnd > end) break;
      const table = bytes.toString('latin1', nameStart, nameStart + TABLE_LENGTH);
      const key = bytes.toString('latin1', nameStart + TABLE_LENGTH, nameEnd);
      take({ table, key, value: kind === PUT ? bytes.subarray(nameEnd, end) : null }, offset, length);
    }
    offset = end;
  }
  return offset;
}

/** The encoded item in the bytes of an entry. */
export function valueIn(entry: Buffer): Buffer {
  return entry.subarray(HEAD_BYTES + entry.readUInt16LE(4));
}
