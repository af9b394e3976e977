/** Reads the items of a table page by page: one partition in its order, or all, with filters that the target applies. */
import {
  QueryCommand,
  ScanCommand,
  type AttributeValue,
  type QueryCommandInput,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AppError } from '../../preload/errors.ts';
import type {
  ItemFilter,
  ItemQuestion,
  KeyAttribute,
  SortCondition,
  TableItem,
  TableKey,
  TablePage,
} from '../../preload/shapes-tables.ts';
import type { Clients } from './clients.ts';
import { findTable } from './tables.ts';
import { itemOf, startKeyOf, tokenOf } from './table-values.ts';

const PAGE_ITEMS = 100;
/** Of items looked at in one request when most of them may be filtered out. */
const FILTERED_ITEMS = 1000;
/** Requests for one page: after these the person sees what was found so far and can go on. */
const MOST_REQUESTS = 8;

/**
 * A page of about a hundred items; fewer, also none, with a token, when a filter lets few pass.
 * AppError `cloud.noTable`, `cloud.noIndex`, `cloud.badToken`; AWS's refusals keep their names.
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

/** Every name goes by a placeholder: many plain words are reserved in expressions. */
function expressionsOf({ partition, sort, filters }: ItemQuestion, { hash, range }: TableKey) {
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const named = (path: readonly string[]): string =>
    path
      .map((name) => {
        const known = Object.entries(names).find(([, one]) => one === name)?.[0];
        const placeholder = known ?? `#n${Object.keys(names).length}`;
        names[placeholder] = name;
        return placeholder;
      })
      .join('.');
  const valued = (value: AttributeValue): string => {
    const placeholder = `:v${Object.keys(values).length}`;
    values[placeholder] = value;
    return placeholder;
  };

  const keyConditions: string[] = [];
  if (partition !== null) {
    keyConditions.push(`${named([hash.name])} = ${valued(keyValue(hash, partition))}`);
    if (sort !== null && range !== null) keyConditions.push(sortCondition(sort, range, named, valued));
  }
  const conditions = filters.map((filter) => filterCondition(filter, named, valued));
  return {
    ...(keyConditions.length === 0 ? {} : { KeyConditionExpression: keyConditions.join(' AND ') }),
    ...(conditions.length === 0 ? {} : { FilterExpression: conditions.join(' AND ') }),
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
}

type Named = (path: readonly string[]) => string;
type Valued = (value: AttributeValue) => string;

function sortCondition(
  { operator, value, to }: SortCondition,
  range: KeyAttribute,
  named: Named,
  valued: Valued,
): string {
  const name = named([range.name]);
  const first = valued(keyValue(range, value));
  switch (operator) {
    case 'begins':
      return `begins_with(${name}, ${first})`;
    case 'between':
      return `${name} BETWEEN ${first} AND ${valued(keyValue(range, to ?? value))}`;
    case '=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return `${name} ${operator} ${first}`;
  }
}

function filterCondition({ path, operator, value, type }: ItemFilter, named: Named, valued: Valued): string {
  const name = named(path);
  switch (operator) {
    case 'exists':
      return `attribute_exists(${name})`;
    case 'missing':
      return `attribute_not_exists(${name})`;
    case 'begins':
      return `begins_with(${name}, ${valued(filterValue(type, value))})`;
    case 'contains':
      return `contains(${name}, ${valued(filterValue(type, value))})`;
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return `${name} ${operator} ${valued(filterValue(type, value))}`;
  }
}

function keyValue({ type }: KeyAttribute, text: string): AttributeValue {
  switch (type) {
    case 'S':
      return { S: text };
    case 'N':
      return { N: text };
    case 'B':
      return { B: Buffer.from(text, 'base64') };
  }
}

function filterValue(type: ItemFilter['type'], text: string): AttributeValue {
  switch (type) {
    case 'S':
      return { S: text };
    case 'N':
      return { N: text };
    case 'BOOL':
      return { BOOL: text === 'true' };
  }
}
