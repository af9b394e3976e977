/** What callers may ask about items, checked once; the items themselves are read by `attribute.ts`. */
import { z } from 'zod';
import { isStructure } from './attribute.ts';

/** Its members are read, and checked, by `attribute.ts`. */
const bag = z.custom<Readonly<Record<string, unknown>>>(isStructure, 'Member must be a structure');
const names = z.record(z.string(), z.string()).optional();
const values = bag.optional();
const capacity = z.enum(['INDEXES', 'TOTAL', 'NONE']).default('NONE');
/** Told only of tables with local indexes, and not measured here. */
const metrics = z.literal('NONE').optional();

const addressed = { TableName: z.string() };
const expressions = { ExpressionAttributeNames: names, ExpressionAttributeValues: values };
const write = {
  ...addressed,
  ...expressions,
  ConditionExpression: z.string().optional(),
  ReturnValuesOnConditionCheckFailure: z.enum(['ALL_OLD', 'NONE']).default('NONE'),
  ReturnConsumedCapacity: capacity,
  ReturnItemCollectionMetrics: metrics,
};
const inTransaction = {
  ...addressed,
  ...expressions,
  ReturnValuesOnConditionCheckFailure: z.enum(['ALL_OLD', 'NONE']).default('NONE'),
};
const read = {
  ...addressed,
  ExpressionAttributeNames: names,
  ProjectionExpression: z.string().optional(),
};
const pages = {
  ...addressed,
  ...expressions,
  IndexName: z.string().optional(),
  FilterExpression: z.string().optional(),
  ProjectionExpression: z.string().optional(),
  Select: z.enum(['ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'COUNT']).optional(),
  Limit: z.number().int().min(1).optional(),
  ExclusiveStartKey: bag.nullish(),
  ConsistentRead: z.boolean().default(false),
  ReturnConsumedCapacity: capacity,
};
const oldOrNone = z.enum(['NONE', 'ALL_OLD']).default('NONE');

export const itemInputs = {
  put: z.strictObject({ ...write, Item: bag, ReturnValues: oldOrNone }),
  remove: z.strictObject({ ...write, Key: bag, ReturnValues: oldOrNone }),
  update: z.strictObject({
    ...write,
    Key: bag,
    UpdateExpression: z.string().optional(),
    ReturnValues: z.enum(['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW']).default('NONE'),
  }),
  get: z.strictObject({
    ...read,
    Key: bag,
    ConsistentRead: z.boolean().default(false),
    ReturnConsumedCapacity: capacity,
  }),
  query: z.strictObject({ ...pages, KeyConditionExpression: z.string(), ScanIndexForward: z.boolean().default(true) }),
  scan: z.strictObject({
    ...pages,
    Segment: z.number().int().min(0).max(999_999).optional(),
    TotalSegments: z.number().int().min(1).max(1_000_000).optional(),
  }),
  batchWrite: z.strictObject({
    RequestItems: z.record(
      z.string(),
      z
        .array(
          z.strictObject({
            PutRequest: z.strictObject({ Item: bag }).optional(),
            DeleteRequest: z.strictObject({ Key: bag }).optional(),
          }),
        )
        .min(1)
        .max(25),
    ),
    ReturnConsumedCapacity: capacity,
    ReturnItemCollectionMetrics: metrics,
  }),
  batchGet: z.strictObject({
    RequestItems: z.record(
      z.string(),
      z.strictObject({
        Keys: z.array(bag).min(1).max(100),
        ConsistentRead: z.boolean().default(false),
        ProjectionExpression: z.string().optional(),
        ExpressionAttributeNames: names,
      }),
    ),
    ReturnConsumedCapacity: capacity,
  }),
  transactWrite: z.strictObject({
    TransactItems: z
      .array(
        z.strictObject({
          Put: z.strictObject({ ...inTransaction, Item: bag, ConditionExpression: z.string().optional() }).optional(),
          Delete: z.strictObject({ ...inTransaction, Key: bag, ConditionExpression: z.string().optional() }).optional(),
          Update: z
            .strictObject({
              ...inTransaction,
              Key: bag,
              UpdateExpression: z.string(),
              ConditionExpression: z.string().optional(),
            })
            .optional(),
          ConditionCheck: z.strictObject({ ...inTransaction, Key: bag, ConditionExpression: z.string() }).optional(),
        }),
      )
      .min(1)
      .max(100),
    // Sent by every SDK of its own accord: a repeated call is answered by its effect, not remembered.
    ClientRequestToken: z.string().min(1).max(36).optional(),
    ReturnConsumedCapacity: capacity,
    ReturnItemCollectionMetrics: metrics,
  }),
  transactGet: z.strictObject({
    TransactItems: z
      .array(z.strictObject({ Get: z.strictObject({ ...read, Key: bag }) }))
      .min(1)
      .max(100),
    ReturnConsumedCapacity: capacity,
  }),
};
