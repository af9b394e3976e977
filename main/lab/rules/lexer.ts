/** Cuts the text of a rule's SQL into tokens that know where they stand. */
import { AwsError } from '../services.ts';

export type Token = {
  readonly kind: 'name' | 'string' | 'number' | 'symbol' | 'variable' | 'end';
  /** Of a string, what is between its quotes. */
  readonly text: string;
  /** In characters from the beginning of the SQL. */
  readonly start: number;
};

const SPACE = /\s*/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const VARIABLE = /@[\p{L}\p{N}_]*/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /'([^']*)'|"([^"]*)"/y;
const SYMBOL = /<>|<=|>=|[=<>+\-*/%(),.{}[\]:]/y;

/** The tokens of `sql`, the last one of kind `end`. Throws AwsError SqlParseException. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    SPACE.test(sql);
    at = SPACE.lastIndex;
    if (at === sql.length) break;
    const token = tokenAt(sql, at);
    tokens.push(token.token);
    at = token.end;
  }
  return [...tokens, { kind: 'end', text: '', start: at }];
}

const KINDS = [
  ['string', STRING],
  ['name', NAME],
  ['variable', VARIABLE],
  ['number', NUMBER],
  ['symbol', SYMBOL],
] as const;

function tokenAt(sql: string, start: number): { readonly token: Token; readonly end: number } {
  for (const [kind, pattern] of KINDS) {
    pattern.lastIndex = start;
    const match = pattern.exec(sql);
    if (match === null) continue;
    const text = match[1] ?? match[2] ?? match[0];
    return { token: { kind, text, start }, end: pattern.lastIndex };
  }
  const character = String.fromCodePoint(sql.codePointAt(start) ?? 0);
  if (character === "'" || character === '"') throw sqlError(sql, start, 'a string begins here and does not end');
  throw sqlError(sql, start, `the character "${character}" has no place in a rule's SQL`);
}

/** The error of AWS for SQL that cannot be read, with the place a person counts: lines and columns from 1. */
export function sqlError(sql: string, start: number, reason: string): AwsError {
  const lines = sql.slice(0, start).split('\n');
  const column = (lines.at(-1) ?? '').length + 1;
  return new AwsError('SqlParseException', `The SQL of the rule: ${reason} (line ${lines.length}, column ${column}).`);
}
