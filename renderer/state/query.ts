/** The statement in the editor and the query that runs or ran; both outlive the page. */
import { queryOptions } from '@tanstack/react-query';
import { create } from 'zustand';
import { toPlainError, type PlainError } from '../../preload/errors.ts';
import type { QueryRows, QueryStatus } from '../../preload/shapes.ts';
import { notifyError } from './notices.tsx';
import { remember } from './query-history.ts';
import { call } from './window-app.ts';

const POLL_FIRST_MS = 250;
const POLL_LONGEST_MS = 2_000;

type QueryState = {
  readonly sql: string;
  readonly database: string | null;
  readonly isRunning: boolean;
  readonly status: QueryStatus | null;
  readonly result: QueryRows | null;
  readonly isLoadingMore: boolean;
  readonly error: PlainError | null;
};

export const useQueryState = create<QueryState>()(() => ({
  sql: '',
  database: null,
  isRunning: false,
  status: null,
  result: null,
  isLoadingMore: false,
  error: null,
}));

/** Tables are few and change by crawling: asked anew each time a page shows them. */
export const databasesQuery = (enabled: boolean) =>
  queryOptions({
    queryKey: ['query.databases'],
    queryFn: () => call('query.databases', {}),
    enabled,
    refetchOnMount: 'always',
    staleTime: 5_000,
  });

export function writeSql(sql: string): void {
  useQueryState.setState({ sql });
}

export function chooseDatabase(database: string): void {
  useQueryState.setState({ database });
}

/** Runs what the editor holds; nothing happens while a query runs or without a statement. */
export function runQuery(): void {
  const { sql, database, isRunning } = useQueryState.getState();
  if (isRunning || sql.trim() === '' || database === null) return;
  remember(sql);
  useQueryState.setState({ isRunning: true, status: null, result: null, error: null });
  runToEnd(sql, database)
    .catch((error: unknown) => useQueryState.setState({ error: toPlainError(error) }))
    .finally(() => useQueryState.setState({ isRunning: false }));
}

async function runToEnd(sql: string, database: string): Promise<void> {
  const { id } = await call('query.start', { sql, database });
  let pauseMs = POLL_FIRST_MS;
  for (;;) {
    const status = await call('query.status', { id });
    useQueryState.setState({ status });
    if (status.state === 'SUCCEEDED') break;
    if (status.state === 'FAILED' || status.state === 'CANCELLED') return;
    await new Promise((resolve) => window.setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 1.5, POLL_LONGEST_MS);
  }
  useQueryState.setState({ result: await call('query.rows', { id, token: null }) });
}

export function cancelQuery(): void {
  const { status } = useQueryState.getState();
  if (status !== null) call('query.cancel', { id: status.id }).catch(notifyError);
}

export async function loadMoreRows(): Promise<void> {
  const { status, result, isLoadingMore } = useQueryState.getState();
  if (status === null || result === null || result.token === null || isLoadingMore) return;
  useQueryState.setState({ isLoadingMore: true });
  try {
    const page = await call('query.rows', { id: status.id, token: result.token });
    // Another query may have been started meanwhile.
    if (useQueryState.getState().result !== result) return;
    useQueryState.setState({ result: { ...page, rows: [...result.rows, ...page.rows] } });
  } catch (error) {
    notifyError(error);
  } finally {
    useQueryState.setState({ isLoadingMore: false });
  }
}

/** Where Athena says the error is: `line 3:15`; line and column count from 1. */
export function placeOfError(reason: string): { readonly line: number; readonly column: number } | null {
  const found = /line (\d+):(\d+)/.exec(reason);
  return found === null ? null : { line: Number(found[1]), column: Number(found[2]) };
}
