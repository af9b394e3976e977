/** TransactWriteItems and TransactGetItems: all of it or nothing, also on disk. */
import { AwsError, type JsonOperations, type LabIdentity } from '../services.ts';
import { itemSize } from './attribute.ts';
import { consumedByTable, readUnits, writeUnits } from './capacity.ts';
import { viewOf } from './item-operations.ts';
import { itemInputs } from './item-input.ts';
import {
  bytesWritten,
  checkOf,
  deleteOf,
  keyTextOf,
  putOf,
  refuseTwice,
  updateOf,
  type ItemWrite,
} from './item-write.ts';
import { invalid, noTable } from './refusals.ts';
import type { ItemChange, Store } from './store.ts';
import { checked } from './table-input.ts';
import { nameOf } from './table-operations.ts';
import type { Table } from './table.ts';
import { openTransactionTokens } from './transaction-tokens.ts';

type Reason = { readonly Code: string; readonly Message?: string; readonly Item?: unknown };
type TransactWrite = ReturnType<typeof itemInputs.transactWrite.parse>;
type TransactItem = TransactWrite['TransactItems'][number];

export function transactOperations(store: Store, identity: LabIdentity): JsonOperations {
  const tableOf = (asked: string): Table => {
    const table = store.findActive(nameOf(asked, identity));
    if (table === undefined) throw noTable();
    return table;
  };
  const tokens = openTransactionTokens();
  const write = async (asked: TransactWrite): Promise<object> => {
    const writes = asked.TransactItems.map((item) => writeOf(item, tableOf));
    refuseTwice(writes, 'Transaction request cannot include multiple operations on one item');
    const units = new Map<string, number>();
    const reasons: Reason[] = [];
    const changes: ItemChange[] = [];
    for (const { table, key, next } of writes) {
      const before = table.get(key);
      try {
        const item = next(before);
        if (item !== undefined && (item !== null || before !== undefined)) changes.push({ table, key, item });
        const { name } = table.record();
        units.set(name, (units.get(name) ?? 0) + 2 * writeUnits(bytesWritten(before, item)));
        reasons.push({ Code: 'None' });
      } catch (error) {
        reasons.push(reasonOf(error));
      }
    }
    if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
    if (changes.length > 0) await store.write(changes);
    return consumedByTable(asked.ReturnConsumedCapacity, units);
  };
  return {
    TransactWriteItems: async (input) => {
      const asked = checked(input, itemInputs.transactWrite);
      return tokens.once(asked.ClientRequestToken, asked.TransactItems, () => write(asked));
    },
    TransactGetItems: (input) => {
      const asked = checked(input, itemInputs.transactGet);
      const units = new Map<string, number>();
      const responses = asked.TransactItems.map(({ Get }) => {
        const table = tableOf(Get.TableName);
        const item = table.get(keyTextOf(table, Get.Key));
        const view = viewOf(Get);
        const { name } = table.record();
        units.set(name, (units.get(name) ?? 0) + 2 * readUnits(item === undefined ? 0 : itemSize(item), true));
        return item === undefined ? {} : { Item: view(item) };
      });
      return { Responses: responses, ...consumedByTable(asked.ReturnConsumedCapacity, units) };
    },
  };
}

function writeOf({ Put, Delete, Update, ConditionCheck }: TransactItem, tableOf: (name: string) => Table): ItemWrite {
  const given = [Put, Delete, Update, ConditionCheck].filter((one) => one !== undefined);
  if (given.length === 1) {
    if (Put !== undefined) return putOf(tableOf(Put.TableName), Put);
    if (Delete !== undefined) return deleteOf(tableOf(Delete.TableName), Delete);
    if (Update !== undefined) return updateOf(tableOf(Update.TableName), Update);
    if (ConditionCheck !== undefined) return checkOf(tableOf(ConditionCheck.TableName), ConditionCheck);
  }
  throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
}

function reasonOf(error: unknown): Reason {
  if (!(error instanceof AwsError)) throw error;
  if (error.code === 'ValidationException') return { Code: 'ValidationError', Message: error.message };
  const { Item } = error.fields;
  return { Code: 'ConditionalCheckFailed', Message: error.message, ...(Item === undefined ? {} : { Item }) };
}

function cancelled(reasons: readonly Reason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons: reasons },
  );
}
