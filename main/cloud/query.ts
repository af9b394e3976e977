/** Athena and its catalogue: tables to choose from, queries from start to end, and their rows as text. */
import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
  type QueryExecution,
} from '@aws-sdk/client-athena';
import { paginateGetDatabases, paginateGetTables, type Column } from '@aws-sdk/client-glue';
import { AppError } from '../../preload/errors.ts';
import type { ColumnInfo, DatabaseInfo, QueryRows, QueryStatus, TableInfo } from '../../preload/shapes.ts';
import type { Clients } from './clients.ts';
import { told } from './refusals.ts';
import { waitFor } from './waiting.ts';

export type QueryRequest = {
  readonly sql: string;
  readonly database: string;
  /** Where Athena writes the result: `s3://bucket/folder/`. */
  readonly output: string;
};

type Row = QueryRows['rows'][number];

/** More tables than this in one account are not listed: the window shows them in one tree. */
const TABLE_LIMIT = 5_000;
const PAGE_SIZE = 1_000;

export async function listDatabases(clients: Clients): Promise<readonly DatabaseInfo[]> {
  const databases: DatabaseInfo[] = [];
  let room = TABLE_LIMIT;
  for await (const page of paginateGetDatabases({ client: clients.glue }, {})) {
    for (const { Name } of page.DatabaseList ?? []) {
      const name = told(Name, 'the name of a database');
      const tables = await listTables(clients, name, room);
      room -= tables.length;
      databases.push({ name, tables });
    }
    if (room <= 0) break;
  }
  return databases;
}

async function listTables({ glue }: Clients, database: string, limit: number): Promise<readonly TableInfo[]> {
  const tables: TableInfo[] = [];
  for await (const page of paginateGetTables({ client: glue }, { DatabaseName: database })) {
    for (const table of page.TableList ?? []) {
      tables.push({
        name: told(table.Name, 'the name of a table'),
        columns: columnsOf(table.StorageDescriptor?.Columns),
        partitionKeys: columnsOf(table.PartitionKeys),
      });
    }
    if (tables.length >= limit) break;
  }
  return tables.slice(0, limit);
}

function columnsOf(columns: readonly Column[] | undefined): readonly ColumnInfo[] {
  return (columns ?? []).map(({ Name, Type }) => ({ name: told(Name, 'the name of a column'), type: Type ?? '' }));
}

/** Returns the query's id. A syntax error is refused here, as `aws.InvalidRequestException`. */
export async function startQuery({ athena }: Clients, { sql, database, output }: QueryRequest): Promise<string> {
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: { Database: database },
      ResultConfiguration: { OutputLocation: output },
    }),
  );
  return told(QueryExecutionId, 'the id of the query');
}

export async function queryStatus(clients: Clients, id: string): Promise<QueryStatus> {
  const { Status, Statistics } = await findQuery(clients, id);
  return {
    id,
    state: told(Status?.State, 'the state of the query'),
    reason: Status?.StateChangeReason ?? null,
    milliseconds: Statistics?.TotalExecutionTimeInMillis ?? Statistics?.EngineExecutionTimeInMillis ?? 0,
    scannedBytes: Statistics?.DataScannedInBytes ?? 0,
  };
}

async function findQuery({ athena }: Clients, id: string): Promise<QueryExecution> {
  const { QueryExecution: query } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
  return told(query, 'the description of the query');
}

/** One page of a finished query's rows: `token` null for the first, then the one the page before gave, until that is null. */
export async function queryRows(
  clients: Clients,
  { id, token }: { readonly id: string; readonly token: string | null },
): Promise<QueryRows> {
  const page = await clients.athena.send(
    new GetQueryResultsCommand({
      QueryExecutionId: id,
      MaxResults: PAGE_SIZE,
      ...(token === null ? {} : { NextToken: token }),
    }),
  );
  const columns = (page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name, Type }) => ({
    name: told(Name, 'the name of a column'),
    type: told(Type, 'the type of a column'),
  }));
  const rows = (page.ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map((cell) => cell.VarCharValue ?? null));
  const nextToken = page.NextToken ?? null;
  if (token !== null) return { columns, rows, token: nextToken };
  const { StatementType } = await findQuery(clients, id);
  return { columns, rows: withoutHeader(rows, columns, StatementType), token: nextToken };
}

/**
 * Drops the header that Athena puts in front of the first page. Only DML has one, and not all of it (EXPLAIN differs by version), so the
 * row must also say the columns' names.
 */
export function withoutHeader(
  rows: readonly Row[],
  columns: readonly ColumnInfo[],
  statementType: string | undefined,
): readonly Row[] {
  const [first] = rows;
  const isHeader =
    statementType === 'DML' &&
    first?.length === columns.length &&
    columns.every(({ name }, index) => (first[index] ?? '') === name);
  return isHeader ? rows.slice(1) : rows;
}

export async function cancelQuery({ athena }: Clients, id: string): Promise<void> {
  await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
}

/**
 * Runs a query to its end. AppError `cloud.queryFailed` with Athena's reason when it fails or is cancelled; a query that is given up here
 * (`cloud.cancelled`, `cloud.tooSlow` after ten minutes) is stopped, because running queries cost.
 */
export async function runQuery(clients: Clients, request: QueryRequest, signal: AbortSignal): Promise<QueryStatus> {
  const id = await startQuery(clients, request);
  const status = await waitForQuery(clients, id, signal);
  if (status.state === 'SUCCEEDED') return status;
  throw new AppError('cloud.queryFailed', `The query did not succeed: ${status.reason ?? status.state}`, {
    hint: 'Correct the query and run it again.',
  });
}

async function waitForQuery(clients: Clients, id: string, signal: AbortSignal): Promise<QueryStatus> {
  const askForTheEnd = async (): Promise<QueryStatus | undefined> => {
    const status = await queryStatus(clients, id);
    return status.state === 'QUEUED' || status.state === 'RUNNING' ? undefined : status;
  };
  try {
    return await waitFor(askForTheEnd, {
      what: 'the query to finish',
      limitMs: 600_000,
      firstPauseMs: 50,
      longestPauseMs: 2_000,
      signal,
    });
  } catch (error) {
    // The error that ended the waiting is the one to tell, not one of the stopping.
    await Promise.allSettled([cancelQuery(clients, id)]);
    throw error;
  }
}
