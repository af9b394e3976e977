/** The actions that a rule of the lab can have, in the form that AWS IoT gives them. */
import { z } from 'zod';

const roleArn = z.string().regex(/^arn:[^:]+:iam::\d{12}:role\/.+$/, 'expected the ARN of an IAM role');
const text = z.string().min(1);

/** Each field that AWS lets hold a substitution template is a `text`; the others must not hold one. */
const firehose = z.strictObject({
  roleArn,
  deliveryStreamName: text,
  separator: z.enum(['\n', '\t', '\r\n', ',']).optional(),
  batchMode: z.boolean().optional(),
});

const s3 = z.strictObject({
  roleArn,
  bucketName: text,
  key: text,
  cannedAcl: z
    .enum([
      'private',
      'public-read',
      'public-read-write',
      'aws-exec-read',
      'authenticated-read',
      'bucket-owner-read',
      'bucket-owner-full-control',
      'log-delivery-write',
    ])
    .optional(),
});

const dynamoDBv2 = z.strictObject({ roleArn, putItem: z.strictObject({ tableName: text }) });

const keyType = z.enum(['STRING', 'NUMBER']);
const dynamoDB = z.strictObject({
  roleArn,
  tableName: text,
  hashKeyField: text,
  hashKeyValue: text,
  hashKeyType: keyType.optional(),
  rangeKeyField: text.optional(),
  rangeKeyValue: text.optional(),
  rangeKeyType: keyType.optional(),
  payloadField: text.optional(),
  operation: text.optional(),
});

const republish = z.strictObject({
  roleArn,
  topic: text,
  qos: z.union([z.literal(0), z.literal(1)], 'expected 0 or 1').optional(),
});

/** By the member that names the kind in AWS's API. */
export const ACTION_SCHEMAS = {
  firehose: z.strictObject({ firehose }),
  s3: z.strictObject({ s3 }),
  dynamoDBv2: z.strictObject({ dynamoDBv2 }),
  dynamoDB: z.strictObject({ dynamoDB }),
  republish: z.strictObject({ republish }),
} as const;

export const ruleAction = z.union(Object.values(ACTION_SCHEMAS));
export type RuleAction = z.infer<typeof ruleAction>;
export type ActionKind = keyof typeof ACTION_SCHEMAS;

export type FirehoseAction = z.infer<typeof firehose>;
export type S3Action = z.infer<typeof s3>;
export type DynamoV1Action = z.infer<typeof dynamoDB>;
export type DynamoV2Action = z.infer<typeof dynamoDBv2>;
export type RepublishAction = z.infer<typeof republish>;

export function isActionKind(name: string): name is ActionKind {
  return Object.hasOwn(ACTION_SCHEMAS, name);
}

/** What a person calls the place the action writes to, as the rule names it: a template stands as it is. */
export function targetOf(action: RuleAction): { readonly kind: ActionKind; readonly target: string } {
  if ('firehose' in action) return { kind: 'firehose', target: action.firehose.deliveryStreamName };
  if ('s3' in action) return { kind: 's3', target: action.s3.bucketName };
  if ('dynamoDBv2' in action) return { kind: 'dynamoDBv2', target: action.dynamoDBv2.putItem.tableName };
  if ('dynamoDB' in action) return { kind: 'dynamoDB', target: action.dynamoDB.tableName };
  return { kind: 'republish', target: action.republish.topic };
}

export function roleOf(action: RuleAction): string {
  const [settings] = Object.values(action);
  return settings?.roleArn ?? '';
}
