/** CopyObject: an object's bytes under another key, with its own or new headers and tags. */
import { createHash, randomUUID, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { startChecksum, type RunningChecksum } from '../checksums.ts';
import { AwsError } from '../services.ts';
import { xmlAnswer, type Answer } from '../wire.ts';
import { branch, leaf } from '../xml.ts';
import { readCopySource } from './copy-source.ts';
import { checkCopyConditions, keptHeaders, withoutAcl, writeGuard } from './object-headers.ts';
import type { S3Store } from './object-store.ts';
import { openObject } from './open-object.ts';
import { checksumLeaves, isoTime, NAMESPACE, quoted, type S3Request } from './operation.ts';
import { tagsOfHeader } from './tags.ts';
import { readAlgorithm } from './upload-checksum.ts';

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
    // The parts are one in the copy: it has a checksum and an ETag of its own.
    const name = wanted ?? (object.multipart === null ? null : (object.checksum?.name ?? null));
    const running = name === null ? null : startChecksum(name);
    const md5 = createHash('md5');
    await pipeline(source.file.createReadStream(), summing(running, md5), createWriteStream(path, { flags: 'wx' }));
    const checksum = name === null || running === null ? object.checksum : { name, value: running.base64() };
    const copy = {
      key,
      size: object.size,
      etag: md5.digest('hex'),
      checksum,
      headers: replacesMetadata ? keptHeaders(headers) : withoutAcl(object.headers),
      tags: replacesTags ? tagsOfHeader(headers['x-amz-tagging']) : object.tags,
      multipart: null,
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

function summing(running: RunningChecksum | null, md5: Hash) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      running?.update(chunk);
      md5.update(chunk);
      yield chunk;
    }
  };
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
