/** The S3 protocol: finds bucket, key and operation of a request and refuses every header or parameter that would have no effect. */
import type { Payload } from '../payload.ts';
import { AwsError, type LabIdentity } from '../services.ts';
import { headersWithPresigned, isCarried } from '../presigned-headers.ts';
import type { SignedRequest } from '../signature.ts';
import { decodeSegment, type Answer } from '../wire.ts';
import { bucketOperations } from './bucket-operations.ts';
import { bucketSettings } from './bucket-settings.ts';
import { multipartOperations } from './multipart-operations.ts';
import { checkKey, notImplemented } from './names.ts';
import { objectOperations } from './object-operations.ts';
import { objectSettings } from './object-settings.ts';
import type { S3Store } from './object-store.ts';
import type { S3Operation, S3Request } from './operation.ts';
import { aclNotSupported, OWNERS_ACLS } from './owner.ts';
import { uploadListing } from './upload-listing.ts';
import { openUploads } from './uploads.ts';

export type S3Handler = (request: SignedRequest, payload: Payload, bucketOfHost: string | null) => Promise<Answer>;

/** `uploadsFolder` keeps the parts of multipart uploads that are under way. */
export async function openS3(store: S3Store, identity: LabIdentity, uploadsFolder: string): Promise<S3Handler> {
  const uploads = await openUploads(uploadsFolder, store);
  const operations = [
    ...bucketOperations(store, identity),
    ...bucketSettings(store, identity),
    ...objectOperations(store),
    ...objectSettings(store, identity),
    ...multipartOperations(store, uploads),
    ...uploadListing(store, uploads, identity),
  ];
  return async (signed, payload, bucketOfHost) => {
    const request = readRequest(signed, payload, bucketOfHost);
    const operation = findOperation(operations, request);
    checkOwner(store, request);
    checkParameters(operation, request);
    checkHeaders(operation, request, identity);
    return operation.handle(request);
  };
}

/** What a presigned URL of the old signature carries beside what it asks for. */
const OLD_URL = ['AWSAccessKeyId', 'Signature', 'Expires', 'content-type', 'content-md5'];

function readRequest(signed: SignedRequest, payload: Payload, bucketOfHost: string | null): S3Request {
  const path = signed.rawPath.replace(/^\//, '');
  const at = path.indexOf('/');
  const [bucket, key] =
    bucketOfHost !== null ? [bucketOfHost, path] : at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at + 1)];
  const query = new URLSearchParams(signed.rawQuery);
  // `x-id` only names the operation for proxies; the others belong to a presigned URL.
  const headers = headersWithPresigned(signed);
  const isOld = query.has('AWSAccessKeyId');
  for (const name of [...query.keys()]) {
    const isOfUrl =
      name.startsWith('X-Amz-') || (headers !== signed.headers && isCarried(name)) || (isOld && OLD_URL.includes(name));
    if (name === 'x-id' || isOfUrl) query.delete(name);
  }
  const decodedKey = decodeSegment(key);
  checkKey(decodedKey);
  return {
    method: signed.method,
    bucket: decodeSegment(bucket),
    key: decodedKey,
    query,
    headers,
    payload,
  };
}

/** Of the operations that fit, the one that names most parameters: `PUT ?partNumber&uploadId` before plain `PUT`. */
function findOperation(operations: readonly S3Operation[], request: S3Request): S3Operation {
  const level = request.bucket === '' ? 'service' : request.key === '' ? 'bucket' : 'object';
  const fitting = operations
    .filter(
      (operation) =>
        operation.level === level &&
        operation.method === request.method &&
        operation.marks.every((name) => request.query.has(name)) &&
        (operation.markHeader === undefined || request.headers[operation.markHeader] !== undefined),
    )
    .sort((a, b) => weight(b) - weight(a));
  const [found] = fitting;
  if (found === undefined) throw notImplemented(`${request.method} of a ${level} with these parameters`);
  return found;
}

function weight(operation: S3Operation): number {
  return operation.marks.length + (operation.markHeader === undefined ? 0 : 1);
}

/** Buckets of the lab's services are like those of another account: a link leads to an object of theirs, and nothing else is allowed. */
function checkOwner(store: S3Store, { bucket, key, method }: S3Request): void {
  if (!store.isReserved(bucket) || (key !== '' && (method === 'GET' || method === 'HEAD'))) return;
  throw new AwsError('AccessDenied', 'Access Denied', 403);
}

function checkParameters(operation: S3Operation, request: S3Request): void {
  for (const name of request.query.keys()) {
    if (operation.marks.includes(name) || operation.parameters.includes(name)) continue;
    throw notImplemented(`${request.method} with the parameter "${name}"`);
  }
}

/** Headers of signing and body framing, which the edge has dealt with. */
const COMMON_HEADERS = [
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-user-agent',
  'x-amz-decoded-content-length',
  'x-amz-trailer',
  'x-amz-sdk-checksum-algorithm',
];

/** Settings that only spell out what the lab does anyway. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  'x-amz-acl': OWNERS_ACLS,
  'x-amz-storage-class': ['STANDARD'],
  'x-amz-object-ownership': ['BucketOwnerEnforced'],
  'x-amz-tagging-directive': ['COPY'],
  'x-amz-request-payer': ['requester'],
  // No object of the lab is ever archived, so there is no status to give.
  'x-amz-optional-object-attributes': ['RestoreStatus'],
};

function checkHeaders(operation: S3Operation, request: S3Request, identity: LabIdentity): void {
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith('x-amz-') || COMMON_HEADERS.includes(name) || HARMLESS[name]?.includes(value)) continue;
    if (name === 'x-amz-expected-bucket-owner') {
      if (value !== identity.account) throw new AwsError('AccessDenied', 'Access Denied', 403);
      continue;
    }
    const isTaken = operation.headers.some((taken) => (taken.endsWith('-') ? name.startsWith(taken) : name === taken));
    if (!isTaken && (name === 'x-amz-acl' || name.startsWith('x-amz-grant-'))) throw aclNotSupported();
    if (!isTaken) throw notImplemented(`the header "${name}" in ${operation.name}`);
  }
}
