/** Headers that belong to an object: kept at upload, given back at download, overridden or filtered by the reader's own. */
import { AwsError } from '../services.ts';
import type { Guard, StoredObject } from './bucket.ts';
import { noSuchKey } from './names.ts';
import { quoted } from './operation.ts';

const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'];
const MAX_METADATA_BYTES = 2048;
const DEFAULT_TYPE = 'binary/octet-stream';

/** Kept with the object like its headers, and no header of its answers: who may read it on AWS. Here everything has one owner. */
export const ACL = 'x-amz-acl';

/** A copy has its owner's list again, like any new object. */
export function withoutAcl({ [ACL]: _, ...headers }: StoredObject['headers']): StoredObject['headers'] {
  return headers;
}

/** What is stored of a request's headers. Throws AwsError MetadataTooLarge. */
export function keptHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-amz-meta-')) metadataBytes += name.length - 'x-amz-meta-'.length + value.length;
    else if (!KEPT.includes(name)) continue;
    kept[name] = value;
  }
  if (metadataBytes > MAX_METADATA_BYTES) {
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
      Size: String(metadataBytes),
      MaxSizeAllowed: String(MAX_METADATA_BYTES),
    });
  }
  // `aws-chunked` is framing of the request, not a property of the object.
  const encoding = (headers['content-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
    .join(',');
  return encoding === '' ? kept : { ...kept, 'content-encoding': encoding };
}

export const RESPONSE_OVERRIDES = [...KEPT, 'content-encoding'].map((name) => `response-${name}`);

/** The object's headers for GET and HEAD, with the `response-*` parameters of the query in their place. */
export function responseHeaders(
  object: StoredObject,
  query: URLSearchParams,
): Readonly<Record<string, string | number>> {
  const tags = Object.keys(object.tags).length;
  const overrides = RESPONSE_OVERRIDES.flatMap((parameter) => {
    const value = query.get(parameter);
    return value === null ? [] : [[parameter.slice('response-'.length), headerText(parameter, value)] as const];
  });
  return {
    'content-type': DEFAULT_TYPE,
    ...withoutAcl(object.headers),
    ...Object.fromEntries(overrides),
    etag: quoted(object.etag),
    'last-modified': new Date(object.modified).toUTCString(),
    'accept-ranges': 'bytes',
    ...(tags === 0 ? {} : { 'x-amz-tagging-count': tags }),
  };
}

/** HTTP headers carry Latin-1 and nothing that could end a line. Throws AwsError InvalidArgument. */
function headerText(parameter: string, value: string): string {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return value;
  throw new AwsError('InvalidArgument', 'Header value cannot be represented using ISO-8859-1.', 400, {
    ArgumentName: parameter,
    ArgumentValue: value,
  });
}

/** True when the client's copy is still good (304). Throws AwsError PreconditionFailed. */
export function isNotModified(object: StoredObject, headers: Readonly<Record<string, string>>): boolean {
  const modified = Math.floor(object.modified / 1000) * 1000;
  const match = headers['if-match'];
  const since = Date.parse(headers['if-unmodified-since'] ?? '');
  if (match !== undefined ? !etagMatches(match, object.etag) : modified > since) {
    throw preconditionFailed(match !== undefined ? 'If-Match' : 'If-Unmodified-Since');
  }
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) return etagMatches(noneMatch, object.etag);
  return modified <= Date.parse(headers['if-modified-since'] ?? '');
}

/** Whether the client's part of the object is still part of this one, so that its range makes sense (RFC 9110, section 13.1.5). */
export function isSameForRange(object: StoredObject, headers: Readonly<Record<string, string>>): boolean {
  const condition = headers['if-range']?.trim();
  if (condition === undefined) return true;
  // A weak validator does not promise the same bytes.
  if (condition.startsWith('"')) return condition === quoted(object.etag);
  return Date.parse(condition) === Math.floor(object.modified / 1000) * 1000;
}

/** Conditions on the source of a copy. Throws AwsError PreconditionFailed, also where a GET would say "not modified". */
export function checkCopyConditions(source: StoredObject, headers: Readonly<Record<string, string>>): void {
  const start = 'x-amz-copy-source-if-';
  const conditions = Object.entries(headers)
    .filter(([name]) => name.startsWith(start))
    .map(([name, value]) => [`if-${name.slice(start.length)}`, value] as const);
  if (isNotModified(source, Object.fromEntries(conditions)))
    throw preconditionFailed('x-amz-copy-source-If-None-Match');
}

/** What must be so for a conditional write or deletion of the key. The guard throws AwsError PreconditionFailed or NoSuchKey. */
export function writeGuard(key: string, headers: Readonly<Record<string, string>>): Guard {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  return (current) => {
    if (match !== undefined && current === undefined) throw noSuchKey(key);
    if (match !== undefined && current !== undefined && !etagMatches(match, current.etag)) {
      throw preconditionFailed('If-Match');
    }
    if (noneMatch === undefined) return;
    if (noneMatch !== '*') throw new AwsError('NotImplemented', 'If-None-Match of a write must be *', 501);
    if (current !== undefined) throw preconditionFailed('If-None-Match');
  };
}

function etagMatches(header: string, etag: string): boolean {
  return header.split(',').some((part) => part.trim() === '*' || part.trim().replace(/^"|"$/g, '') === etag);
}

function preconditionFailed(condition: string): AwsError {
  return new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });
}
