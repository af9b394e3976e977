/** GetObject and HeadObject: the whole object, a range or a part, if the conditions of the reader hold. */
import type { FileHandle } from 'node:fs/promises';
import type { Answer } from '../wire.ts';
import type { StoredObject } from './bucket.ts';
import { wantedBytes, type ByteRange, type WantedBytes } from './byte-range.ts';
import { noSuchKey } from './names.ts';
import { isNotModified, responseHeaders } from './object-headers.ts';
import type { S3Store } from './object-store.ts';
import { openObject } from './open-object.ts';
import { checksumHeaders, checksumType, empty, type S3Request } from './operation.ts';
import { checkVersion, versionHeader } from './versions.ts';

type Description = {
  readonly status: 200 | 206 | 304;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly range: ByteRange | null;
};

export async function getObject(store: S3Store, request: S3Request): Promise<Answer> {
  const { object, file } = await openObject(() => findObject(store, request));
  const { status, headers, range } = await describeOpened(object, request, file);
  if (status === 304) {
    await file.close();
    return empty(status, headers);
  }
  if (headers['content-length'] === 0) {
    await file.close();
    return empty(status, headers);
  }
  return { status, headers, body: file.createReadStream(range === null ? {} : { start: range.start, end: range.end }) };
}

export async function headObject(store: S3Store, request: S3Request): Promise<Answer> {
  const { status, headers } = describe(findObject(store, request), request);
  return empty(status, headers);
}

/** Throws AwsError NoSuchKey, NoSuchVersion or NoSuchBucket. */
export function findObject(store: S3Store, { bucket, key, query }: S3Request): StoredObject {
  checkVersion(query.get('versionId'), key);
  const object = store.bucket(bucket).get(key);
  if (object === undefined) throw noSuchKey(key);
  return object;
}

/** What is refused is closed. */
async function describeOpened(object: StoredObject, request: S3Request, file: FileHandle): Promise<Description> {
  try {
    return describe(object, request);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Throws AwsError PreconditionFailed, InvalidRange or InvalidArgument. */
function describe(object: StoredObject, request: S3Request): Description {
  const { query } = request;
  const headers = { ...responseHeaders(object, query), ...versionHeader(query) };
  if (isNotModified(object, request.headers)) return { status: 304, headers, range: null };
  const wanted = wantedBytes(object, request);
  const { range, part } = wanted;
  const more = {
    ...headers,
    ...(request.headers['x-amz-checksum-mode'] === undefined ? {} : checksumOf(object, wanted)),
    ...(part === null || object.multipart === null ? {} : { 'x-amz-mp-parts-count': object.multipart.parts.length }),
  };
  if (range === null) return { status: 200, headers: { ...more, 'content-length': object.size }, range };
  const bytes = range.end - range.start + 1;
  // HTTP has no words for the place of no bytes.
  const place = bytes === 0 ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${object.size}` };
  return { status: 206, headers: { ...more, 'content-length': bytes, ...place }, range };
}

/** That of the bytes which are read, where there is one; clients compare. */
function checksumOf(object: StoredObject, { range, part }: WantedBytes): Readonly<Record<string, string>> {
  if (object.checksum === null) return {};
  if (object.multipart === null || part === null) return range === null || part !== null ? checksumHeaders(object) : {};
  if (part.checksum === null || checksumType(object.checksum) === 'FULL_OBJECT') return {};
  return { [`x-amz-checksum-${object.checksum.name}`]: part.checksum, 'x-amz-checksum-type': 'COMPOSITE' };
}
