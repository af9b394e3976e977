/** What the lab's Athena and the engine hand each other. Main relays between the two processes; neither room knows the other. */

export type TableReference = { readonly database: string; readonly table: string };

/** Hive type spelling as in the Glue catalog, e.g. `array<struct<coverage:double>>`. */
export type LakeColumn = {
  readonly name: string;
  readonly type: string;
  /** The key in the files and the type with the keys in the files' own spelling, where these differ from the catalogue's lower case. */
  readonly jsonKey?: string;
  readonly jsonType?: string;
};

export type LakeFile = {
  /** Absolute path on disk. */
  readonly path: string;
  readonly compression: 'none' | 'gzip';
  /** One per partition key, in order. */
  readonly partition: readonly string[];
};

export type LakeTable = TableReference & {
  readonly columns: readonly LakeColumn[];
  readonly partitionKeys: readonly LakeColumn[];
  readonly format: 'json' | 'csv' | 'parquet';
  readonly files: readonly LakeFile[];
};

export type QueryPlan =
  | { readonly kind: 'select'; readonly tables: readonly TableReference[] }
  | { readonly kind: 'showDatabases' }
  | { readonly kind: 'showTables'; readonly database: string }
  | { readonly kind: 'describe'; readonly table: TableReference };

export type ResultColumn = {
  readonly name: string;
  readonly type: string;
  readonly precision: number;
  readonly scale: number;
  readonly caseSensitive: boolean;
};

export type QueryResult = {
  readonly columns: readonly ResultColumn[];
  readonly rows: number;
  readonly scannedBytes: number;
};

/** A query to run and where its result goes. */
export type QueryRun = {
  readonly id: string;
  readonly sql: string;
  readonly database: string;
  readonly tables: readonly LakeTable[];
  /** Absolute path of a file that does not exist yet. */
  readonly resultFile: string;
};

/** The engine's questions and answers. */
export type QueryEngine = {
  /** Parses Athena SQL. Rejects with code `athena.MALFORMED_QUERY` (text `line L:C: …`) or `athena.NOT_SUPPORTED` for what the lab does not run yet. */
  readonly analyse: (input: { readonly sql: string; readonly database: string }) => QueryPlan;
  /** Runs a SELECT and writes Athena's result CSV to `resultFile`. Rejects with `athena.<ERROR_NAME>` and Athena's text. */
  readonly run: (input: QueryRun) => QueryResult;
  readonly cancel: (input: { readonly id: string }) => null;
};
