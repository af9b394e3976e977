/** What an S3 operation is to the dispatcher, and small answers they share. */
import type { Checksum } from '../checksums.ts';
import type { Payload } from '../payload.ts';
import { AwsError } from '../services.ts';
import type { Answer } from '../wire.ts';
import { leaf } from '../xml.ts';
import type { StoredObject } from './bucket.ts';

export type S3Request = {
  readonly method: string;
  /** Decoded; empty when the request is about the service or the bucket. */
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Payload;
};

export type S3Operation = {
  readonly name: string;
  readonly level: 'service' | 'bucket' | 'object';
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Query parameters that make a request this operation. */
  readonly marks: readonly string[];
  readonly markHeader?: string;
  /** Further parameters it understands. */
  readonly parameters: readonly string[];
  /** `x-amz-*` headers it understands; one that ends in a dash stands for all that begin so. */
  readonly headers: readonly string[];
  readonly handle: (request: S3Request) => Promise<Answer>;
};

export const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
/** Of one multipart upload. */
export const MAX_PARTS = 10_000;
export const MAX_XML_BYTES = 2 * 1024 * 1024;

export function empty(status: number, headers: Readonly<Record<string, string | number>> = {}): Answer {
  return { status, headers, body: null };
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** S3 keeps whole seconds, in lists as in headers. */
export function isoTime(epochMs: number): string {
  return new Date(Math.floor(epochMs / 1000) * 1000).toISOString();
}

/** The checksum header a client sent for the object and may want back. */
export function checksumHeaders(object: Pick<StoredObject, 'checksum'>): Readonly<Record<string, string>> {
  if (object.checksum === null) return {};
  return {
    [`x-amz-checksum-${object.checksum.name}`]: object.checksum.value,
    'x-amz-checksum-type': checksumType(object.checksum),
  };
}

/** The same in an XML answer. */
export function checksumLeaves({ checksum }: Pick<StoredObject, 'checksum'>): readonly string[] {
  if (checksum === null) return [];
  return [leaf(`Checksum${checksum.name.toUpperCase()}`, checksum.value), leaf('ChecksumType', checksumType(checksum))];
}

/** A checksum of the parts' checksums ends in a dash and the number of parts. */
export function checksumType(checksum: Checksum): 'COMPOSITE' | 'FULL_OBJECT' {
  return checksum.value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT';
}

export function bodyTooLarge(): AwsError {
  return new AwsError('MaxMessageLengthExceeded', 'Your request was too big.', 400);
}

/** A whole number of a query parameter, or of whatever else has texts by name. Throws AwsError InvalidArgument. */
export function integerParameter(
  query: Pick<URLSearchParams, 'get'>,
  name: string,
  range: { readonly least: number; readonly most: number },
): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= range.least && value <= range.most)) {
    throw new AwsError(
      'InvalidArgument',
      `Argument ${name} must be an integer between ${range.least} and ${range.most}`,
      400,
      { ArgumentName: name, ArgumentValue: text },
    );
  }
  return value;
}
