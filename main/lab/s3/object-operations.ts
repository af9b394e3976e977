/** S3 operations on objects: put, get, head, copy, delete one or many. */
import { copyFile, open, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readAll } from '../payload.ts';
import { AwsError } from '../services.ts';
import { xmlAnswer, type Answer } from '../wire.ts';
import { asList, asRecord, asText, branch, leaf, malformedXml, parseXml } from '../xml.ts';
import type { StoredObject } from './bucket.ts';
import { checkKey, noSuchKey, notImplemented } from './names.ts';
import {
  checkWriteConditions,
  isNotModified,
  keptHeaders,
  readRange,
  RESPONSE_OVERRIDES,
  responseHeaders,
} from './object-headers.ts';
import type { S3Store } from './object-store.ts';
import {
  bodyTooLarge,
  checksumHeaders,
  empty,
  isoTime,
  MAX_XML_BYTES,
  NAMESPACE,
  quoted,
  type S3Operation,
  type S3Request,
} from './operation.ts';
import { readCopySource } from './copy-source.ts';
import { receiveFile } from './receive.ts';

const MAX_DELETED = 1000;

export function objectOperations(store: S3Store): readonly S3Operation[] {
  const plain = { level: 'object', marks: [], parameters: [], headers: [] } as const;
  // x-amz-checksum-mode, and the checksum of the empty body that the JavaScript SDK sends with reads too.
  const reading = { ...plain, parameters: RESPONSE_OVERRIDES, headers: ['x-amz-checksum-'] };
  return [
    {
      ...plain,
      name: 'PutObject',
      method: 'PUT',
      headers: ['x-amz-meta-', 'x-amz-checksum-'],
      handle: (request) => putObject(store, request),
    },
    {
      ...plain,
      name: 'CopyObject',
      method: 'PUT',
      markHeader: 'x-amz-copy-source',
      headers: ['x-amz-meta-', 'x-amz-copy-source', 'x-amz-metadata-directive'],
      handle: (request) => copyObject(store, request),
    },
    { ...reading, name: 'GetObject', method: 'GET', handle: (request) => getObject(store, request) },
    { ...reading, name: 'HeadObject', method: 'HEAD', handle: (request) => headObject(store, request) },
    {
      ...plain,
      name: 'DeleteObject',
      method: 'DELETE',
      handle: async (request) => {
        await store.remove(request.bucket, request.key);
        return empty(204);
      },
    },
    {
      ...plain,
      name: 'DeleteObjects',
      level: 'bucket',
      method: 'POST',
      marks: ['delete'],
      headers: ['x-amz-checksum-'],
      handle: (request) => deleteObjects(store, request),
    },
  ];
}

async function putObject(store: S3Store, request: S3Request): Promise<Answer> {
  const { bucket, key, headers } = request;
  const kept = keptHeaders(headers);
  checkWriteConditions(store.bucket(bucket).get(key), headers);
  const received = await receiveFile(request.payload, store.stagingFolder);
  try {
    checkWriteConditions(store.bucket(bucket).get(key), headers);
    const { size, md5, checksum } = received;
    const object = await store.adoptObject(bucket, { key, size, etag: md5, headers: kept, checksum }, received.path);
    return empty(200, { etag: quoted(object.etag), ...checksumHeaders(object) });
  } catch (error) {
    await rm(received.path, { force: true });
    throw error;
  }
}

async function copyObject(store: S3Store, { bucket, key, headers }: S3Request): Promise<Answer> {
  const directive = headers['x-amz-metadata-directive'] ?? 'COPY';
  const source = readCopySource(store, headers['x-amz-copy-source'] ?? '');
  const isSame = source.bucket === bucket && source.object.key === key;
  if (isSame && directive !== 'REPLACE') {
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  store.bucket(bucket);
  const path = join(store.stagingFolder, randomUUID());
  await copyFile(source.object.path, path);
  const { size, etag, checksum } = source.object;
  const object = await store.adoptObject(
    bucket,
    { key, size, etag, checksum, headers: directive === 'REPLACE' ? keptHeaders(headers) : source.object.headers },
    path,
  );
  return xmlAnswer(
    branch(
      'CopyObjectResult',
      [leaf('LastModified', isoTime(object.modified)), leaf('ETag', quoted(object.etag))],
      NAMESPACE,
    ),
  );
}

function findObject(store: S3Store, { bucket, key }: S3Request): StoredObject {
  const object = store.bucket(bucket).get(key);
  if (object === undefined) throw noSuchKey(key);
  return object;
}

async function getObject(store: S3Store, request: S3Request): Promise<Answer> {
  const object = findObject(store, request);
  const headers = responseHeaders(object, request.query);
  if (isNotModified(object, request.headers)) return empty(304, headers);
  const range = readRange(request.headers['range'], object.size);
  // Opened before the answer begins: an overwrite in the meantime leaves this reader its bytes.
  const file = await open(object.path);
  const body = file.createReadStream(range === null ? {} : { start: range.start, end: range.end });
  if (range === null) {
    const checksum = request.headers['x-amz-checksum-mode'] === undefined ? {} : checksumHeaders(object);
    return { status: 200, headers: { ...headers, ...checksum, 'content-length': object.size }, body };
  }
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': range.end - range.start + 1,
      'content-range': `bytes ${range.start}-${range.end}/${object.size}`,
    },
    body,
  };
}

async function headObject(store: S3Store, request: S3Request): Promise<Answer> {
  const object = findObject(store, request);
  const headers = responseHeaders(object, request.query);
  if (isNotModified(object, request.headers)) return empty(304, headers);
  const range = readRange(request.headers['range'], object.size);
  if (range !== null) {
    return empty(206, {
      ...headers,
      'content-length': range.end - range.start + 1,
      'content-range': `bytes ${range.start}-${range.end}/${object.size}`,
    });
  }
  const checksum = request.headers['x-amz-checksum-mode'] === undefined ? {} : checksumHeaders(object);
  return empty(200, { ...headers, ...checksum, 'content-length': object.size });
}

async function deleteObjects(store: S3Store, request: S3Request): Promise<Answer> {
  store.bucket(request.bucket);
  const body = parseXml(await readAll(request.payload.chunks, MAX_XML_BYTES, bodyTooLarge));
  const root = asRecord(body['Delete']);
  const keys = asList(root['Object']).map((entry) => {
    const { Key: key, VersionId: version } = asRecord(entry);
    if (version !== undefined) throw notImplemented('versions in DeleteObjects');
    const text = asText(key);
    if (text === undefined) throw malformedXml();
    checkKey(text);
    return text;
  });
  if (keys.length === 0 || keys.length > MAX_DELETED) throw malformedXml();
  await Promise.all(keys.map((key) => store.remove(request.bucket, key)));
  const isQuiet = asText(root['Quiet']) === 'true';
  const deleted = isQuiet ? [] : keys.map((key) => branch('Deleted', [leaf('Key', key)]));
  return xmlAnswer(branch('DeleteResult', deleted, NAMESPACE));
}
