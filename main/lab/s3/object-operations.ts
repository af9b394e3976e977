/** S3 operations on objects: put, get, head, delete one or many. */
import { rm } from 'node:fs/promises';
import { readAll } from '../payload.ts';
import { readXml } from '../read-xml.ts';
import { AwsError } from '../services.ts';
import { xmlAnswer, type Answer } from '../wire.ts';
import { asList, asRecord, asText, branch, leaf, malformedXml } from '../xml.ts';
import type { Guard } from './bucket.ts';
import { copyObject } from './copy-object.ts';
import { checkKey, notImplemented } from './names.ts';
import { keptHeaders, RESPONSE_OVERRIDES, writeGuard } from './object-headers.ts';
import type { S3Store } from './object-store.ts';
import {
  bodyTooLarge,
  checksumHeaders,
  empty,
  MAX_XML_BYTES,
  NAMESPACE,
  quoted,
  type S3Operation,
  type S3Request,
} from './operation.ts';
import { getObject, headObject } from './read-object.ts';
import { checkAnnouncedLength, receiveFile } from './receive.ts';
import { tagsOfHeader } from './tags.ts';
import { checkVersion, ONLY_VERSION, versionHeader } from './versions.ts';

const MAX_DELETED = 1000;

export function objectOperations(store: S3Store): readonly S3Operation[] {
  const plain = { level: 'object', marks: [], parameters: [], headers: [] } as const;
  // x-amz-checksum-mode, and the checksum of the empty body that the JavaScript SDK sends with reads too.
  const reading = {
    ...plain,
    parameters: [...RESPONSE_OVERRIDES, 'versionId', 'partNumber'],
    headers: ['x-amz-checksum-'],
  };
  return [
    {
      ...plain,
      name: 'PutObject',
      method: 'PUT',
      headers: ['x-amz-meta-', 'x-amz-checksum-', 'x-amz-tagging'],
      handle: (request) => putObject(store, request),
    },
    {
      ...plain,
      name: 'CopyObject',
      method: 'PUT',
      markHeader: 'x-amz-copy-source',
      headers: [
        'x-amz-meta-',
        'x-amz-copy-source',
        'x-amz-copy-source-if-',
        'x-amz-metadata-directive',
        'x-amz-tagging',
        'x-amz-tagging-directive',
        'x-amz-checksum-algorithm',
      ],
      handle: (request) => copyObject(store, request),
    },
    { ...reading, name: 'GetObject', method: 'GET', handle: (request) => getObject(store, request) },
    { ...reading, name: 'HeadObject', method: 'HEAD', handle: (request) => headObject(store, request) },
    {
      ...plain,
      name: 'DeleteObject',
      method: 'DELETE',
      parameters: ['versionId'],
      handle: async ({ bucket, key, query, headers }) => {
        checkVersion(query.get('versionId'), key);
        if (headers['if-none-match'] !== undefined) throw notImplemented('If-None-Match in DeleteObject');
        await store.bucket(bucket).remove(key, writeGuard(key, headers));
        return empty(204, versionHeader(query));
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
  const tags = tagsOfHeader(headers['x-amz-tagging']);
  const guard = writeGuard(key, headers);
  // Asked before the body is taken too: a refusal then costs no upload.
  guard(store.bucket(bucket).get(key));
  checkAnnouncedLength(headers);
  const received = await receiveFile(request.payload, store.stagingFolder, headers);
  try {
    const { size, md5, checksum } = received;
    const taken = { key, size, etag: md5, headers: kept, checksum, tags, multipart: null };
    const object = await store.adoptObject(bucket, taken, received.path, guard);
    return empty(200, { etag: quoted(object.etag), ...checksumHeaders(object) });
  } catch (error) {
    await rm(received.path, { force: true });
    throw error;
  }
}

type Doomed = { readonly key: string; readonly guard: Guard; readonly hasVersion: boolean };

async function deleteObjects(store: S3Store, request: S3Request): Promise<Answer> {
  const bucket = store.bucket(request.bucket);
  const root = readXml(await readAll(request.payload.chunks, MAX_XML_BYTES, bodyTooLarge), 'Delete');
  const doomed = asList(root['Object']).map(readDoomed);
  if (doomed.length === 0 || doomed.length > MAX_DELETED) throw malformedXml();
  const isQuiet = asText(root['Quiet']) === 'true';
  const results = await Promise.all(
    doomed.map(({ key, guard, hasVersion }) => {
      const version = hasVersion ? [leaf('VersionId', ONLY_VERSION)] : [];
      return bucket.remove(key, guard).then(
        () => (isQuiet ? '' : branch('Deleted', [leaf('Key', key), ...version])),
        (error: unknown) => {
          if (!(error instanceof AwsError)) throw error;
          const why = [leaf('Code', error.code), leaf('Message', error.message)];
          return branch('Error', [leaf('Key', key), ...version, ...why]);
        },
      );
    }),
  );
  return xmlAnswer(branch('DeleteResult', results, NAMESPACE));
}

function readDoomed(entry: unknown): Doomed {
  const fields = asRecord(entry);
  const key = asText(fields['Key']);
  if (key === undefined || key === '') throw malformedXml();
  checkKey(key);
  const version = asText(fields['VersionId']);
  checkVersion(version ?? null, key);
  // Conditions that S3 knows for directory buckets only; to delete without looking at them would be wrong.
  for (const name of ['LastModifiedTime', 'Size']) {
    if (fields[name] !== undefined) throw notImplemented(`the condition ${name} in DeleteObjects`);
  }
  const etag = asText(fields['ETag']);
  return {
    key,
    guard: writeGuard(key, etag === undefined ? {} : { 'if-match': etag }),
    hasVersion: version !== undefined,
  };
}
