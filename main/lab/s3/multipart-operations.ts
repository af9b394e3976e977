/** S3 operations for large objects: begin, upload parts, complete, abort. */
import { rm, type FileHandle } from 'node:fs/promises';
import { startChecksum, type ChecksumName } from '../checksums.ts';
import { AwsError } from '../services.ts';
import { xmlAnswer, type Answer } from '../wire.ts';
import { branch, leaf } from '../xml.ts';
import { openCompletion } from './complete-upload.ts';
import { readCopySource } from './copy-source.ts';
import { checkCopyConditions, keptHeaders } from './object-headers.ts';
import type { StoredObject } from './bucket.ts';
import type { S3Store } from './object-store.ts';
import { openObject } from './open-object.ts';
import {
  empty,
  integerParameter,
  isoTime,
  MAX_PARTS,
  NAMESPACE,
  quoted,
  type S3Operation,
  type S3Request,
} from './operation.ts';
import { checkAnnouncedLength, receiveFile, type ReceivedFile } from './receive.ts';
import { tagsOfHeader } from './tags.ts';
import { checkPartChecksum, readUploadChecksum, uploadChecksumHeaders } from './upload-checksum.ts';
import type { Uploads } from './uploads.ts';

export function multipartOperations(store: S3Store, uploads: Uploads): readonly S3Operation[] {
  const plain = { level: 'object', parameters: [], headers: [] } as const;
  const complete = openCompletion(store, uploads);
  return [
    {
      ...plain,
      name: 'CreateMultipartUpload',
      method: 'POST',
      marks: ['uploads'],
      headers: ['x-amz-meta-', 'x-amz-checksum-algorithm', 'x-amz-checksum-type', 'x-amz-tagging'],
      handle: async ({ bucket, key, headers }) => {
        store.bucket(bucket);
        const checksum = readUploadChecksum(headers);
        const id = await uploads.begin(bucket, key, {
          headers: keptHeaders(headers),
          tags: tagsOfHeader(headers['x-amz-tagging']),
          ...checksum,
        });
        return xmlAnswer(
          branch(
            'InitiateMultipartUploadResult',
            [leaf('Bucket', bucket), leaf('Key', key), leaf('UploadId', id)],
            NAMESPACE,
          ),
          uploadChecksumHeaders(checksum),
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
      handle: complete,
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
  const upload = uploads.find(query.get('uploadId') ?? '', bucket, key);
  const number = integerParameter(query, 'partNumber', { least: 1, most: MAX_PARTS }) ?? 1;
  checkAnnouncedLength(request.headers);
  const received = await receiveFile(request.payload, store.stagingFolder, request.headers);
  try {
    checkPartChecksum(upload, received.checksum);
    await uploads.addPart(upload.id, number, received);
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
  const { id, algorithm } = uploads.find(query.get('uploadId') ?? '', bucket, key);
  const number = integerParameter(query, 'partNumber', { least: 1, most: MAX_PARTS }) ?? 1;
  const { object, file } = await openObject(() => readCopySource(store, headers['x-amz-copy-source'] ?? '').object);
  const received = await receiveCopy(store, object, file, headers, algorithm).finally(() => file.close());
  const { checksum } = received;
  try {
    await uploads.addPart(id, number, received);
  } catch (error) {
    await rm(received.path, { force: true });
    throw error;
  }
  return xmlAnswer(
    branch(
      'CopyPartResult',
      [
        leaf('LastModified', isoTime(Date.now())),
        leaf('ETag', quoted(received.md5)),
        ...(checksum === null ? [] : [leaf(`Checksum${checksum.name.toUpperCase()}`, checksum.value)]),
      ],
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
  algorithm: ChecksumName | null,
): Promise<ReceivedFile> {
  checkCopyConditions(object, headers);
  const range = readCopyRange(headers['x-amz-copy-source-range'], object.size);
  const running = algorithm === null ? null : startChecksum(algorithm);
  const summed = async function* (): AsyncGenerator<Buffer> {
    const bytes: AsyncIterable<Buffer> = file.createReadStream({ ...range, autoClose: false });
    for await (const chunk of bytes) {
      running?.update(chunk);
      yield chunk;
    }
  };
  const checksum = () => (algorithm === null || running === null ? null : { name: algorithm, value: running.base64() });
  return receiveFile({ chunks: summed(), checksum }, store.stagingFolder, {});
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
