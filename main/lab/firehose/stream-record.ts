/** What the lab keeps about a delivery stream, and how a request's destination becomes it. */
import { z } from 'zod';
import { AwsError, type LabIdentity } from '../services.ts';
import { compressionFormat } from './compression.ts';
import type { DestinationInput } from './destination-input.ts';
import { compileKeyQuery } from './jq.ts';
import { checkPrefixes } from './object-key.ts';
import { readProcessors } from './processors.ts';

export const destinationRecord = z.object({
  roleArn: z.string(),
  bucket: z.string(),
  prefix: z.string(),
  errorOutputPrefix: z.string(),
  sizeMiB: z.number(),
  intervalSeconds: z.number(),
  compression: compressionFormat,
  fileExtension: z.string(),
  appendNewline: z.boolean(),
  timeZone: z.string().default('UTC'),
  /** The jq program that gives the partition keys; null without dynamic partitioning. */
  keyQuery: z.string().nullable().default(null),
});

export const streamRecord = z.object({
  name: z.string(),
  /** Folder of its buffer: names may differ in case only, folders on some systems may not. */
  folder: z.string(),
  version: z.number().int(),
  /** Epoch milliseconds. */
  created: z.number(),
  updated: z.number().nullable(),
  destination: destinationRecord,
  tags: z.record(z.string(), z.string()),
});

export type StreamRecord = z.infer<typeof streamRecord>;
export type Destination = StreamRecord['destination'];

/** With dynamic partitioning AWS asks for buffers of at least this size and interval. */
const LEAST_PARTITIONED = { sizeMiB: 64, intervalSeconds: 60 };

/** Defaults of the API where the request says nothing; then what was there before an update. Throws AwsError InvalidArgumentException. */
export function mergeDestination(
  given: DestinationInput,
  before: Destination | null,
  identity: LabIdentity,
): Destination {
  const isPartitioned =
    given.DynamicPartitioningConfiguration?.Enabled ?? (before !== null && before.keyQuery !== null);
  if (before !== null && isPartitioned !== (before.keyQuery !== null)) {
    throw invalid('Dynamic partitioning can be enabled or disabled only when the stream is created.');
  }
  const processors =
    given.ProcessingConfiguration === undefined
      ? { appendNewline: before?.appendNewline ?? false, keyQuery: before?.keyQuery ?? null }
      : readProcessors(given.ProcessingConfiguration);
  const destination: Destination = {
    roleArn: given.RoleARN ?? before?.roleArn ?? '',
    bucket: given.BucketARN?.replace('arn:aws:s3:::', '') ?? before?.bucket ?? '',
    prefix: given.Prefix ?? before?.prefix ?? '',
    errorOutputPrefix: given.ErrorOutputPrefix ?? before?.errorOutputPrefix ?? '',
    sizeMiB: given.BufferingHints?.SizeInMBs ?? before?.sizeMiB ?? (isPartitioned ? LEAST_PARTITIONED.sizeMiB : 5),
    intervalSeconds: given.BufferingHints?.IntervalInSeconds ?? before?.intervalSeconds ?? 300,
    compression: given.CompressionFormat ?? before?.compression ?? 'UNCOMPRESSED',
    fileExtension: given.FileExtension ?? before?.fileExtension ?? '',
    timeZone: (given.CustomTimeZone ?? before?.timeZone ?? '') || 'UTC',
    ...processors,
  };
  if (destination.roleArn !== identity.roleArn) {
    throw invalid(
      `Firehose is unable to assume role ${destination.roleArn}. Please check the role provided: the lab has one role, ${identity.roleArn}.`,
    );
  }
  const keys = checkPartitioning(destination, isPartitioned);
  checkPrefixes(destination.prefix, destination.errorOutputPrefix, destination.timeZone, keys);
  return destination;
}

/** The names of the partition keys; null without dynamic partitioning. */
function checkPartitioning(destination: Destination, isPartitioned: boolean): readonly string[] | null {
  const { keyQuery, sizeMiB, intervalSeconds } = destination;
  if (!isPartitioned) {
    if (keyQuery === null) return null;
    throw invalid('The MetadataExtraction processor needs DynamicPartitioningConfiguration to be enabled.');
  }
  if (keyQuery === null) {
    throw invalid('Dynamic partitioning needs the MetadataExtraction processor, which gives the partition keys.');
  }
  if (sizeMiB < LEAST_PARTITIONED.sizeMiB || intervalSeconds < LEAST_PARTITIONED.intervalSeconds) {
    throw invalid(
      `BufferingHints must be at least ${LEAST_PARTITIONED.sizeMiB} MiB and ${LEAST_PARTITIONED.intervalSeconds} seconds when dynamic partitioning is enabled.`,
    );
  }
  return compileKeyQuery(keyQuery).keys;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidArgumentException', message);
}
