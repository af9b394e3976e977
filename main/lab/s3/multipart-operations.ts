/** S3 operations for large objects: begin, upload parts, complete, abort. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { checksumOfHeader, startChecksum, type Checksum } from '../checksums.ts';
import { readAll } from '../payload.ts';
import { AwsError } from '../services.ts';
import { xmlAnswer, type Answer } from '../wire.ts';
import { asList, asRecord, asText, branch, leaf, malformedXml, parseXml } from '../xml.ts';
import { readCopySource } from './copy-source.ts';
import { checkCopyConditions, keptHeaders, writeGuard } from './object-headers.ts';
import type { StoredObject } from './bucket.ts';
import type { S3Store } from './object-store.ts';
import { openObject } from './open-object.ts';
import {
  bodyTooLarge,
  checksumHeaders,
  empty,
  integerParameter,
  isoTime,
  MAX_XML_BYTES,
  NAMESPACE,
  quoted,
  type S3Operation,
  type S3Request,
} from './operation.ts';
import { receiveFile, type ReceivedFile } from './receive.ts';
import { tagsOfHeader } from './tags.ts';
import type { Upload, UploadPart, Uploads } from './uploads.ts';

const MAX_PARTS = 10_000;
const MIN_PART_BYTES = 5 * 1024 * 1024;

export function multipartOperations(store: S3Store, uploads: Uploads): readonly S3Operation[] {
  const plain = { level: 'object', parameters: [], headers: [] } as const;
  return [
    {
      ...plain,
      name: 'CreateMultipartUpload',
      method: 'POST',
      marks: ['uploads'],
      // Which checksum the parts will carry shows on the parts themselves.
      headers: ['x-amz-meta-', 'x-amz-checksum-algorithm', 'x-amz-checksum-type', 'x-amz-tagging'],
      handle: async ({ bucket, key, headers }) => {
        store.bucket(bucket);
        const id = await uploads.begin(bucket, key, {
          headers: keptHeaders(headers),
          tags: tagsOfHeader(headers['x-amz-tagging']),
        });
        return xmlAnswer(
          branch(
            'InitiateMultipartUploadResult',
            [leaf('Bucket', bucket), leaf('Key', key), leaf('UploadId', id)],
            NAMESPACE,
          ),
        );
      },
    },
    {
      ...plain,
      name: 'UploadPart',
      method: 'PUT',
      marks: ['partNumber', 'uploadId'],
      headers: ['x-amz-checksum-'],
      handle: (request) => uploadPart(store, uploads, request),
    },
    {
      ...plain,
      name: 'UploadPartCopy',
      method: 'PUT',
      marks: ['partNumber', 'uploadId'],
      markHeader: 'x-amz-copy-source',
      headers: ['x-amz-copy-source', 'x-amz-copy-source-range', 'x-amz-copy-source-if-'],
      handle: (request) => uploadPartCopy(store, uploads, request),
    },
    {
      ...plain,
      name: 'CompleteMultipartUpload',
      method: 'POST',
      marks: ['uploadId'],
      headers: ['x-amz-checksum-', 'x-amz-mp-object-size'],
      handle: (request) => complete(store, uploads, request),
    },
    {
      ...plain,
      name: 'AbortMultipartUpload',
      method: 'DELETE',
      marks: ['uploadId'],
      handle: async ({ bucket, key, query }) => {
        store.bucket(bucket);
        const { id } = uploads.find(query.get('uploadId') ?? '', bucket, key);
        await uploads.end(id);
        return empty(204);
      },
    },
  ];
}

async function uploadPart(store: S3Store, uploads: Uploads, request: S3Request): Promise<Answer> {
  const { bucket, key, query } = request;
  store.bucket(bucket);
  const { id } = uploads.find(query.get('uploadId') ?? '', bucket, key);
  const number = integerParameter(query, 'partNumber', { least: 1, most: MAX_PARTS }) ?? 1;
  const received = await receiveFile(request.payload, store.stagingFolder, request.headers);
  try {
    await uploads.addPart(id, number, received);
  } catch (error) {
    await rm(received.path, { force: true });
    throw error;
  }
  const checksum =
    received.checksum === null ? {} : { [`x-amz-checksum-${received.checksum.name}`]: received.checksum.value };
  return empty(200, { etag: quoted(received.md5), ...checksum });
}

async function uploadPartCopy(store: S3Store, uploads: Uploads, request: S3Request): Promise<Answer> {
  const { bucket, key, query, headers } = request;
  store.bucket(bucket);
  const { id } = uploads.find(query.get('uploadId') ?? '', bucket, key);
  const number = integerParameter(query, 'partNumber', { least: 1, most: MAX_PARTS }) ?? 1;
  const { object, file } = await openObject(() => readCopySource(store, headers['x-amz-copy-source'] ?? '').object);
  const received = await receiveCopy(store, object, file, headers).finally(() => file.close());
  try {
    await uploads.addPart(id, number, received);
  } catch (error) {
    await rm(received.path, { force: true });
    throw error;
  }
  return xmlAnswer(
    branch(
      'CopyPartResult',
      [leaf('LastModified', isoTime(Date.now())), leaf('ETag', quoted(received.md5))],
      NAMESPACE,
    ),
  );
}

/** Throws AwsError PreconditionFailed or InvalidArgument. The caller closes the file. */
async function receiveCopy(
  store: S3Store,
  object: StoredObject,
  file: FileHandle,
  headers: S3Request['headers'],
): Promise<ReceivedFile> {
  checkCopyConditions(object, headers);
  const range = readCopyRange(headers['x-amz-copy-source-range'], object.size);
  const chunks = file.createReadStream({ ...range, autoClose: false });
  return receiveFile({ chunks, checksum: () => null }, store.stagingFolder, {});
}

