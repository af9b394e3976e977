/** CopyObject: an object's bytes under another key, with its own or new headers and tags. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CHECKSUM_NAMES, startChecksum, type Checksum, type RunningChecksum } from '../checksums.ts';
import { AwsError } from '../services.ts';
import { xmlAnswer, type Answer } from '../wire.ts';
import { branch, leaf } from '../xml.ts';
import { readCopySource } from './copy-source.ts';
import { checkCopyConditions, keptHeaders, writeGuard } from './object-headers.ts';
import type { S3Store } from './object-store.ts';
import { openObject } from './open-object.ts';
import { checksumLeaves, isoTime, NAMESPACE, quoted, type S3Request } from './operation.ts';
import { tagsOfHeader } from './tags.ts';

/** What one CopyObject takes on AWS; more goes part by part. */
const MAX_BYTES = 5 * 1024 ** 3;

export async function copyObject(store: S3Store, { bucket, key, headers }: S3Request): Promise<Answer> {
  const replacesMetadata = isReplace(headers, 'x-amz-metadata-directive');
  const replacesTags = isReplace(headers, 'x-amz-tagging-directive');
  if (!replacesTags && headers['x-amz-tagging'] !== undefined) {
    throw new AwsError('InvalidArgument', 'The tagging header needs the tagging directive REPLACE.', 400, {
      ArgumentName: 'x-amz-tagging',
    });
  }
  store.bucket(bucket);
  const guard = writeGuard(key, headers);
  const wanted = readAlgorithm(headers['x-amz-checksum-algorithm']);
  const source = await openObject(() => readCopySource(store, headers['x-amz-copy-source'] ?? '').object);
  const path = join(store.stagingFolder, randomUUID());
  try {
    const { object } = source;
    checkCopyConditions(object, headers);
    if (object.size > MAX_BYTES) throw tooLargeToCopy();
    const isSame = object.path === store.bucket(bucket).get(key)?.path;
    if (isSame && !replacesMetadata && !replacesTags && wanted === null) throw copyToItself();
    const running = wanted === null ? null : startChecksum(wanted);
    await pipeline(source.file.createReadStream(), summing(running), createWriteStream(path, { flags: 'wx' }));
    const checksum: Checksum | null =
      wanted === null || running === null ? wholeOnly(object.checksum) : { name: wanted, value: running.base64() };
    const { size, etag } = object;
    const copy = {
      key,
      size,
      // The MD5 of the bytes; that of a multipart object stays as it is, which clients take for what it is by its dash.
      etag,
      checksum,
      headers: replacesMetadata ? keptHeaders(headers) : object.headers,
      tags: replacesTags ? tagsOfHeader(headers['x-amz-tagging']) : object.tags,
    };
    const made = await store.adoptObject(bucket, copy, path, guard);
    const fields = [leaf('LastModified', isoTime(made.modified)), leaf('ETag', quoted(made.etag))];
    return xmlAnswer(branch('CopyObjectResult', [...fields, ...checksumLeaves(made)], NAMESPACE));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await source.file.close().catch(() => undefined);
  }
}

function isReplace(headers: S3Request['headers'], name: string): boolean {
  const directive = headers[name] ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
  throw new AwsError('InvalidArgument', 'Unknown directive: expected COPY or REPLACE.', 400, {
    ArgumentName: name,
    ArgumentValue: directive,
  });
}

function readAlgorithm(header: string | undefined): Checksum['name'] | null {
  if (header === undefined) return null;
  const found = CHECKSUM_NAMES.find((name) => name === header.toLowerCase());
  if (found !== undefined) return found;
  throw new AwsError(
    'InvalidRequest',
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

function summing(running: RunningChecksum | null) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      running?.update(chunk);
      yield chunk;
    }
  };
}

/** The parts are one in the copy, so a checksum of parts says nothing of it. */
function wholeOnly(checksum: Checksum | null): Checksum | null {
  return checksum?.value.includes('-') === true ? null : checksum;
}

function tooLargeToCopy(): AwsError {
  return new AwsError(
    'InvalidRequest',
    'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
  );
}

function copyToItself(): AwsError {
  return new AwsError(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}
