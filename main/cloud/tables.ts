/** DynamoDB's tables: made for the course, listed and described. Deleting one is `removeResource`'s, as for all that Isobar makes. */
import {
  CreateTableCommand,
  DescribeTableCommand,
  ListTablesCommand,
  type AttributeDefinition,
  type GlobalSecondaryIndexDescription,
  type KeySchemaElement,
  type LocalSecondaryIndexDescription,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { AppError } from '../../preload/errors.ts';
import type { KeyAttribute, TableIndex, TableKey, TableState } from '../../preload/shapes-tables.ts';
import type { Clients } from './clients.ts';
import { nullWhen, told, unlessGone } from './refusals.ts';
import { waitFor } from './waiting.ts';

/** One page of the names, in their order; the token is null after the last one. */
export async function listTables(
  { dynamodb }: Clients,
  token: string | null,
): Promise<{ readonly names: readonly string[]; readonly token: string | null }> {
  const page = await dynamodb.send(new ListTablesCommand(token === null ? {} : { ExclusiveStartTableName: token }));
  return { names: page.TableNames ?? [], token: page.LastEvaluatedTableName ?? null };
}

/** Null when there is no such table. */
export async function findTable({ dynamodb }: Clients, name: string): Promise<TableState | null> {
  const answer = await nullWhen(
    ['ResourceNotFoundException'],
    dynamodb.send(new DescribeTableCommand({ TableName: name })),
  );
  return answer === null ? null : stateOf(told(answer.Table, 'the description of a table'));
}

/**
 * Makes the table, paid by request, and waits until it takes items. May be repeated. AppError `cloud.tableDiffers` when a table of this
 * name has another key; `cloud.tooSlow` after five minutes, `cloud.cancelled` when the signal is aborted.
 */
export async function createTable(
  clients: Clients,
  { name, key }: { readonly name: string; readonly key: TableKey },
  signal?: AbortSignal,
): Promise<TableState> {
  const parts = key.range === null ? [key.hash] : [key.hash, key.range];
  const asked = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: parts.map((part) => ({ AttributeName: part.name, AttributeType: part.type })),
    KeySchema: parts.map((part) => ({ AttributeName: part.name, KeyType: part === key.hash ? 'HASH' : 'RANGE' })),
  });
  await unlessGone(['ResourceInUseException'], clients.dynamodb.send(asked));
  const askUntilActive = async (): Promise<TableState | undefined> => {
    const state = await findTable(clients, name);
    return state?.status === 'ACTIVE' ? state : undefined;
  };
  const state = await waitFor(askUntilActive, {
    what: `the table "${name}" to become active`,
    limitMs: 300_000,
    firstPauseMs: 100,
    longestPauseMs: 5_000,
    signal,
  });
  if (isSame(state.key.hash, key.hash) && isSame(state.key.range, key.range)) return state;
  throw new AppError('cloud.tableDiffers', `The table "${name}" is there already, with another key.`, {
    hint: 'Choose another name, or delete that table first.',
  });
}

function isSame(left: KeyAttribute | null, right: KeyAttribute | null): boolean {
  return left?.name === right?.name && left?.type === right?.type;
}

function stateOf(table: TableDescription): TableState {
  const types = table.AttributeDefinitions ?? [];
  const indexes = (all: readonly IndexDescription[], isGlobal: boolean): readonly TableIndex[] =>
    all.map((index) => ({
      name: told(index.IndexName, 'the name of an index'),
      key: keyOf(index.KeySchema ?? [], types),
      isGlobal,
      holds: HOLDS[told(index.Projection?.ProjectionType, 'what an index holds')],
    }));
  return {
    name: told(table.TableName, 'the name of a table'),
    status: told(table.TableStatus, 'the status of a table'),
    created: table.CreationDateTime?.getTime() ?? 0,
    items: table.ItemCount ?? 0,
    bytes: table.TableSizeBytes ?? 0,
    key: keyOf(table.KeySchema ?? [], types),
    indexes: [
      ...indexes(table.LocalSecondaryIndexes ?? [], false),
      ...indexes(table.GlobalSecondaryIndexes ?? [], true),
    ],
  };
}

type IndexDescription = LocalSecondaryIndexDescription | GlobalSecondaryIndexDescription;

const HOLDS = { ALL: 'all', KEYS_ONLY: 'keys', INCLUDE: 'some' } as const;

function keyOf(schema: readonly KeySchemaElement[], types: readonly AttributeDefinition[]): TableKey {
  const partOf = (kind: 'HASH' | 'RANGE'): KeyAttribute | null => {
    const name = schema.find((element) => element.KeyType === kind)?.AttributeName;
    if (name === undefined) return null;
    const type = types.find((one) => one.AttributeName === name)?.AttributeType;
    return { name, type: told(type, `the type of the key ${name}`) };
  };
  return { hash: told(partOf('HASH'), 'the key of a table'), range: partOf('RANGE') };
}
