/** Sorts a segment's records into one file for each partition, and those that give no partition into a file of errors, in bounded memory. */
import { randomUUID } from 'node:crypto';
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readFrames } from './buffer-format.ts';
import { JqError } from './jq-functions.ts';
import type { KeyQuery } from './jq.ts';

export type Partition = {
  /** Null for what failed: the file then holds one JSON document a line that says why. */
  readonly values: ReadonlyMap<string, string> | null;
  readonly path: string;
  readonly records: number;
  /** Arrival of its oldest record in epoch milliseconds, the time that its key shows. */
  readonly sinceMs: number;
};

/** Why an object with these values cannot be; null when it can. */
export type Obstacle = (values: ReadonlyMap<string, string>, sinceMs: number) => string | null;

/** Active partitions a stream may have on AWS unless its quota is raised. */
const MAX_PARTITIONS = 500;
const MAX_HELD_BYTES = 4 * 1024 * 1024;

type Growing = { -readonly [Name in keyof Partition]: Partition[Name] } & { parts: Buffer[] };

/** Each partition's records in their order. The caller removes the files (`dropPartitions`); after a failure none is left. */
export async function splitByKeys(
  segmentPath: string,
  query: KeyQuery,
  delimiter: Buffer,
  folder: string,
  obstacle: Obstacle,
): Promise<readonly Partition[]> {
  const byKey = new Map<string, Growing>();
  let failed: Growing | null = null;
  let heldBytes = 0;
  const all = (): readonly Growing[] => [...byKey.values(), ...(failed === null ? [] : [failed])];
  const hold = (to: Growing, ...parts: Buffer[]): void => {
    to.parts.push(...parts);
    to.records++;
    for (const part of parts) heldBytes += part.length;
  };

  const fail = (record: Buffer, arrivedMs: number, code: string, message: string): void => {
    failed ??= grow(null, folder, arrivedMs);
    hold(failed, failure(record, arrivedMs, `DynamicPartitioning.${code}`, message));
  };

  const take = (record: Buffer, arrivedMs: number): void => {
    let values: ReadonlyMap<string, string>;
    try {
      values = query.extract(record);
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      fail(record, arrivedMs, 'MetadataExtractionFailed', error.message);
      return;
    }
    // As JSON, because no character is one that a value cannot hold.
    const key = JSON.stringify([...values.values()]);
    let partition = byKey.get(key);
    if (partition === undefined) {
      const problem = obstacle(values, arrivedMs);
      if (problem !== null) {
        fail(record, arrivedMs, 'ExpressionEvaluationFailed', problem);
        return;
      }
      if (byKey.size >= MAX_PARTITIONS) {
        const message = `More than ${MAX_PARTITIONS} partitions are active.`;
        fail(record, arrivedMs, 'ActivePartitionLimitExceeded', message);
        return;
      }
      partition = grow(values, folder, arrivedMs);
      byKey.set(key, partition);
    }
    hold(partition, record, delimiter);
  };

  try {
    for await (const { frame } of readFrames(segmentPath)) {
      if (frame.kind !== 'records') continue;
      for (const record of frame.records) take(record, frame.arrivedMs);
      if (heldBytes < MAX_HELD_BYTES) continue;
      await writeOut(all());
      heldBytes = 0;
    }
    await writeOut(all());
  } catch (error) {
    await dropPartitions(all());
    throw error;
  }
  return all();
}

export async function dropPartitions(partitions: readonly Partition[]): Promise<void> {
  for (const { path } of partitions) await rm(path, { force: true });
}

function grow(values: ReadonlyMap<string, string> | null, folder: string, sinceMs: number): Growing {
  return { values, path: join(folder, randomUUID()), records: 0, sinceMs, parts: [] };
}

async function writeOut(partitions: readonly Growing[]): Promise<void> {
  for (const partition of partitions) {
    if (partition.parts.length === 0) continue;
    await appendFile(partition.path, Buffer.concat(partition.parts));
    partition.parts = [];
  }
}

/** What Firehose writes to the error output for a record it could not process; times are epoch milliseconds. */
function failure(record: Buffer, arrivedMs: number, errorCode: string, errorMessage: string): Buffer {
  const document = {
    attemptsMade: 1,
    arrivalTimestamp: arrivedMs,
    errorCode,
    errorMessage,
    attemptEndingTimestamp: Date.now(),
    rawData: record.toString('base64'),
  };
  return Buffer.from(`${JSON.stringify(document)}\n`);
}
