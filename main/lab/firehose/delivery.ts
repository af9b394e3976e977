/** Writes a sealed segment into its bucket, under names fixed on disk beforehand: a repeat after a crash overwrites, never doubles. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { damagedState, readDocument, writeDocument } from '../documents.ts';
import { AwsError, type ObjectStore } from '../services.ts';
import { readFrames } from './buffer-format.ts';
import { EXTENSIONS, writeCompressed } from './compression.ts';
import { compileKeyQuery } from './jq.ts';
import { compilePrefix, derivedUuid, MAX_KEY_BYTES, objectName } from './object-key.ts';
import { dropPartitions, splitByKeys, type Obstacle } from './partitioning.ts';
import type { Segment } from './stream-buffer.ts';
import { destinationRecord, type StreamRecord } from './stream-record.ts';

/** Everything that the names and bytes of the objects follow from. */
const plan = z.object({
  seed: z.string(),
  timeMs: z.number(),
  stream: z.string(),
  version: z.number(),
  destination: destinationRecord,
});
type Plan = z.infer<typeof plan>;

export type DeliveredObject = {
  readonly bucket: string;
  readonly key: string;
  readonly records: number;
  /** As stored, so after compression. */
  readonly bytes: number;
  /** Whether it holds records that gave no partition. */
  readonly isError: boolean;
};

const PIECE_BYTES = 64 * 1024;
/** What an update of the destination may mend. */
const CURABLE: readonly string[] = ['NoSuchBucket', 'KeyTooLongError'];
const ERROR_TYPE = 'processing-failed';

/** Resolves with the objects when all are in their bucket. Throws AwsError NoSuchBucket or KeyTooLongError; then nothing is fixed and a changed destination takes effect. */
export async function deliver(
  segment: Segment,
  stream: StreamRecord,
  objects: ObjectStore,
): Promise<readonly DeliveredObject[]> {
  const fixed = await fixPlan(segment, stream);
  try {
    if (!objects.hasBucket(fixed.destination.bucket)) throw noBucket(fixed.destination.bucket);
    return fixed.destination.keyQuery === null
      ? [await deliverWhole(segment, fixed, objects)]
      : await deliverPartitions(segment, fixed, fixed.destination.keyQuery, objects);
  } catch (error) {
    if (error instanceof AwsError && CURABLE.includes(error.code)) await rm(segment.deliveryPath, { force: true });
    throw error;
  }
}

function deliverWhole(segment: Segment, fixed: Plan, objects: ObjectStore): Promise<DeliveredObject> {
  const pieces = recordBytes(segment.path, delimiterOf(fixed));
  return store(pieces, keyOf(fixed, fixed.timeMs, new Map()), segment.records, fixed, objects);
}

async function deliverPartitions(
  segment: Segment,
  fixed: Plan,
  keyQuery: string,
  objects: ObjectStore,
): Promise<readonly DeliveredObject[]> {
  const query = compileKeyQuery(keyQuery);
  const obstacle: Obstacle = (values, sinceMs) => keyProblem(keyOf(fixed, sinceMs, values));
  const partitions = await splitByKeys(segment.path, query, delimiterOf(fixed), objects.stagingFolder, obstacle);
  try {
    const delivered: DeliveredObject[] = [];
    for (const { values, path, records, sinceMs } of partitions) {
      const key = values === null ? errorKeyOf(fixed, sinceMs) : keyOf(fixed, sinceMs, values);
      const pieces = createReadStream(path, { highWaterMark: PIECE_BYTES });
      delivered.push(await store(pieces, key, records, fixed, objects, values === null));
    }
    return delivered;
  } finally {
    await dropPartitions(partitions);
  }
}

async function store(
  pieces: AsyncIterable<Buffer>,
  key: string,
  records: number,
  { destination }: Plan,
  objects: ObjectStore,
  isError = false,
): Promise<DeliveredObject> {
  const { bucket } = destination;
  const compression = isError ? 'UNCOMPRESSED' : destination.compression;
  const path = join(objects.stagingFolder, randomUUID());
  try {
    await writeCompressed(pieces, compression, path, basename(key).replace(/\.zip$/, ''));
    const { size } = await objects.adopt(bucket, key, path, {
      contentType: 'application/octet-stream',
      ...(compression === 'GZIP' ? { contentEncoding: 'gzip' } : {}),
    });
    return { bucket, key, records, bytes: size, isError };
  } catch (error) {
    await rm(path, { force: true });
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
  const fresh: Plan = {
    seed: randomUUID(),
    // Folder and name show one instant: the arrival of the oldest record.
    timeMs: segment.since ?? Date.now(),
    stream: stream.name,
    version: stream.version,
    destination: stream.destination,
  };
  await writeDocument(segment.deliveryPath, fresh);
  return fresh;
}

function keyOf(fixed: Plan, timeMs: number, partition: ReadonlyMap<string, string>): string {
  const { destination, seed } = fixed;
  const { prefix, timeZone, fileExtension, compression } = destination;
  const folder = compilePrefix(prefix, timeZone).evaluate({ timeMs, seed, partition, errorType: '' });
  const extension = fileExtension === '' ? EXTENSIONS[compression] : fileExtension;
  return `${folder}${nameOf(fixed, timeMs, JSON.stringify([...partition]))}${extension}`;
}

function errorKeyOf(fixed: Plan, timeMs: number): string {
  const { destination, seed } = fixed;
  const prefix = compilePrefix(destination.errorOutputPrefix, destination.timeZone);
  const folder = prefix.evaluate({ timeMs, seed, partition: new Map(), errorType: ERROR_TYPE });
  return `${folder}${nameOf(fixed, timeMs, ERROR_TYPE)}`;
}

function nameOf({ stream, version, destination, seed }: Plan, timeMs: number, what: string): string {
  return objectName(stream, version, destination.timeZone, timeMs, derivedUuid(seed, what));
}

/** S3 would refuse such an object for ever, and all behind it would wait. */
function keyProblem(key: string): string | null {
  const bytes = Buffer.byteLength(key);
  return bytes <= MAX_KEY_BYTES ? null : `The key of the object has ${bytes} bytes, where S3 takes ${MAX_KEY_BYTES}.`;
}

function delimiterOf({ destination }: Plan): Buffer {
  return Buffer.from(destination.appendNewline ? '\n' : '');
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
