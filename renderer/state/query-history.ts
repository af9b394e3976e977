/** The last statements a person ran, kept in the window's own storage, newest first. */
import { create } from 'zustand';

const KEY = 'isobar.query-history';
const MOST = 30;
const LONGEST = 10_000;

type History = { readonly statements: readonly string[] };

export const useHistory = create<History>()(() => ({ statements: read() }));

/** Newest first, each statement once, bounded. */
export function withStatement(statements: readonly string[], sql: string): readonly string[] {
  const statement = sql.trim();
  if (statement === '' || statement.length > LONGEST) return statements;
  return [statement, ...statements.filter((known) => known !== statement)].slice(0, MOST);
}

export function remember(sql: string): void {
  keep(withStatement(useHistory.getState().statements, sql));
}

export function forget(): void {
  keep([]);
}

function keep(statements: readonly string[]): void {
  useHistory.setState({ statements });
  localStorage.setItem(KEY, JSON.stringify(statements));
}

function read(): readonly string[] {
  if (typeof localStorage === 'undefined') return [];
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((entry) => typeof entry === 'string').slice(0, MOST) : [];
  } catch {
    // A damaged entry is worth nothing; the next query writes a new one.
    return [];
  }
}
