/** One change of one item: read from a request, then tried against the item that is there. Shared by single calls and transactions. */
import type { Item } from '../services.ts';
import { itemSize, readItem } from './attribute.ts';
import { applyUpdate } from './expression/apply-update.ts';
import { parseCondition, type Condition } from './expression/condition.ts';
import { meets } from './expression/evaluate.ts';
import type { Path } from './expression/path.ts';
import { openPlaceholders } from './expression/placeholders.ts';
import { parseUpdate, type Change } from './expression/update.ts';
import { checkItem } from './item-check.ts';
import { checkWholeKey, keyText } from './key-text.ts';
import { conditionFailed, invalid, invalidParameter } from './refusals.ts';
import { namesOf } from './table-record.ts';
import type { Table } from './table.ts';

export type ItemWrite = {
  readonly table: Table;
  readonly key: string;
  /**
   * What becomes of the item: null removes it, undefined leaves it as it is (a mere check). Throws AwsError ConditionalCheckFailedException,
   * ValidationException.
   */
  readonly next: (before: Item | undefined) => Item | null | undefined;
  /** The document paths that an update touches. */
  readonly paths: readonly Path[];
};

type Asked = {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
  readonly ReturnValuesOnConditionCheckFailure: 'ALL_OLD' | 'NONE';
};

type Document = Readonly<Record<string, unknown>>;

/** A change that needs no look at the item before. */
export type PlainWrite = { readonly table: Table; readonly key: string; readonly item: Item | null };

/** Throws AwsError ValidationException, as all here. */
export function plainPut(table: Table, given: Document): PlainWrite {
  const item = readItem(given);
  checkItem(table, item);
  return { table, key: keyText(table.record().key, item), item };
}

export function plainRemoval(table: Table, given: Document): PlainWrite {
  return { table, key: keyTextOf(table, given), item: null };
}

export function putOf(table: Table, asked: Asked & { readonly Item: Document }): ItemWrite {
  return onCondition(asked, () => plainPut(table, asked.Item));
}

export function deleteOf(table: Table, asked: Asked & { readonly Key: Document }): ItemWrite {
  return onCondition(asked, () => plainRemoval(table, asked.Key));
}

/** Undefined leaves the item as it is. */
export function checkOf(table: Table, asked: Asked & { readonly Key: Document }): ItemWrite {
  return onCondition(asked, () => ({ table, key: keyTextOf(table, asked.Key), item: undefined }));
}

type Fixed = Omit<PlainWrite, 'item'> & { readonly item: Item | null | undefined };

function onCondition(asked: Asked, change: () => Fixed): ItemWrite {
  const { condition } = expressionsOf(asked);
  const { table, key, item } = change();
  return {
    table,
    key,
    paths: [],
    next: (before) => {
      checkCondition(before, condition, asked);
      return item;
    },
  };
}

type UpdateAsked = Asked & {
  readonly Key: Document;
  readonly UpdateExpression?: string | undefined;
};

export function updateOf(table: Table, asked: UpdateAsked): ItemWrite {
  const { condition, changes } = expressionsOf(asked);
  const keys = namesOf(table.record().key);
  for (const { path } of changes) {
    const [name] = path;
    if (typeof name === 'string' && keys.includes(name)) {
      throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
    }
  }
  const key = readItem(asked.Key);
  checkWholeKey(table.record().key, key);
  return {
    table,
    key: keyText(table.record().key, key),
    paths: changes.map(({ path }) => path),
    next: (before) => {
      checkCondition(before, condition, asked);
      const item = applyUpdate(before ?? key, changes);
      checkItem(table, item, 'Item size to update has exceeded the maximum allowed size');
      return item;
    },
  };
}

/** The text of a whole key as a request names it. */
export function keyTextOf(table: Table, given: Document): string {
  const key = readItem(given);
  checkWholeKey(table.record().key, key);
  return keyText(table.record().key, key);
}

function expressionsOf(asked: Asked & { readonly UpdateExpression?: string | undefined }): {
  readonly condition: Condition | undefined;
  readonly changes: readonly Change[];
} {
  const { ConditionExpression, UpdateExpression } = asked;
  const placeholders = openPlaceholders(asked, ConditionExpression !== undefined || UpdateExpression !== undefined);
  const changes = UpdateExpression === undefined ? [] : parseUpdate(UpdateExpression, placeholders);
  const condition =
    ConditionExpression === undefined
      ? undefined
      : parseCondition(ConditionExpression, 'ConditionExpression', placeholders);
  placeholders.checkUsed();
  return { condition, changes };
}

function checkCondition(before: Item | undefined, condition: Condition | undefined, asked: Asked): void {
  if (condition === undefined || meets(before ?? {}, condition)) return;
  throw conditionFailed(asked.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? before : undefined);
}

/** Bytes that a write counts: of the larger of the two items. */
export function bytesWritten(before: Item | undefined, next: Item | null | undefined): number {
  return Math.max(
    before === undefined ? 0 : itemSize(before),
    next === null || next === undefined ? 0 : itemSize(next),
  );
}

/** Two requests of one call for the same item are refused: which one comes first would be chance. Throws AwsError ValidationException. */
export function refuseTwice(places: readonly { readonly table: Table; readonly key: string }[], message: string): void {
  const seen = new Set(places.map(({ table, key }) => `${table.record().id}/${key}`));
  if (seen.size < places.length) throw invalid(message);
}
