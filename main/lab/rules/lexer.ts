/** Cuts the text of a rule's SQL into tokens that know where they stand. */
import { AwsError } from '../services.ts';

export type Token = {
  readonly kind: 'name' | 'string' | 'number' | 'symbol' | 'variable' | 'end';
  /** Of a string, what is between its quotes; of a variable, what is behind its @. */
  readonly text: string;
  /** In characters from the beginning of the SQL. */
  readonly start: number;
};

const SPACE = /\s*/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const VARIABLE = /@([A-Za-z0-9_]+)/y;
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
  throw sqlError(sql, start, strangerReason(character, sql[start + 1] ?? ''));
}

/** Most strangers are habits from other languages or come with copied text. */
function strangerReason(character: string, next: string): string {
  if (character === "'" || character === '"') return 'a string begins here and does not end';
  if (character === '!' && next === '=') return '"not equal" is written <> here, found "!="';
  if (/[\u2010-\u2015\u2212]/.test(character)) return `"${character}" is no minus sign, write "-"`;
  if (/[\u2018\u2019\u201c\u201d]/.test(character)) return `"${character}" is no quote of SQL, write ' or "`;
  if (character === '|') return 'texts are joined with + or concat(), found "|"';
  return `the character "${character}" has no place in a rule's SQL`;
}

/** The error of AWS for SQL that cannot be read, with the place a person counts: line and column from 1. */
export function sqlError(sql: string, start: number, reason: string, joint: ' at ' | ', at ' = ', at '): AwsError {
  const { line, column } = placeOf(sql, start);
  return new AwsError('SqlParseException', `The SQL of the rule: ${reason}${joint}${line}:${column}.`);
}

/** Counted from 1. */
export function placeOf(sql: string, start: number): { readonly line: number; readonly column: number } {
  const lines = sql.slice(0, start).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
