/** What a person has chosen to read of a table's keys, and the question that main is asked for it. */
import type { ItemQuestion, KeyAttribute, SortCondition, TableKey, TableState } from '../../preload/shapes-tables.ts';

export type KeyChoice = {
  /** Null reads the table itself. */
  readonly index: string | null;
  /** As typed; empty reads all partitions. */
  readonly partition: string;
  readonly operator: SortCondition['operator'];
  /** Empty: all of the partition. */
  readonly value: string;
  readonly to: string;
  readonly newestFirst: boolean;
};

export const EVERYTHING: KeyChoice = {
  index: null,
  partition: '',
  operator: '=',
  value: '',
  to: '',
  newestFirst: true,
};

/** Of what is read. */
export function keyOf(table: TableState, index: string | null): TableKey {
  return table.indexes.find(({ name }) => name === index)?.key ?? table.key;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether the text cannot be a key of this type. */
export function keyFault({ type }: KeyAttribute, text: string): boolean {
  switch (type) {
    case 'S':
      return false;
    case 'N':
      return !/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text.trim());
    case 'B':
      return !BASE64.test(text.trim());
  }
}

/** Null while what is typed cannot be asked yet. */
export function questionOf(
  table: TableState,
  choice: KeyChoice,
): Pick<ItemQuestion, 'index' | 'partition' | 'sort' | 'newestFirst'> | null {
  const { index, operator, newestFirst } = choice;
  const { hash, range } = keyOf(table, index);
  const typed = (part: KeyAttribute, text: string): string => (part.type === 'S' ? text : text.trim());
  const partition = typed(hash, choice.partition);
  if (partition === '') return { index, partition: null, sort: null, newestFirst };
  if (keyFault(hash, partition)) return null;
  if (range === null || choice.value === '') return { index, partition, sort: null, newestFirst };
  const value = typed(range, choice.value);
  const to = operator === 'between' ? typed(range, choice.to) : null;
  if (to === '' || keyFault(range, value) || (to !== null && keyFault(range, to))) return null;
  return { index, partition, sort: { operator, value, to }, newestFirst };
}