/** Unlike a GET, a copy takes no open or overlong range. */
function readCopyRange(header: string | undefined, size: number): { start: number; end: number } | null {
  if (header === undefined) return null;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (start <= end && end < size) return { start, end };
  throw new AwsError('InvalidArgument', `Range specified is not valid for source object of size: ${size}`, 400, {
    ArgumentName: 'x-amz-copy-source-range',
    ArgumentValue: header,
  });
}

async function complete(store: S3Store, uploads: Uploads, request: S3Request): Promise<Answer> {
  const { bucket, key, query, headers } = request;
  store.bucket(bucket);
  const upload = uploads.find(query.get('uploadId') ?? '', bucket, key);
  const body = parseXml(await readAll(request.payload.chunksWithoutChecksum, MAX_XML_BYTES, bodyTooLarge));
  const parts = chooseParts(upload, asList(asRecord(body['CompleteMultipartUpload'])['Part']));
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const announced = headers['x-amz-mp-object-size'];
  if (announced !== undefined && Number(announced) !== size) {
    throw new AwsError('InvalidRequest', `The parts are ${size} bytes together, not ${announced}.`);
  }
  const guard = writeGuard(key, headers);
  guard(store.bucket(bucket).get(key));
  const path = join(store.stagingFolder, randomUUID());
  try {
    const checksum = await joinParts(upload, parts, path, wholeChecksum(headers));
    const sum = createHash('md5').update(Buffer.concat(parts.map((part) => Buffer.from(part.md5, 'hex'))));
    const etag = `${sum.digest('hex')}-${parts.length}`;
    const joined = { key, size, etag, headers: upload.headers, tags: upload.tags, checksum };
    const object = await store.adoptObject(bucket, joined, path, guard);
    await uploads.end(upload.id);
    return xmlAnswer(
      branch(
        'CompleteMultipartUploadResult',
        [
          leaf('Location', `/${bucket}/${key}`),
          leaf('Bucket', bucket),
          leaf('Key', key),
          leaf('ETag', quoted(object.etag)),
        ],
        NAMESPACE,
      ),
      checksumHeaders(object),
    );
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** The uploaded parts the client lists, checked as AWS does: ascending numbers, right ETags and checksums, none but the last too small. */
function chooseParts(upload: Upload, listed: readonly unknown[]): readonly UploadPart[] {
  if (listed.length === 0) throw malformedXml();
  const numbers = listed.map((entry) => Number(asText(asRecord(entry)['PartNumber']) ?? Number.NaN));
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) {
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return listed.map((entry, index) => {
    const fields = asRecord(entry);
    const number = numbers[index] ?? Number.NaN;
    const etag = (asText(fields['ETag']) ?? '').replace(/^"|"$/g, '');
    const part = upload.parts.get(number);
    if (part === undefined || part.md5 !== etag || !checksumAgrees(part, fields)) {
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { UploadId: upload.id, PartNumber: String(number), ETag: etag },
      );
    }
    if (part.size < MIN_PART_BYTES && index < listed.length - 1) {
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
        ProposedSize: String(part.size),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: String(number),
      });
    }
    return part;
  });
}

function checksumAgrees(part: UploadPart, fields: Readonly<Record<string, unknown>>): boolean {
  if (part.checksum === null) return true;
  const listed = asText(fields[`Checksum${part.checksum.name.toUpperCase()}`]);
  return listed === undefined || listed === part.checksum.value;
}

/** The checksum of the whole object, when the client announces one; a checksum of checksums is not kept. */
function wholeChecksum(headers: Readonly<Record<string, string>>): Checksum | null {
  if (headers['x-amz-checksum-type'] === 'COMPOSITE') return null;
  for (const [header, value] of Object.entries(headers)) {
    const name = checksumOfHeader(header);
    if (name !== undefined && !value.includes('-')) return { name, value };
  }
  return null;
}

async function joinParts(
  upload: Upload,
  parts: readonly UploadPart[],
  path: string,
  expected: Checksum | null,
): Promise<Checksum | null> {
  const running = expected === null ? null : startChecksum(expected.name);
  const file = await open(path, 'wx');
  try {
    for (const part of parts) {
      for await (const chunk of createReadStream(upload.pathOf(part), { highWaterMark: 1024 * 1024 })) {
        running?.update(chunk as Buffer);
        await file.writeFile(chunk as Buffer);
      }
    }
  } finally {
    await file.close();
  }
  if (running !== null && running.base64() !== expected?.value) {
    throw new AwsError('BadDigest', 'The checksum you specified did not match the calculated checksum.');
  }
  return expected;
}
