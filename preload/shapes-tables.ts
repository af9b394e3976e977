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
  readonly indexes: readonly { readonly name: string; readonly key: TableKey }[];
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

/** A condition on the sort key of a partition. `to` is for `between` alone. */
export type SortCondition = {
  readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'begins' | 'between';
  readonly value: string;
  readonly to: string | null;
};

/** All conditions must be met. `path` leads through maps: `['air_temperature', 'value']`. `exists` and `missing` need no value. */
export type ItemFilter = {
  readonly path: readonly string[];
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'begins' | 'contains' | 'exists' | 'missing';
  readonly value: string;
  readonly type: 'S' | 'N' | 'BOOL';
};

export type ItemQuestion = {
  readonly table: string;
  readonly index: string | null;
  /** The partition's key as text (base64 for bytes); null reads all partitions. */
  readonly partition: string | null;
  /** In one partition only. */
  readonly sort: SortCondition | null;
  readonly filters: readonly ItemFilter[];
  /** The order within a partition; a scan has none. */
  readonly newestFirst: boolean;
  readonly token: string | null;
};
