/** The bytes of a stream's buffer on disk: frames of records with their arrival and origin, readable after an abrupt end. */
import { open } from 'node:fs/promises';

export type Origin = { readonly source: string; readonly sequence: number };

export type Frame =
  | {
      readonly kind: 'records';
      readonly arrivedMs: number;
      readonly origin: Origin | null;
      readonly records: readonly Buffer[];
    }
  | { readonly kind: 'origins'; readonly origins: readonly Origin[] };

/** Length of what follows the kind (4 bytes), kind (1 byte). */
const HEAD_BYTES = 5;
const RECORDS = 1;
const ORIGINS = 2;
/** Arrival (8), sequence (8), length of the source (2), number of records (4). */
const FIXED_BYTES = 22;
const READ_BYTES = 1024 * 1024;
/** Far above the largest batch: a greater length is not one that we wrote. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** One buffer per batch, so that the hot path costs one allocation and one copy. */
export function encodeRecords(records: readonly Buffer[], arrivedMs: number, origin: Origin | undefined): Buffer {
  const source = origin?.source ?? '';
  const sourceBytes = Buffer.byteLength(source);
  let bytes = FIXED_BYTES + sourceBytes;
  for (const record of records) bytes += 4 + record.length;
  const frame = Buffer.allocUnsafe(HEAD_BYTES + bytes);
  frame.writeUInt32LE(bytes, 0);
  frame.writeUInt8(RECORDS, 4);
  frame.writeDoubleLE(arrivedMs, 5);
  frame.writeDoubleLE(origin?.sequence ?? 0, 13);
  frame.writeUInt16LE(sourceBytes, 21);
  frame.write(source, 23);
  let at = 23 + sourceBytes;
  frame.writeUInt32LE(records.length, at);
  at += 4;
  for (const record of records) {
    frame.writeUInt32LE(record.length, at);
    record.copy(frame, at + 4);
    at += 4 + record.length;
  }
  return frame;
}

export function encodeOrigins(origins: readonly Origin[]): Buffer {
  const body = Buffer.from(JSON.stringify(origins.map(({ source, sequence }) => ({ source, sequence }))));
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(body.length, 0);
  head.writeUInt8(ORIGINS, 4);
  return Buffer.concat([head, body]);
}

/** Yields whole frames with the offset behind each; ends quietly where a frame is torn. Holds one frame in memory at a time. */
export async function* readFrames(path: string): AsyncGenerator<{ readonly frame: Frame; readonly end: number }> {
  const file = await open(path, 'r');
  try {
    let held: Buffer = Buffer.alloc(0);
    let end = 0;
    for (;;) {
      const frame = splitFrame(held);
      if (frame !== null) {
        end += HEAD_BYTES + frame.body.length;
        held = held.subarray(HEAD_BYTES + frame.body.length);
        yield { frame: decode(frame.kind, frame.body), end };
        continue;
      }
      const wanted = held.length >= HEAD_BYTES ? HEAD_BYTES + held.readUInt32LE(0) - held.length : READ_BYTES;
      if (wanted > MAX_BODY_BYTES) return;
      const more = Buffer.allocUnsafe(Math.max(wanted, READ_BYTES));
      const { bytesRead } = await file.read(more, 0, more.length);
      if (bytesRead === 0) return;
      held = Buffer.concat([held, more.subarray(0, bytesRead)]);
    }
  } finally {
    await file.close();
  }
}

function splitFrame(held: Buffer): { readonly kind: number; readonly body: Buffer } | null {
  if (held.length < HEAD_BYTES) return null;
  const end = HEAD_BYTES + held.readUInt32LE(0);
  return held.length < end ? null : { kind: held.readUInt8(4), body: held.subarray(HEAD_BYTES, end) };
}

function decode(kind: number, body: Buffer): Frame {
  if (kind === ORIGINS) return { kind: 'origins', origins: JSON.parse(body.toString('utf8')) as readonly Origin[] };
  const sourceEnd = 18 + body.readUInt16LE(16);
  const source = body.toString('utf8', 18, sourceEnd);
  const records: Buffer[] = [];
  let at = sourceEnd + 4;
  for (let left = body.readUInt32LE(sourceEnd); left > 0; left--) {
    const end = at + 4 + body.readUInt32LE(at);
    records.push(body.subarray(at + 4, end));
    at = end;
  }
  return {
    kind: 'records',
    arrivedMs: body.readDoubleLE(0),
    origin: source === '' ? null : { source, sequence: body.readDoubleLE(8) },
    records,
  };
}
