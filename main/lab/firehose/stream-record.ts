/** What the lab keeps about a delivery stream, and how a request becomes it: whatever would have no effect is refused. */
import { z } from 'zod';
import { AwsError, type LabIdentity } from '../services.ts';
import { checkPrefixes } from './object-key.ts';

export const streamRecord = z.object({
  name: z.string(),
  /** Folder of its buffer: names may differ in case only, folders on some systems may not. */
  folder: z.string(),
  version: z.number().int(),
  /** Epoch milliseconds. */
  created: z.number(),
  updated: z.number().nullable(),
  destination: z.object({
    roleArn: z.string(),
    bucket: z.string(),
    prefix: z.string(),
    errorOutputPrefix: z.string(),
    sizeMiB: z.number(),
    intervalSeconds: z.number(),
    compression: z.enum(['UNCOMPRESSED', 'GZIP']),
    fileExtension: z.string(),
    appendNewline: z.boolean(),
  }),
  tags: z.record(z.string(), z.string()),
});

export type StreamRecord = z.infer<typeof streamRecord>;
export type Destination = StreamRecord['destination'];

/** A feature that may be spelled out as switched off. */
const off = z.object({ Enabled: z.literal(false) }).strict();

const appendDelimiter = z
  .object({
    Type: z.literal('AppendDelimiterToRecord'),
    Parameters: z
      .array(z.object({ ParameterName: z.literal('Delimiter'), ParameterValue: z.enum(['\\n', '\n']) }).strict())
      .max(1)
      .optional(),
  })
  .strict();

const processing = z.union([
  z.object({ Enabled: z.literal(false), Processors: z.array(z.never()).optional() }).strict(),
  z.object({ Enabled: z.literal(true), Processors: z.array(appendDelimiter).length(1) }).strict(),
]);

const s3Fields = {
  RoleARN: z.string().regex(/^arn:.*/),
  BucketARN: z.string().regex(/^arn:aws:s3:::[a-z0-9.-]{3,63}$/),
  Prefix: z.string().max(1024),
  ErrorOutputPrefix: z.string().max(1024),
  BufferingHints: z
    .object({ SizeInMBs: z.number().int().min(1).max(128), IntervalInSeconds: z.number().int().min(0).max(900) })
    .strict(),
  CompressionFormat: z.enum(['UNCOMPRESSED', 'GZIP']),
  EncryptionConfiguration: z.object({ NoEncryptionConfig: z.literal('NoEncryption') }).strict(),
  CloudWatchLoggingOptions: off,
};
const extendedFields = {
  ...s3Fields,
  ProcessingConfiguration: processing,
  S3BackupMode: z.literal('Disabled'),
  DataFormatConversionConfiguration: off,
  DynamicPartitioningConfiguration: off,
  FileExtension: z
    .string()
    .max(128)
    .regex(/^$|^\.[0-9a-z!\-_.*'()]+$/),
  CustomTimeZone: z.literal('UTC'),
};

const name = z.string().regex(/^[a-zA-Z0-9_.-]{1,64}$/);
const tag = z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256).optional() }).strict();
const simple = z.object(s3Fields).partial().required({ RoleARN: true, BucketARN: true }).strict();
const extended = z.object(extendedFields).partial().required({ RoleARN: true, BucketARN: true }).strict();

export const inputs = {
  create: z
    .object({
      DeliveryStreamName: name,
      DeliveryStreamType: z.literal('DirectPut').optional(),
      S3DestinationConfiguration: simple.optional(),
      ExtendedS3DestinationConfiguration: extended.optional(),
      Tags: z.array(tag).max(50).optional(),
    })
    .strict(),
  update: z
    .object({
      DeliveryStreamName: name,
      CurrentDeliveryStreamVersionId: z.string().regex(/^\d{1,50}$/),
      DestinationId: z.string(),
      S3DestinationUpdate: z.object(s3Fields).partial().strict().optional(),
      ExtendedS3DestinationUpdate: z.object(extendedFields).partial().strict().optional(),
    })
    .strict(),
  describe: z
    .object({
      DeliveryStreamName: name,
      Limit: z.number().int().min(1).max(10_000).optional(),
      ExclusiveStartDestinationId: z.string().optional(),
    })
    .strict(),
  remove: z.object({ DeliveryStreamName: name, AllowForceDelete: z.boolean().optional() }).strict(),
  list: z
    .object({
      Limit: z.number().int().min(1).max(10_000).optional(),
      DeliveryStreamType: z.enum(['DirectPut', 'KinesisStreamAsSource', 'MSKAsSource', 'DatabaseAsSource']).optional(),
      ExclusiveStartDeliveryStreamName: name.optional(),
    })
    .strict(),
  tag: z.object({ DeliveryStreamName: name, Tags: z.array(tag).min(1).max(50) }).strict(),
  untag: z.object({ DeliveryStreamName: name, TagKeys: z.array(z.string().min(1).max(128)).min(1).max(50) }).strict(),
  listTags: z
    .object({
      DeliveryStreamName: name,
      ExclusiveStartTagKey: z.string().optional(),
      Limit: z.number().int().min(1).max(50).optional(),
    })
    .strict(),
};

/** Throws AwsError: InvalidArgumentException for what the lab does not offer, ValidationException for what breaks a limit. */
export function parseInput<Shape extends z.ZodType>(shape: Shape, input: unknown): z.infer<Shape> {
  const parsed = shape.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = (issue?.path ?? []).map(String).join('.') || 'the request';
  if (issue?.code === 'unrecognized_keys') {
    throw unsupported(`The lab does not support ${issue.keys.join(', ')} in ${place}.`);
  }
  if (issue?.code === 'invalid_value' || issue?.code === 'invalid_union') {
    throw unsupported(`The lab does not support this value of ${place}: ${issue.message}.`);
  }
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${place}' failed to satisfy constraint: ${issue?.message ?? ''}`,
  );
}

/** Defaults of the API where the request says nothing; then what was there before an update. */
export function mergeDestination(
  given: z.infer<typeof inputs.update>['ExtendedS3DestinationUpdate'],
  before: Destination | null,
  identity: LabIdentity,
): Destination {
  const destination: Destination = {
    roleArn: given?.RoleARN ?? before?.roleArn ?? '',
    bucket: given?.BucketARN?.replace('arn:aws:s3:::', '') ?? before?.bucket ?? '',
    prefix: given?.Prefix ?? before?.prefix ?? '',
    errorOutputPrefix: given?.ErrorOutputPrefix ?? before?.errorOutputPrefix ?? '',
    sizeMiB: given?.BufferingHints?.SizeInMBs ?? before?.sizeMiB ?? 5,
    intervalSeconds: given?.BufferingHints?.IntervalInSeconds ?? before?.intervalSeconds ?? 300,
    compression: given?.CompressionFormat ?? before?.compression ?? 'UNCOMPRESSED',
    fileExtension: given?.FileExtension ?? before?.fileExtension ?? '',
    appendNewline: given?.ProcessingConfiguration?.Enabled ?? before?.appendNewline ?? false,
  };
  if (destination.roleArn !== identity.roleArn) {
    throw unsupported(
      `Firehose is unable to assume role ${destination.roleArn}. Please check the role provided: the lab has one role, ${identity.roleArn}.`,
    );
  }
  checkPrefixes(destination.prefix, destination.errorOutputPrefix);
  return destination;
}

function unsupported(message: string): AwsError {
  return new AwsError('InvalidArgumentException', message);
}
