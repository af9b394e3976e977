/** The two DynamoDB actions: one writes each attribute of the result as a column, the other the whole result into one. */
import type { Field } from '../field.ts';
import type { RuleOutput } from '../message-scope.ts';
import type { DynamoV1Action, DynamoV2Action } from '../rule-action.ts';
import { isObject } from '../value.ts';
import type { AttributeValue, Item, Tables } from '../../services.ts';
import { type Action, type ActionServices, invalidForAction, type Parcel, toError } from './action.ts';
import { toAttribute, toAttributes } from './dynamo-item.ts';

type ItemParcel = Parcel & { readonly item: Item; readonly operation: Operation };
type Operation = (typeof OPERATIONS)[number];

const OPERATIONS = ['INSERT', 'UPDATE', 'DELETE'] as const;
/** Items that are written at the same time. */
const AT_ONCE = 200;

/** https://docs.aws.amazon.com/iot/latest/developerguide/dynamodb-v2-rule-action.html */
export function dynamoV2Action(
  { tables }: Pick<ActionServices, 'tables'>,
  settings: DynamoV2Action,
  table: Field,
): Action<ItemParcel> {
  return {
    kind: 'dynamoDBv2',
    target: settings.putItem.tableName,
    pack: ({ message: { sequence }, scope, output }) => {
      const value = output.value();
      if (!isObject(value)) {
        throw invalidForAction(
          'ResultNotAnObject',
          'The DynamoDBv2 action writes a JSON object, and the result of the rule is none.',
        );
      }
      const item = toAttributes(value);
      return {
        sequence,
        bytes: output.bytes.length,
        resource: table(scope),
        item,
        operation: 'INSERT',
      };
    },
    together: (parcels) => Math.min(parcels.length, AT_ONCE),
    send: (parcels) => sendAll(tables, parcels),
  };
}

export type DynamoV1Fields = {
  readonly table: Field;
  readonly hashKeyField: Field;
  readonly hashKeyValue: Field;
  readonly range: { readonly field: Field; readonly value: Field } | undefined;
  readonly payloadField: Field;
  readonly operation: Field;
};

/** https://docs.aws.amazon.com/iot/latest/developerguide/dynamodb-rule-action.html */
export function dynamoV1Action(
  { tables }: Pick<ActionServices, 'tables'>,
  settings: DynamoV1Action,
  fields: DynamoV1Fields,
): Action<ItemParcel> {
  const { hashKeyType, rangeKeyType } = settings;
  return {
    kind: 'dynamoDB',
    target: settings.tableName,
    pack: ({ message: { sequence }, scope, output }) => {
      const operation = operationOf(fields.operation(scope));
      const payloadField = fields.payloadField(scope);
      const keys: Record<string, AttributeValue> = {
        [fields.hashKeyField(scope)]: keyOf(fields.hashKeyValue(scope), hashKeyType),
      };
      if (fields.range !== undefined) {
        keys[fields.range.field(scope)] = keyOf(fields.range.value(scope), rangeKeyType);
      }
      const item = operation === 'DELETE' ? keys : { ...keys, [payloadField]: payloadOf(output) };
      return { sequence, bytes: output.bytes.length, resource: fields.table(scope), item, operation };
    },
    together: (parcels) => Math.min(parcels.length, AT_ONCE),
    send: (parcels) => sendAll(tables, parcels),
  };
}

/** Why the text cannot be an operation, or undefined. */
export function operationFault(text: string): string | undefined {
  return OPERATIONS.some((operation) => operation === text)
    ? undefined
    : `the operation "${text}" is none of ${OPERATIONS.join(', ')}`;
}

function operationOf(text: string): Operation {
  const operation = OPERATIONS.find((candidate) => candidate === text);
  if (operation === undefined) {
    throw invalidForAction('OperationUnknown', `The message cannot be written: ${operationFault(text) ?? ''}.`);
  }
  return operation;
}

function keyOf(text: string, type: 'STRING' | 'NUMBER' = 'STRING'): AttributeValue {
  return type === 'NUMBER' ? { N: text } : { S: text };
}

/** A JSON object or array as DynamoDB's own, all else as it came: binary. */
function payloadOf({ value, bytes }: RuleOutput): AttributeValue {
  return toAttribute(value()) ?? { B: bytes.toString('base64') };
}

/** Those of one table share its writes; the tables keep their order. */
function sendAll(
  tables: Tables,
  parcels: readonly ItemParcel[],
): Promise<readonly { readonly error: Error | undefined }[]> {
  return Promise.all(
    parcels.map((parcel) =>
      write(tables, parcel).then(
        () => ({ error: undefined }),
        (thrown: unknown) => ({ error: toError(thrown) }),
      ),
    ),
  );
}

function write(tables: Tables, { resource, item, operation }: ItemParcel): Promise<void> {
  switch (operation) {
    case 'INSERT':
      return tables.put(resource, item);
    case 'UPDATE':
      return tables.merge(resource, item);
    case 'DELETE':
      return tables.remove(resource, item);
  }
}
