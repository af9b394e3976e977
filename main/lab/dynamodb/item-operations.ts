/** DynamoDB's operations on single items and on batches of them. */
import type { Item, JsonOperations, LabIdentity } from '../services.ts';
import { itemSize } from './attribute.ts';
import { consumed, consumedByTable, readUnits, writeUnits, type CapacityAsked } from './capacity.ts';
import type { Path } from './expression/path.ts';
import { openPlaceholders } from './expression/placeholders.ts';
import { parseProjection, project } from './expression/projection.ts';
import { itemInputs } from './item-input.ts';
import {
  bytesWritten,
  deleteOf,
  keyTextOf,
  plainPut,
  plainRemoval,
  putOf,
  refuseTwice,
  updateOf,
  type ItemWrite,
  type PlainWrite,
} from './item-write.ts';
import { invalid, noTable } from './refusals.ts';
import type { Store } from './store.ts';
import { checked } from './table-input.ts';
import { nameOf } from './table-operations.ts';
import type { Table } from './table.ts';

const MOST_WRITES = 25;
const MOST_READS = 100;
const PAGE_BYTES = 16 * 1024 * 1024;
const TWICE = 'Provided list of item keys contains duplicates';

export function itemOperations(store: Store, identity: LabIdentity): JsonOperations {
  /** Throws AwsError ResourceNotFoundException. */
  const tableOf = (asked: string): Table => {
    const table = store.findActive(nameOf(asked, identity));
    if (table === undefined) throw noTable();
    return table;
  };
  const perform = async (change: ItemWrite, asked: Answering): Promise<object> => {
    const { table, key, paths } = change;
    const before = table.get(key);
    const item = change.next(before) ?? null;
    if (item !== null || before !== undefined) await store.write([{ table, key, item }]);
    const units = writeUnits(bytesWritten(before, item));
    return {
      ...returned(asked.ReturnValues, before, item, paths),
      ...consumed(asked.ReturnConsumedCapacity, table.record().name, units),
    };
  };

  return {
    PutItem: async (input) => {
      const asked = checked(input, itemInputs.put);
      return perform(putOf(tableOf(asked.TableName), asked), asked);
    },
    DeleteItem: async (input) => {
      const asked = checked(input, itemInputs.remove);
      return perform(deleteOf(tableOf(asked.TableName), asked), asked);
    },
    UpdateItem: async (input) => {
      const asked = checked(input, itemInputs.update);
      return perform(updateOf(tableOf(asked.TableName), asked), asked);
    },
    GetItem: (input) => {
      const asked = checked(input, itemInputs.get);
      const table = tableOf(asked.TableName);
      const view = viewOf(asked);
      const item = table.get(keyTextOf(table, asked.Key));
      const units = readUnits(item === undefined ? 0 : itemSize(item), asked.ConsistentRead);
      return {
        ...(item === undefined ? {} : { Item: view(item) }),
        ...consumed(asked.ReturnConsumedCapacity, table.record().name, units),
      };
    },
    BatchWriteItem: async (input) => {
      const asked = checked(input, itemInputs.batchWrite);
      const changes = Object.entries(asked.RequestItems).flatMap(([name, requests]) => {
        const table = tableOf(name);
        return requests.map((request) => batchedWrite(table, request));
      });
      if (changes.length === 0) throw emptyBatch('requestItems');
      if (changes.length > MOST_WRITES) throw invalid('Too many items requested for the BatchWriteItem call');
      refuseTwice(changes, TWICE);
      const units = new Map<string, number>();
      if (asked.ReturnConsumedCapacity !== 'NONE') {
        for (const { table, key, item } of changes)
          addUnits(units, table, writeUnits(bytesWritten(table.get(key), item)));
      }
      await store.write(changes);
      return { UnprocessedItems: {}, ...consumedByTable(asked.ReturnConsumedCapacity, units) };
    },
    BatchGetItem: (input) => {
      const { RequestItems, ReturnConsumedCapacity } = checked(input, itemInputs.batchGet);
      const wanted = Object.entries(RequestItems).map(([name, asked]) => {
        const table = tableOf(name);
        const places = asked.Keys.map((given) => ({ table, key: keyTextOf(table, given), given }));
        return { name, asked, places, view: viewOf(asked) };
      });
      const places = wanted.flatMap((one) => one.places);
      if (places.length === 0) throw emptyBatch('requestItems');
      if (places.length > MOST_READS) throw invalid('Too many items requested for the BatchGetItem call');
      refuseTwice(places, TWICE);

      const units = new Map<string, number>();
      let bytes = 0;
      const responses: [string, Item[]][] = [];
      const left: [string, object][] = [];
      for (const { name, asked, places: mine, view } of wanted) {
        const items: Item[] = [];
        const unread: unknown[] = [];
        for (const { table, key, given } of mine) {
          const item = table.get(key);
          const size = item === undefined ? 0 : itemSize(item);
          if (bytes + size > PAGE_BYTES) {
            unread.push(given);
            continue;
          }
          bytes += size;
          addUnits(units, table, readUnits(size, asked.ConsistentRead));
          if (item !== undefined) items.push(view(item));
        }
        responses.push([name, items]);
        if (unread.length > 0) left.push([name, { ...asked, Keys: unread }]);
      }
      return {
        Responses: Object.fromEntries(responses),
        UnprocessedKeys: Object.fromEntries(left),
        ...consumedByTable(ReturnConsumedCapacity, units),
      };
    },
  };
}

type Answering = {
  readonly ReturnValues: 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW';
  readonly ReturnConsumedCapacity: CapacityAsked;
};

/** What the caller sees of an item. Throws AwsError ValidationException. */
export function viewOf(asked: {
  readonly ProjectionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
}): (item: Item) => Item {
  const { ProjectionExpression, ExpressionAttributeNames } = asked;
  const placeholders = openPlaceholders({ ExpressionAttributeNames }, ProjectionExpression !== undefined);
  if (ProjectionExpression === undefined) return (item) => item;
  const paths = parseProjection(ProjectionExpression, placeholders);
  placeholders.checkUsed();
  return (item) => project(item, paths);
}

function returned(
  asked: Answering['ReturnValues'],
  before: Item | undefined,
  item: Item | null,
  paths: readonly Path[],
): { readonly Attributes?: Item } {
  const told = asked === 'ALL_OLD' || asked === 'UPDATED_OLD' ? before : asked === 'NONE' ? undefined : item;
  if (told === undefined || told === null) return {};
  if (asked === 'ALL_OLD' || asked === 'ALL_NEW') return { Attributes: told };
  const touched = project(told, paths);
  return Object.keys(touched).length === 0 ? {} : { Attributes: touched };
}

type BatchedRequest = {
  readonly PutRequest?: { readonly Item: Readonly<Record<string, unknown>> } | undefined;
  readonly DeleteRequest?: { readonly Key: Readonly<Record<string, unknown>> } | undefined;
};

function batchedWrite(table: Table, { PutRequest, DeleteRequest }: BatchedRequest): PlainWrite {
  if (PutRequest !== undefined && DeleteRequest === undefined) return plainPut(table, PutRequest.Item);
  if (DeleteRequest !== undefined && PutRequest === undefined) return plainRemoval(table, DeleteRequest.Key);
  throw invalid(
    'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
  );
}

function addUnits(units: Map<string, number>, table: Table, more: number): void {
  const { name } = table.record();
  units.set(name, (units.get(name) ?? 0) + more);
}

function emptyBatch(member: string) {
  return invalid(
    `1 validation error detected: Value '{}' at '${member}' failed to satisfy constraint: Member must have length greater than or equal to 1`,
  );
}
