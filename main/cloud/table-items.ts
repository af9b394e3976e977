/** Reads the items of a table page by page: one partition in its order, or all, with filters that the target applies. */
import { QueryCommand, ScanCommand, type QueryCommandInput, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { AppError } from '../../preload/errors.ts';
import type { ItemQuestion, TableItem, TableKey, TablePage } from '../../preload/shapes-tables.ts';
import type { Clients } from './clients.ts';
import { expressionsOf } from './table-expressions.ts';
import { findTable } from './tables.ts';
import { itemOf, startKeyOf, tokenOf } from './table-values.ts';

const PAGE_ITEMS = 100;
/** Of items looked at in one request when most of them may be filtered out. */
const FILTERED_ITEMS = 1000;
/** Requests for one page: after these the person sees what was found so far and can go on. */
const MOST_REQUESTS = 8;

/**
 * A page of about a hundred items; fewer, also none, with a token, when a filter lets few pass.
 * AppErrors as `ItemQuestion` says; AWS's refusals keep their names.
 */
export async function readItems(clients: Clients, question: ItemQuestion): Promise<TablePage> {
  const key = await keyFor(clients, question);
  const common = {
    TableName: question.table,
    ...(question.index === null ? {} : { IndexName: question.index }),
    Limit: question.filters.length === 0 ? PAGE_ITEMS : FILTERED_ITEMS,
  };
  const expressions = expressionsOf(question, key);
  const items: TableItem[] = [];
  let scanned = 0;
  let start = question.token === null ? undefined : startKeyOf(question.token);
  for (let request = 0; request < MOST_REQUESTS; request++) {
    const input = { ...common, ...expressions, ...(start === undefined ? {} : { ExclusiveStartKey: start }) };
    const page = await ask(clients, input, question);
    items.push(...(page.Items ?? []).map(itemOf));
    scanned += page.ScannedCount ?? 0;
    start = page.LastEvaluatedKey;
    if (start === undefined || items.length >= PAGE_ITEMS) break;
  }
  return { items, scanned, token: start === undefined ? null : tokenOf(start) };
}

function ask({ dynamodb }: Clients, input: QueryCommandInput & ScanCommandInput, question: ItemQuestion) {
  return question.partition === null
    ? dynamodb.send(new ScanCommand(input))
    : dynamodb.send(new QueryCommand({ ...input, ScanIndexForward: !question.newestFirst }));
}

async function keyFor(clients: Clients, { table, index }: ItemQuestion): Promise<TableKey> {
  const state = await findTable(clients, table);
  if (state === null) {
    throw new AppError('cloud.noTable', `There is no table "${table}" on the target.`, {
      hint: 'Look at the list of tables again.',
    });
  }
  if (index === null) return state.key;
  const found = state.indexes.find(({ name }) => name === index);
  if (found !== undefined) return found.key;
  throw new AppError('cloud.noIndex', `The table "${table}" has no index "${index}".`, {
    hint: 'Read the table itself, or choose one of its indexes.',
  });
}
