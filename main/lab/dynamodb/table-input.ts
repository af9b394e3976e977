/** What callers may ask when they make or change a table, checked once. */
import { z, type ZodType } from 'zod';
import { invalid, notInTheLab } from './refusals.ts';

const tableName = z.string().regex(/^[a-zA-Z0-9_.-]{3,255}$/);

const keySchema = z
  .array(z.strictObject({ AttributeName: z.string().min(1).max(255), KeyType: z.enum(['HASH', 'RANGE']) }))
  .min(1)
  .max(2);
const throughput = z.strictObject({
  ReadCapacityUnits: z.number().int().min(1),
  WriteCapacityUnits: z.number().int().min(1),
});
const projection = z.strictObject({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string().min(1).max(255)).min(1).max(100).optional(),
});
const index = z.strictObject({
  IndexName: tableName,
  KeySchema: keySchema,
  Projection: projection,
  ProvisionedThroughput: throughput.optional(),
});
const tag = z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) });

const created = z.strictObject({
  TableName: tableName,
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string().min(1).max(255), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  BillingMode: z.enum(['PROVISIONED', 'PAY_PER_REQUEST']).default('PROVISIONED'),
  ProvisionedThroughput: throughput.optional(),
  GlobalSecondaryIndexes: z.array(index).max(20).default([]),
  LocalSecondaryIndexes: z.array(index).max(5).default([]),
  Tags: z.array(tag).max(50).default([]),
  DeletionProtectionEnabled: z.boolean().default(false),
  // Said by tools that spell out AWS's own defaults; anything else would have no effect here and is refused.
  TableClass: z.literal('STANDARD').optional(),
  StreamSpecification: z.strictObject({ StreamEnabled: z.literal(false) }).optional(),
  SSESpecification: z.strictObject({ Enabled: z.literal(false) }).optional(),
});

export type CreateTableInput = z.infer<typeof created>;
export type IndexInput = z.infer<typeof index>;

export const inputs = {
  create: created,
  named: z.strictObject({ TableName: z.string() }),
  list: z.strictObject({
    ExclusiveStartTableName: tableName.optional(),
    Limit: z.number().int().min(1).max(100).default(100),
  }),
  update: z.strictObject({
    TableName: z.string(),
    BillingMode: z.enum(['PROVISIONED', 'PAY_PER_REQUEST']).optional(),
    ProvisionedThroughput: throughput.optional(),
    DeletionProtectionEnabled: z.boolean().optional(),
  }),
  timeToLive: z.strictObject({
    TableName: z.string(),
    TimeToLiveSpecification: z.strictObject({ Enabled: z.boolean(), AttributeName: z.string().min(1).max(255) }),
  }),
  backups: z.strictObject({
    TableName: z.string(),
    PointInTimeRecoverySpecification: z.strictObject({
      PointInTimeRecoveryEnabled: z.boolean(),
      RecoveryPeriodInDays: z.number().int().min(1).max(35).optional(),
    }),
  }),
  tag: z.strictObject({ ResourceArn: z.string(), Tags: z.array(tag).min(1).max(50) }),
  untag: z.strictObject({ ResourceArn: z.string(), TagKeys: z.array(z.string()).min(1) }),
  tagsOf: z.strictObject({ ResourceArn: z.string(), NextToken: z.string().optional() }),
  nothing: z.strictObject({}),
};

/** Throws AwsError ValidationException; a member nobody knows is refused, because it would have no effect. */
export function checked<Value>(input: unknown, schema: ZodType<Value>): Value {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    throw notInTheLab(`the parameter ${issue.keys.join(', ')}`, 'Leave it out.');
  }
  const place = (issue?.path ?? []).map((part) =>
    typeof part === 'number' ? `${part + 1}.member` : uncapital(String(part)),
  );
  throw invalid(
    `1 validation error detected: Value at '${place.join('.')}' failed to satisfy constraint: ${issue === undefined ? 'unknown' : constraintOf(issue)}`,
  );
}

/** In AWS's words, where it has some. */
function constraintOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.join(', ')}]`;
    case 'invalid_type':
      return issue.input === undefined ? `Member must not be null` : `Member must be of type ${issue.expected}`;
    case 'too_big':
      return `Member must have ${measureOf(issue.origin)} less than or equal to ${issue.maximum}`;
    case 'too_small':
      return `Member must have ${measureOf(issue.origin)} greater than or equal to ${issue.minimum}`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${issue.pattern ?? issue.format}`;
    default:
      return issue.message;
  }
}

function measureOf(origin: string): string {
  return origin === 'number' || origin === 'int' ? 'value' : 'length';
}

function uncapital(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
