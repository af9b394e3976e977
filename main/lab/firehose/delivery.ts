/** Writes a sealed segment into its bucket as one object, under a name fixed on disk beforehand: a repeat after a crash overwrites, never doubles. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { z } from 'zod';
import { damagedState, readDocument, writeDocument } from '../documents.ts';
import { AwsError, type ObjectStore } from '../services.ts';
import { readFrames } from './buffer-format.ts';
import { evaluatePrefix, objectName } from './object-key.ts';
import type { Segment } from './stream-buffer.ts';
import type { StreamRecord } from './stream-record.ts';

const plan = z.object({
  bucket: z.string(),
  key: z.string(),
  compression: z.enum(['UNCOMPRESSED', 'GZIP']),
  delimiter: z.string(),
});
type Plan = z.infer<typeof plan>;

const PIECE_BYTES = 64 * 1024;

/** Resolves with the object's place when it is in its bucket. Throws AwsError NoSuchBucket; then nothing is fixed and a changed destination takes effect. */
export async function deliver(
  segment: Segment,
  stream: StreamRecord,
  objects: ObjectStore,
): Promise<Pick<Plan, 'bucket' | 'key'>> {
  const { bucket, key, compression, delimiter } = await fixPlan(segment, stream);
  const path = join(objects.stagingFolder, randomUUID());
  try {
    if (!objects.hasBucket(bucket)) throw noBucket(bucket);
    const bytes = Readable.from(recordBytes(segment.path, Buffer.from(delimiter)));
    if (compression === 'GZIP') await pipeline(bytes, createGzip(), createWriteStream(path));
    else await pipeline(bytes, createWriteStream(path));
    await objects.adopt(bucket, key, path, {
      contentType: 'application/octet-stream',
      ...(compression === 'GZIP' ? { contentEncoding: 'gzip' } : {}),
    });
    return { bucket, key };
  } catch (error) {
    await rm(path, { force: true });
    if (error instanceof AwsError && error.code === 'NoSuchBucket') await rm(segment.deliveryPath, { force: true });
    throw error;
  }
}

async function fixPlan(segment: Segment, stream: StreamRecord): Promise<Plan> {
  const found = await readDocument(segment.deliveryPath);
  if (found !== undefined) {
    const parsed = plan.safeParse(found);
    if (!parsed.success) throw damagedState(segment.deliveryPath, parsed.error);
    return parsed.data;
  }
  const { destination } = stream;
  // Folder and name show one instant: the arrival of the oldest record.
  const timeMs = segment.since ?? Date.now();
  const name = objectName(stream.name, stream.version, timeMs, randomUUID());
  const fresh = {
    bucket: destination.bucket,
    key: `${evaluatePrefix(destination.prefix, timeMs)}${name}${extension(stream)}`,
    compression: destination.compression,
    delimiter: destination.appendNewline ? '\n' : '',
  };
  await writeDocument(segment.deliveryPath, fresh);
  return fresh;
}

function extension({ destination }: StreamRecord): string {
  if (destination.fileExtension !== '') return destination.fileExtension;
  return destination.compression === 'GZIP' ? '.gz' : '';
}

/** Joined to larger pieces: a stream step for each small record would cost more than the record. */
async function* recordBytes(path: string, delimiter: Buffer): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const { frame } of readFrames(path)) {
    if (frame.kind !== 'records') continue;
    for (const record of frame.records) {
      parts.push(record, delimiter);
      bytes += record.length + delimiter.length;
    }
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(parts, bytes);
    parts = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(parts, bytes);
}

function noBucket(bucket: string): AwsError {
  return new AwsError('NoSuchBucket', `The bucket ${bucket} of the delivery stream does not exist.`, 404);
}
