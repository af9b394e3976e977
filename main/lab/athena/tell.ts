/** Executions and rows in the members of Athena's answers. */
import type { Execution } from './executions.ts';

export function tellExecution(execution: Execution): object {
  const { id, sql, kind, database, catalog, workGroup, output, state, reason, error } = execution;
  const { submitted, started, completed, scannedBytes } = execution;
  const milliseconds = (from: number, to: number): number => Math.max(0, Math.round((to - from) * 1000));
  const end = completed ?? Date.now() / 1000;
  return {
    QueryExecutionId: id,
    Query: sql,
    StatementType: kind === 'select' ? 'DML' : 'UTILITY',
    SubstatementType: SUBSTATEMENTS[kind],
    ResultConfiguration: { OutputLocation: `s3://${output.bucket}/${output.key}` },
    QueryExecutionContext: { Database: database, Catalog: catalog },
    Status: {
      State: state,
      StateChangeReason: reason,
      SubmissionDateTime: submitted,
      CompletionDateTime: completed,
      AthenaError:
        error === undefined
          ? undefined
          : { ErrorCategory: error.category, ErrorType: error.type, Retryable: false, ErrorMessage: error.message },
    },
    Statistics: {
      EngineExecutionTimeInMillis: started === undefined ? 0 : milliseconds(started, end),
      DataScannedInBytes: scannedBytes,
      TotalExecutionTimeInMillis: milliseconds(submitted, end),
      QueryQueueTimeInMillis: milliseconds(submitted, started ?? end),
    },
    WorkGroup: workGroup,
    EngineVersion: ENGINE_VERSION,
  };
}

export const ENGINE_VERSION = {
  SelectedEngineVersion: 'AUTO',
  EffectiveEngineVersion: 'Athena engine version 3',
};

const SUBSTATEMENTS: Readonly<Record<Execution['kind'], string>> = {
  select: 'SELECT',
  showDatabases: 'SHOW_DATABASES',
  showTables: 'SHOW_TABLES',
  describe: 'DESCRIBE_TABLE',
};

/** NULL is a datum without a value. */
export function tellResults(
  { columns }: Execution,
  rows: readonly (readonly (string | null)[])[],
  nextToken: string | undefined,
): object {
  return {
    UpdateCount: 0,
    ResultSet: {
      Rows: rows.map((row) => ({ Data: row.map((value) => (value === null ? {} : { VarCharValue: value })) })),
      ResultSetMetadata: {
        ColumnInfo: (columns ?? []).map(({ name, type, precision, scale, caseSensitive }) => ({
          CatalogName: 'hive',
          SchemaName: '',
          TableName: '',
          Name: name,
          Label: name,
          Type: type,
          Precision: precision,
          Scale: scale,
          Nullable: 'UNKNOWN',
          CaseSensitive: caseSensitive,
        })),
      },
    },
    NextToken: nextToken,
  };
}
