/** Which bytes of an object a read is about: all, those of a `Range` header, or those of one part of its upload. */
import { AwsError } from '../services.ts';
import type { ObjectPart, StoredObject } from './bucket.ts';
import { isSameForRange } from './object-headers.ts';
import { integerParameter, MAX_PARTS, type S3Request } from './operation.ts';

/** Both ends inclusive; `end` before `start` for no byte at all. */
export type ByteRange = { readonly start: number; readonly end: number };

/** Null when there is none or it is not one plain range: the whole object then, as HTTP asks. Throws InvalidRange. */
function readRange(header: string | undefined, size: number): ByteRange | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  if (start > end || start >= size) {
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, {
      RangeRequested: header ?? '',
      ActualObjectSize: String(size),
    });
  }
  return { start, end };
}

export type WantedBytes = {
  /** Null for the whole object. */
  readonly range: ByteRange | null;
  /** The part that the range is, when it was asked for as one. */
  readonly part: ObjectPart | null;
};

/** Throws AwsError InvalidRange, InvalidRequest, InvalidArgument or InvalidPartNumber. */
export function wantedBytes(object: StoredObject, { query, headers }: S3Request): WantedBytes {
  const number = integerParameter(query, 'partNumber', { least: 1, most: MAX_PARTS });
  if (number === undefined) {
    return { range: isSameForRange(object, headers) ? readRange(headers['range'], object.size) : null, part: null };
  }
  if (headers['range'] !== undefined) {
    throw new AwsError('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  }
  return partBytes(object, number);
}

/**
 * Parts count from 1 in their order in the object, whatever numbers they were uploaded with: clients ask for 1 to `x-amz-mp-parts-count`.
 * What was never uploaded in parts is its one part.
 */
function partBytes({ size, multipart }: StoredObject, number: number): WantedBytes {
  const parts = multipart?.parts ?? [{ size, checksum: null }];
  const part = parts[number - 1];
  if (part === undefined) {
    throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      PartNumberRequested: String(number),
      ActualPartCount: String(parts.length),
    });
  }
  const start = parts.slice(0, number - 1).reduce((sum, before) => sum + before.size, 0);
  const range = size === 0 ? null : { start, end: start + part.size - 1 };
  return { range, part };
}
