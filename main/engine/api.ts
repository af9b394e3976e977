/** What the engine process offers to main. The shapes equal `LabEngine` in main/lab; main/control wires the two and the compiler compares them. */

export type EngineTableReference = { readonly database: string; readonly table: string };

export type EngineColumn = {
  readonly name: string;
  readonly type: string;
  /** The key in the files and the type with the keys in the files' own spelling, where these differ from the catalogue's lower case. */
  readonly jsonKey?: string;
  readonly jsonType?: string;
};

export type EngineFile = {
  readonly path: string;
  readonly compression: 'none' | 'gzip';
  readonly partition: readonly string[];
};

export type EngineTable = EngineTableReference & {
  readonly columns: readonly EngineColumn[];
  readonly partitionKeys: readonly EngineColumn[];
  readonly format: 'json' | 'csv' | 'parquet';
  readonly files: readonly EngineFile[];
};

export type EnginePlan =
  | { readonly kind: 'select'; readonly tables: readonly EngineTableReference[] }
  | { readonly kind: 'showDatabases' }
  | { readonly kind: 'showTables'; readonly database: string }
  | { readonly kind: 'describe'; readonly table: EngineTableReference };

export type EngineResultColumn = {
  readonly name: string;
  readonly type: string;
  readonly precision: number;
  readonly scale: number;
  readonly caseSensitive: boolean;
};

export type EngineResult = {
  readonly columns: readonly EngineResultColumn[];
  readonly rows: number;
  readonly scannedBytes: number;
};

export type RunInput = {
  readonly id: string;
  readonly sql: string;
  readonly database: string;
  readonly tables: readonly EngineTable[];
  readonly resultFile: string;
};

export type EngineProcess = {
  readonly calls: {
    /** Opens DuckDB, able to read and write below `folder` only. Called once, before anything else. */
    readonly open: (input: { readonly folder: string }) => null;
    readonly analyse: (input: { readonly sql: string; readonly database: string }) => EnginePlan;
    readonly run: (input: RunInput) => EngineResult;
    readonly cancel: (input: { readonly id: string }) => null;
    readonly stop: (input: Record<string, never>) => null;
  };
  readonly events: { readonly ready: null };
};
