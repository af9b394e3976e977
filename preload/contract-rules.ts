/** The schemas of what the window says about rules and tables; `contract.ts` holds the calls. */
import { z } from 'zod';

const qos = z.union([z.literal(0), z.literal(1)]);
export const ruleName = z.string().regex(/^[a-zA-Z0-9_]{1,128}$/);
const ruleText = z.string().max(2_048);
const sqlVersion = z.enum(['2015-10-08', '2016-03-23']);
const ruleAction = z.discriminatedUnion('kind', [
  z
    .object({ kind: z.literal('firehose'), stream: ruleText, separator: z.enum(['', '\n', '\r\n', '\t', ',']) })
    .strict(),
  z.object({ kind: z.literal('s3'), bucket: ruleText, key: ruleText }).strict(),
  z.object({ kind: z.literal('dynamoDBv2'), table: ruleText }).strict(),
  z
    .object({
      kind: z.literal('dynamoDB'),
      table: ruleText,
      hashKeyField: ruleText,
      hashKeyValue: ruleText,
      rangeKeyField: ruleText,
      rangeKeyValue: ruleText,
      payloadField: ruleText,
    })
    .strict(),
  z.object({ kind: z.literal('republish'), topic: ruleText, qos }).strict(),
]);
export const ruleForm = z
  .object({
    name: ruleName,
    description: z.string().max(1_024),
    sql: z.string().min(1).max(100_000),
    sqlVersion,
    isEnabled: z.boolean(),
    actions: z.array(ruleAction).max(10).readonly(),
    errorAction: ruleAction.nullable(),
    roleArn: ruleText,
  })
  .strict();

/** DynamoDB's own limits of names and keys, in characters. */
export const tableName = z.string().regex(/^[a-zA-Z0-9_.-]{3,255}$/);
const attribute = z.string().min(1).max(255);
export const keyAttribute = z.object({ name: attribute, type: z.enum(['S', 'N', 'B']) }).strict();
/** 2,048 bytes in base64. */
const itemText = z.string().max(2_732);

export const ruleTrial = z
  .object({
    sql: z.string().max(100_000),
    sqlVersion,
    pasted: z.string().max(400_000).nullable(),
    /** Of the actions. */
    templates: z
      .array(z.object({ text: ruleText, isTopic: z.boolean() }).strict())
      .max(100)
      .readonly(),
  })
  .strict();

export const itemQuestion = z
  .object({
    table: tableName,
    index: tableName.nullable(),
    partition: itemText.nullable(),
    sort: z
      .object({
        operator: z.enum(['=', '<', '<=', '>', '>=', 'begins', 'between']),
        value: itemText,
        to: itemText.nullable(),
      })
      .strict()
      .nullable(),
    filters: z
      .array(
        z
          .object({
            path: z.array(attribute).min(1).max(16).readonly(),
            operator: z.enum(['=', '<>', '<', '<=', '>', '>=', 'begins', 'contains', 'exists', 'missing']),
            value: itemText,
            type: z.enum(['S', 'N', 'BOOL']),
          })
          .strict(),
      )
      .max(10)
      .readonly(),
    newestFirst: z.boolean(),
    token: z.string().max(20_000).nullable(),
  })
  .strict();
