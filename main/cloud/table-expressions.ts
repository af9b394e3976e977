/** What a person asks of a table as DynamoDB's expressions, checked here where AWS's own refusal would not say which field to mend. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AppError } from '../../preload/errors.ts';
import type { ItemFilter, ItemQuestion, KeyAttribute, SortCondition, TableKey } from '../../preload/shapes-tables.ts';

export type Expressions = {
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
};

/**
 * `key` is that of what is read, the table or its index. Every name goes by a placeholder: many plain words are reserved in expressions.
 * AppError `cloud.badKeyValue`, `cloud.badSortCondition`, `cloud.badFilterValue`, `cloud.filterOnKey`.
 */
export function expressionsOf({ partition, sort, filters }: ItemQuestion, { hash, range }: TableKey): Expressions {
  const placeholders = openPlaceholders();
  const keyConditions: string[] = [];
  if (partition !== null) {
    keyConditions.push(`${placeholders.name([hash.name])} = ${placeholders.value(keyValue(hash, partition))}`);
    for (const filter of filters) refuseKey(filter, hash, range);
  }
  if (sort !== null) {
    if (partition === null || range === null) throw noSortKey(partition);
    keyConditions.push(sortCondition(sort, range, placeholders));
  }
  const conditions = filters.map((filter) => filterCondition(filter, placeholders));
  return {
    ...(keyConditions.length === 0 ? {} : { KeyConditionExpression: keyConditions.join(' AND ') }),
    ...(conditions.length === 0 ? {} : { FilterExpression: conditions.join(' AND ') }),
    ...placeholders.given(),
  };
}

type Placeholders = {
  readonly name: (path: readonly string[]) => string;
  readonly value: (value: AttributeValue) => string;
  readonly given: () => Pick<Expressions, 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>;
};

function openPlaceholders(): Placeholders {
  const names = new Map<string, string>();
  const values: Record<string, AttributeValue> = {};
  return {
    name: (path) =>
      path
        .map((name) => {
          const placeholder = names.get(name) ?? `#n${names.size}`;
          names.set(name, placeholder);
          return placeholder;
        })
        .join('.'),
    value: (value) => {
      const placeholder = `:v${Object.keys(values).length}`;
      values[placeholder] = value;
      return placeholder;
    },
    given: () => ({
      ...(names.size === 0
        ? {}
        : {
            ExpressionAttributeNames: Object.fromEntries([...names].map(([name, placeholder]) => [placeholder, name])),
          }),
      ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
    }),
  };
}

function sortCondition(
  { operator, value, to }: SortCondition,
  range: KeyAttribute,
  placeholders: Placeholders,
): string {
  const name = placeholders.name([range.name]);
  const first = placeholders.value(keyValue(range, value));
  switch (operator) {
    case 'begins':
      if (range.type === 'N') {
        throw new AppError(
          'cloud.badSortCondition',
          `The sort key "${range.name}" is a number: it cannot begin with one.`,
          {
            hint: 'Ask for a range of numbers instead.',
          },
        );
      }
      return `begins_with(${name}, ${first})`;
    case 'between':
      if (to === null) {
        throw new AppError('cloud.badSortCondition', `A range of the sort key "${range.name}" needs its end.`, {
          hint: 'Give both ends, or ask for all keys from the first one on.',
        });
      }
      return `${name} BETWEEN ${first} AND ${placeholders.value(keyValue(range, to))}`;
    case '=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return `${name} ${operator} ${first}`;
  }
}

function noSortKey(partition: string | null): AppError {
  return partition === null
    ? new AppError('cloud.badSortCondition', 'Sort keys can be asked for within one partition only.', {
        hint: 'Give the partition key, or use a filter.',
      })
    : new AppError('cloud.badSortCondition', 'What is read has no sort key.', {
        hint: 'Use a filter, or choose an index with a sort key.',
      });
}

function refuseKey({ path }: ItemFilter, hash: KeyAttribute, range: KeyAttribute | null): void {
  const [name] = path;
  if (name !== hash.name && name !== range?.name) return;
  throw new AppError('cloud.filterOnKey', `Within a partition a filter cannot speak of its key "${name}".`, {
    hint: name === hash.name ? 'Leave that filter out.' : 'Use the condition on the sort key instead.',
  });
}

function filterCondition({ path, operator, value, type }: ItemFilter, placeholders: Placeholders): string {
  const name = placeholders.name(path);
  switch (operator) {
    case 'exists':
      return `attribute_exists(${name})`;
    case 'missing':
      return `attribute_not_exists(${name})`;
    case 'begins':
      return `begins_with(${name}, ${placeholders.value(filterValue(type, value))})`;
    case 'contains':
      return `contains(${name}, ${placeholders.value(filterValue(type, value))})`;
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return `${name} ${operator} ${placeholders.value(filterValue(type, value))}`;
  }
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function keyValue({ name, type }: KeyAttribute, text: string): AttributeValue {
  if (text === '') {
    throw new AppError('cloud.badKeyValue', `The key "${name}" is never empty.`, { hint: 'Give a value for it.' });
  }
  switch (type) {
    case 'S':
      return { S: text };
    case 'N':
      if (NUMBER.test(text)) return { N: text };
      throw new AppError('cloud.badKeyValue', `The key "${name}" is a number, and "${text}" is none.`, {
        hint: 'Write it in digits, for example 1389700380000 or -12.5.',
      });
    case 'B':
      if (BASE64.test(text)) return { B: Buffer.from(text, 'base64') };
      throw new AppError('cloud.badKeyValue', `The key "${name}" is bytes, and "${text}" is not their base64.`, {
        hint: 'Write the bytes in base64, for example AQID for the bytes 1, 2 and 3.',
      });
  }
}

function filterValue(type: ItemFilter['type'], text: string): AttributeValue {
  switch (type) {
    case 'S':
      return { S: text };
    case 'N':
      if (NUMBER.test(text)) return { N: text };
      throw new AppError('cloud.badFilterValue', `A filter compares with a number, and "${text}" is none.`, {
        hint: 'Write it in digits, or compare with text.',
      });
    case 'BOOL':
      return { BOOL: text === 'true' };
  }
}
