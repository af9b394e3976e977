/** What a request may say about the S3 destination: whatever would have no effect in the lab is refused with the reason. */
import { z } from 'zod';
import { compressionFormat } from './compression.ts';

/** A feature that may be spelled out as switched off; `refusal` says why it cannot be on. */
const off = (refusal: string) => z.object({ Enabled: z.literal(false, { error: refusal }) }).loose();

const parameter = z.object({ ParameterName: z.string(), ParameterValue: z.string() }).strict();
const processor = z.object({ Type: z.string(), Parameters: z.array(parameter).optional() }).strict();

const s3Fields = {
  RoleARN: z.string().regex(/^arn:.*/),
  BucketARN: z.string().regex(/^arn:aws:s3:::[a-z0-9.-]{3,63}$/),
  Prefix: z.string().max(1024),
  ErrorOutputPrefix: z.string().max(1024),
  BufferingHints: z
    .object({ SizeInMBs: z.number().int().min(1).max(128), IntervalInSeconds: z.number().int().min(0).max(900) })
    .strict(),
  CompressionFormat: compressionFormat,
  EncryptionConfiguration: z
    .object({
      NoEncryptionConfig: z.literal('NoEncryption', { error: 'the lab has no KMS keys to encrypt objects with' }),
    })
    .strict(),
  CloudWatchLoggingOptions: off('the lab has no CloudWatch Logs'),
};

const extendedFields = {
  ...s3Fields,
  ProcessingConfiguration: z.object({ Enabled: z.boolean(), Processors: z.array(processor).optional() }).strict(),
  S3BackupMode: z.literal('Disabled', {
    error: 'the lab keeps no backup of source records; it has no Lambda processing',
  }),
  DataFormatConversionConfiguration: off('the lab does not convert to Parquet or ORC'),
  DynamicPartitioningConfiguration: z
    .object({
      Enabled: z.boolean(),
      RetryOptions: z
        .object({
          DurationInSeconds: z.literal(300, {
            error: 'the lab never gives up a delivery, so only the default of 300 seconds is taken',
          }),
        })
        .strict()
        .optional(),
    })
    .strict(),
  FileExtension: z
    .string()
    .max(128)
    .regex(/^$|^\.[0-9a-z!\-_.*'()]+$/),
  CustomTimeZone: z
    .string()
    .max(50)
    .regex(/^$|^[a-zA-Z/_]+$/),
};

export const simpleConfiguration = z.object(s3Fields).partial().required({ RoleARN: true, BucketARN: true }).strict();
export const extendedConfiguration = z
  .object(extendedFields)
  .partial()
  .required({ RoleARN: true, BucketARN: true })
  .strict();
export const simpleUpdate = z.object(s3Fields).partial().strict();
export const extendedUpdate = z.object(extendedFields).partial().strict();

export type DestinationInput = z.infer<typeof extendedUpdate>;
