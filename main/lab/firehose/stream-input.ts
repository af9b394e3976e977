/** The requests of the stream operations as they must look. */
import { z } from 'zod';
import { AwsError } from '../services.ts';
import { extendedConfiguration, extendedUpdate, simpleConfiguration, simpleUpdate } from './destination-input.ts';

const name = z.string().regex(/^[a-zA-Z0-9_.-]{1,64}$/);
/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_Tag.html */
const tag = z
  .object({
    Key: z
      .string()
      .min(1)
      .max(128)
      .regex(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@%]*$/u),
    Value: z
      .string()
      .max(256)
      .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@%]*$/u)
      .optional(),
  })
  .strict();
const tagList = z.array(tag).max(50);

export const inputs = {
  create: z
    .object({
      DeliveryStreamName: name,
      DeliveryStreamType: z.literal('DirectPut', { error: 'the lab has no other source than direct puts' }).optional(),
      S3DestinationConfiguration: simpleConfiguration.optional(),
      ExtendedS3DestinationConfiguration: extendedConfiguration.optional(),
      Tags: tagList.optional(),
    })
    .strict(),
  update: z
    .object({
      DeliveryStreamName: name,
      CurrentDeliveryStreamVersionId: z.string().regex(/^\d{1,50}$/),
      DestinationId: z.string(),
      S3DestinationUpdate: simpleUpdate.optional(),
      ExtendedS3DestinationUpdate: extendedUpdate.optional(),
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
  tag: z.object({ DeliveryStreamName: name, Tags: tagList.min(1) }).strict(),
  untag: z.object({ DeliveryStreamName: name, TagKeys: z.array(z.string().min(1).max(128)).min(1).max(50) }).strict(),
  listTags: z
    .object({
      DeliveryStreamName: name,
      ExclusiveStartTagKey: z.string().optional(),
      Limit: z.number().int().min(1).max(50).optional(),
    })
    .strict(),
  startEncryption: z
    .object({
      DeliveryStreamName: name,
      DeliveryStreamEncryptionConfigurationInput: z
        .object({ KeyType: z.enum(['AWS_OWNED_CMK', 'CUSTOMER_MANAGED_CMK']), KeyARN: z.string().optional() })
        .strict()
        .optional(),
    })
    .strict(),
  stopEncryption: z.object({ DeliveryStreamName: name }).strict(),
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
  if (issue?.code === 'invalid_value') {
    throw unsupported(`The lab does not support this value of ${place}: ${issue.message}.`);
  }
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${place}' failed to satisfy constraint: ${issue?.message ?? ''}`,
  );
}

function unsupported(message: string): AwsError {
  return new AwsError('InvalidArgumentException', message);
}
