/** Where the parser stands in the tokens of a rule's SQL, and the small questions it asks there. */
import { sqlError, tokenize, type Token } from './lexer.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Expression, Query } from './statement.ts';

/** Deeper expressions are refused: each level takes a little of the stack. */
const DEEPEST = 100;

/** The parts of the grammar that contain each other; the cursor carries them, so that their files need not know each other. */
export type Grammar = {
  readonly expression: (cursor: Cursor) => Expression;
  /** A primary expression with the names behind it. */
  readonly postfix: (cursor: Cursor) => Expression;
  /** Behind the opening bracket of a nested query; takes the closing one too. */
  readonly query: (cursor: Cursor) => Query;
};

/**
 * For a rule that is being made, or tried: what the lab could not carry out is refused. Rules that exist are read as they are.
 * `roleArn` is the only role that can be assumed; null where no role matters.
 */
export type Creation = { readonly roleArn: string | null };

export type Cursor = {
  readonly grammar: Grammar;
  readonly sql: string;
  readonly version: SqlVersion;
  readonly tokens: readonly Token[];
  /** Which variables SET has made so far. */
  readonly variables: Set<string>;
  readonly creation: Creation | undefined;
  at: number;
  depth: number;
};

export function openCursor(
  sql: string,
  version: SqlVersion,
  { creation, grammar }: Pick<Cursor, 'creation' | 'grammar'>,
): Cursor {
  return { grammar, sql, version, tokens: tokenize(sql), variables: new Set(), creation, at: 0, depth: 0 };
}

export function current(cursor: Cursor): Token {
  return following(cursor, 0);
}

export function following(cursor: Cursor, distance: number): Token {
  return cursor.tokens[cursor.at + distance] ?? { kind: 'end', text: '', start: cursor.sql.length };
}

export function isWord(token: Token, word: string): boolean {
  return token.kind === 'name' && token.text.toUpperCase() === word;
}

export function isKeyword(cursor: Cursor, word: string): boolean {
  return isWord(current(cursor), word);
}

export function acceptKeyword(cursor: Cursor, word: string): boolean {
  if (!isKeyword(cursor, word)) return false;
  cursor.at++;
  return true;
}

/** `where` goes on with the sentence: `after the column list`. */
export function expectKeyword(cursor: Cursor, word: string, where: string): void {
  if (!acceptKeyword(cursor, word)) throw unexpected(cursor, `${word} ${where}`);
}

export function isSymbol(cursor: Cursor, symbol: string): boolean {
  const { kind, text } = current(cursor);
  return kind === 'symbol' && text === symbol;
}

export function acceptSymbol(cursor: Cursor, symbol: string): boolean {
  if (!isSymbol(cursor, symbol)) return false;
  cursor.at++;
  return true;
}

export function expectSymbol(cursor: Cursor, symbol: string, where: string): void {
  if (!acceptSymbol(cursor, symbol)) throw unexpected(cursor, `"${symbol}" ${where}`);
}

export function acceptOperator<Operator extends string>(
  cursor: Cursor,
  operators: readonly Operator[],
): Operator | undefined {
  const operator = operators.find((candidate) => isSymbol(cursor, candidate));
  if (operator !== undefined) cursor.at++;
  return operator;
}

export function takeName(cursor: Cursor, wanted: string): string {
  const { kind, text } = current(cursor);
  if (kind !== 'name') throw unexpected(cursor, wanted);
  cursor.at++;
  return text;
}

export function unexpected(cursor: Cursor, wanted: string): Error {
  const { kind, start } = current(cursor);
  const found = kind === 'end' ? 'the end' : `"${wordsAt(cursor)}"`;
  return sqlError(cursor.sql, start, `expected ${wanted}, found ${found}`, ' at ');
}

/** As it is written, quotes and all. */
function wordsAt(cursor: Cursor): string {
  const { kind, text, start } = current(cursor);
  if (kind === 'string') return cursor.sql.slice(start, start + text.length + 2);
  return kind === 'variable' ? `@${text}` : text;
}

export function refused(cursor: Cursor, start: number, reason: string): Error {
  return sqlError(cursor.sql, start, reason);
}

/** One level further in; too many are an error. */
export function nested<Result>(cursor: Cursor, parse: () => Result): Result {
  if (++cursor.depth > DEEPEST) throw refused(cursor, current(cursor).start, 'the expression is nested too deeply');
  const result = parse();
  cursor.depth--;
  return result;
}

export function needsNewVersion(cursor: Cursor, start: number, what: string): void {
  if (cursor.version === '2015-10-08') {
    throw refused(cursor, start, `${what} needs the SQL version 2016-03-23, and this rule has 2015-10-08`);
  }
}
