/** What crosses the border of DynamoDB's tables: what they are, and their items page by page. Times are epoch milliseconds. */

export type KeyAttribute = { readonly name: string; readonly type: 'S' | 'N' | 'B' };

export type TableKey = { readonly hash: KeyAttribute; readonly range: KeyAttribute | null };

export type TableState = {
  readonly name: string;
  readonly status: string;
  readonly created: number;
  /** As the target tells it; AWS counts anew every six hours or so. */
  readonly items: number;
  readonly bytes: number;
  readonly key: TableKey;
  readonly indexes: readonly TableIndex[];
};

/** Local ones share the table's partitions. Only items that have all of the index's keys lie in it. */
export type TableIndex = {
  readonly name: string;
  readonly key: TableKey;
  readonly isGlobal: boolean;
  /** What of an item is read by this index: all of it, its keys (of the table and of the index) alone, or these and some more. */
  readonly holds: 'all' | 'keys' | 'some';
};

/** DynamoDB JSON. Numbers are text, so that none of their 38 digits is lost; bytes are base64. */
export type TableValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly M: TableItem }
  | { readonly L: readonly TableValue[] }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] };

export type TableItem = { readonly [name: string]: TableValue };

export type TablePage = {
  readonly items: readonly TableItem[];
  /** Items that were looked at for these, filtered ones too. */
  readonly scanned: number;
  /** For the next page; null after the last one. */
  readonly token: string | null;
};

/**
 * A condition on the sort key of what is read (of the index, where one is chosen). Numbers are compared by value, text and bytes byte by
 * byte. `begins` is for text and bytes alone. `value` and `to` are written as `ItemQuestion.partition` is; `to` (included) is for `between`
 * alone and needed there.
 */
export type SortCondition = {
  readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'begins' | 'between';
  readonly value: string;
  readonly to: string | null;
};

/**
 * All conditions must be met. `path` leads through maps: `['air_temperature', 'value']`. `exists` and `missing` need no value. Within a
 * partition a filter cannot speak of the keys of what is read: DynamoDB wants `SortCondition` for that (`cloud.filterOnKey`).
 */
export type ItemFilter = {
  readonly path: readonly string[];
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'begins' | 'contains' | 'exists' | 'missing';
  readonly value: string;
  readonly type: 'S' | 'N' | 'BOOL';
};

/**
 * What `tables.items` is asked. Anything but `token` that changes begins a new reading: a token continues the question that it came from.
 *
 * Refused with an AppError whose sentence is meant for people: `cloud.noTable`, `cloud.noIndex`, `cloud.badToken`, `cloud.badKeyValue` (not
 * of the key's type: the panel may show it at the field), `cloud.badSortCondition` (a sort condition that cannot be asked),
 * `cloud.badFilterValue`, `cloud.filterOnKey`; AWS's own refusals keep their names (`aws.ValidationException`).
 */
export type ItemQuestion = {
  readonly table: string;
  /** One of `TableState.indexes`; null reads the table itself. */
  readonly index: string | null;
  /**
   * The partition key of what is read (of the index, where one is chosen), as `KeyAttribute.type` says: `S` the text itself, `N` digits as
   * in `-12.50`, `B` base64. Null reads all partitions.
   */
  readonly partition: string | null;
  /** Only with a partition, and only where what is read has a sort key. */
  readonly sort: SortCondition | null;
  readonly filters: readonly ItemFilter[];
  /** The order within a partition; a scan has none. */
  readonly newestFirst: boolean;
  readonly token: string | null;
};
