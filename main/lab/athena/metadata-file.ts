/** The `.metadata` file beside a result: the columns in protobuf (field numbers: aws-wire, section 8, and burtcorp/athena-jdbc). */
import type { ResultColumn } from '../../query-seam.ts';

const VARINT = 0;
const BYTES = 2;
/** Nullable: unknown. */
const UNKNOWN = 3;

/** `queryId` is the engine's own id of the query. */
export function metadataFile(queryId: string, columns: readonly ResultColumn[]): Buffer {
  return Buffer.concat([text(1, queryId), ...columns.map((column) => bytes(4, columnMessage(column)))]);
}

function columnMessage({ name, type, precision, scale, caseSensitive }: ResultColumn): Buffer {
  const parts = [text(1, 'hive'), text(4, name), text(5, name), text(6, type)];
  const isNumberLike = precision > 0;
  if (isNumberLike) parts.push(number(7, precision));
  if (isNumberLike || type === 'date') parts.push(number(8, scale));
  parts.push(number(9, UNKNOWN));
  if (isNumberLike || type === 'date' || type === 'boolean') parts.push(number(10, caseSensitive ? 1 : 0));
  return Buffer.concat(parts);
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + BYTES), varint(value.length), value]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8 + VARINT), varint(value)]);
}

/** Of whole numbers up to 2^53; bit operations would cut at 2^31. */
function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
  return Buffer.from(out);
}
