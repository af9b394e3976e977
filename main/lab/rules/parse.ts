/** Parses a rule's `SELECT … FROM '…' [WHERE …]`. What the lab does not know yet is refused here, with its name and place. */
import { filterFault } from './topic-filter.ts';
import { sqlError, tokenize, type Token } from './lexer.ts';
import type { ArithmeticOperator, ComparisonOperator, Expression, SelectItem, Statement } from './statement.ts';

/** Cannot be the name of an attribute at the beginning of a path. */
const RESERVED = new Set(
  'SELECT FROM WHERE AS AND OR NOT TRUE FALSE NULL CASE WHEN THEN ELSE END IN EXISTS SET'.split(' '),
);
/** Deeper expressions are refused: each level takes a little of the stack. */
const DEEPEST = 100;

type Cursor = { readonly sql: string; readonly tokens: readonly Token[]; at: number; depth: number };

/** Throws AwsError SqlParseException with line and column. */
export function parseStatement(sql: string): Statement {
  const cursor: Cursor = { sql, tokens: tokenize(sql), at: 0, depth: 0 };
  if (isKeyword(cursor, 'SET')) throw notYet(cursor, 'SET');
  expectKeyword(cursor, 'SELECT');
  if (isValueKeyword(cursor)) throw notYet(cursor, 'SELECT VALUE');
  const items = [parseItem(cursor)];
  while (acceptSymbol(cursor, ',')) items.push(parseItem(cursor));
  expectKeyword(cursor, 'FROM');
  const topicFilter = parseFilter(cursor);
  const where = acceptKeyword(cursor, 'WHERE') ? parseExpression(cursor) : undefined;
  if (current(cursor).kind !== 'end') throw unexpected(cursor, 'the end of the statement');
  return { items, topicFilter, where };
}

function parseFilter(cursor: Cursor): string {
  const token = current(cursor);
  if (token.kind !== 'string' || cursor.sql[token.start] !== "'") throw unexpected(cursor, "a topic filter in '…'");
  const fault = filterFault(token.text);
  if (fault !== undefined) throw sqlError(cursor.sql, token.start, fault);
  cursor.at++;
  return token.text;
}

function parseItem(cursor: Cursor): SelectItem {
  if (acceptSymbol(cursor, '*')) {
    return { kind: 'star', alias: acceptKeyword(cursor, 'AS') ? parseNames(cursor) : [] };
  }
  const { start } = current(cursor);
  const expression = parseExpression(cursor);
  if (acceptKeyword(cursor, 'AS')) return { kind: 'value', expression, alias: parseNames(cursor) };
  const lastName = expression.kind === 'path' ? expression.names.at(-1) : undefined;
  if (lastName === undefined) {
    throw sqlError(cursor.sql, start, 'this expression needs a name in the result, given with AS');
  }
  return { kind: 'value', expression, alias: [lastName] };
}

/** `a.b.c`. After the first name keywords are plain names, as in `state.end`. */
function parseNames(cursor: Cursor): readonly string[] {
  const names = [parseName(cursor)];
  while (acceptSymbol(cursor, '.')) names.push(parseName(cursor));
  return names;
}

function parseName(cursor: Cursor): string {
  const token = current(cursor);
  if (token.kind !== 'name') throw unexpected(cursor, 'a name');
  cursor.at++;
  return token.text;
}

function parseExpression(cursor: Cursor): Expression {
  if (++cursor.depth > DEEPEST)
    throw sqlError(cursor.sql, current(cursor).start, 'the expression is nested too deeply');
  const expression = parseOr(cursor);
  cursor.depth--;
  return expression;
}

function parseOr(cursor: Cursor): Expression {
  let left = parseAnd(cursor);
  while (acceptKeyword(cursor, 'OR')) left = { kind: 'logic', operator: 'OR', left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseNot(cursor);
  while (acceptKeyword(cursor, 'AND')) left = { kind: 'logic', operator: 'AND', left, right: parseNot(cursor) };
  return left;
}

function parseNot(cursor: Cursor): Expression {
  return acceptKeyword(cursor, 'NOT')
    ? nested(cursor, () => ({ kind: 'not', operand: parseNot(cursor) }))
    : parseComparison(cursor);
}

const COMPARISONS: readonly ComparisonOperator[] = ['=', '<>', '<', '<=', '>', '>='];
const SUMS: readonly ArithmeticOperator[] = ['+', '-'];
const PRODUCTS: readonly ArithmeticOperator[] = ['*', '/', '%'];

function parseComparison(cursor: Cursor): Expression {
  let left = parseSum(cursor);
  for (;;) {
    if (isKeyword(cursor, 'IN')) throw notYet(cursor, 'IN');
    const operator = acceptOperator(cursor, COMPARISONS);
    if (operator === undefined) return left;
    left = { kind: 'comparison', operator, left, right: parseSum(cursor) };
  }
}

function parseSum(cursor: Cursor): Expression {
  let left = parseProduct(cursor);
  for (;;) {
    const operator = acceptOperator(cursor, SUMS);
    if (operator === undefined) return left;
    left = { kind: 'arithmetic', operator, left, right: parseProduct(cursor) };
  }
}

function parseProduct(cursor: Cursor): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const operator = acceptOperator(cursor, PRODUCTS);
    if (operator === undefined) return left;
    left = { kind: 'arithmetic', operator, left, right: parseUnary(cursor) };
  }
}

function parseUnary(cursor: Cursor): Expression {
  if (!acceptSymbol(cursor, '-')) return parsePrimary(cursor);
  const token = current(cursor);
  if (token.kind === 'number') return { kind: 'literal', value: { text: `-${parseNumber(cursor)}` } };
  return nested(cursor, () => ({ kind: 'minus', operand: parseUnary(cursor) }));
}

function parsePrimary(cursor: Cursor): Expression {
  const token = current(cursor);
  switch (token.kind) {
    case 'number':
      return { kind: 'literal', value: { text: parseNumber(cursor) } };
    case 'string':
      cursor.at++;
      return { kind: 'literal', value: token.text };
    case 'variable':
      throw notYet(cursor, `the variable ${token.text}`);
    case 'symbol':
      return parseSymbol(cursor, token);
    case 'name':
      return parseWord(cursor, token);
    case 'end':
      throw unexpected(cursor, 'an expression');
  }
}

function parseSymbol(cursor: Cursor, token: Token): Expression {
  if (token.text === '{') throw notYet(cursor, 'an object literal');
  if (token.text === '[') throw notYet(cursor, 'an array literal');
  if (token.text !== '(') throw unexpected(cursor, 'an expression');
  cursor.at++;
  if (isKeyword(cursor, 'SELECT')) throw notYet(cursor, 'a nested SELECT');
  const expression = parseExpression(cursor);
  expectSymbol(cursor, ')');
  if (isSymbol(cursor, '.')) throw notYet(cursor, 'a path behind an expression');
  return expression;
}

function parseWord(cursor: Cursor, token: Token): Expression {
  const word = token.text.toUpperCase();
  if (word === 'TRUE' || word === 'FALSE') {
    cursor.at++;
    return { kind: 'literal', value: word === 'TRUE' };
  }
  if (word === 'NULL') {
    cursor.at++;
    return { kind: 'literal', value: null };
  }
  if (word === 'CASE' || word === 'EXISTS') throw notYet(cursor, word);
  if (RESERVED.has(word)) throw unexpected(cursor, 'an expression');
  const names = parseNames(cursor);
  if (isSymbol(cursor, '('))
    throw sqlError(cursor.sql, token.start, `${notInTheLab(`the function ${names.join('.')}()`)}`);
  if (isSymbol(cursor, '[')) throw unexpected(cursor, 'an operator: array items are reached with get()');
  return { kind: 'path', names };
}

/** JSON has no leading zeros, and a number's text goes into the result as it is. */
function parseNumber(cursor: Cursor): string {
  const { text, start } = current(cursor);
  if (/^0\d/.test(text)) throw sqlError(cursor.sql, start, 'a number has no zeros in front');
  cursor.at++;
  return text;
}

/** `value` is a keyword only where something to select follows: `SELECT value`, `SELECT value.x` and `SELECT value * 2` name an attribute. */
function isValueKeyword(cursor: Cursor): boolean {
  if (!isKeyword(cursor, 'VALUE')) return false;
  const next = cursor.tokens[cursor.at + 1];
  if (next === undefined) return false;
  if (next.kind === 'symbol' && next.text === '*') {
    const after = cursor.tokens[cursor.at + 2];
    return after?.kind === 'name' && after.text.toUpperCase() === 'FROM';
  }
  if (next.kind === 'symbol') return ['(', '{', '['].includes(next.text);
  const word = next.text.toUpperCase();
  return next.kind === 'name'
    ? !RESERVED.has(word) || ['TRUE', 'FALSE', 'NULL', 'NOT', 'CASE', 'EXISTS'].includes(word)
    : next.kind !== 'end';
}

function nested(cursor: Cursor, parse: () => Expression): Expression {
  if (++cursor.depth > DEEPEST)
    throw sqlError(cursor.sql, current(cursor).start, 'the expression is nested too deeply');
  const expression = parse();
  cursor.depth--;
  return expression;
}

function current(cursor: Cursor): Token {
  return cursor.tokens[cursor.at] ?? { kind: 'end', text: '', start: cursor.sql.length };
}

function isKeyword(cursor: Cursor, word: string): boolean {
  const { kind, text } = current(cursor);
  return kind === 'name' && text.toUpperCase() === word;
}

function acceptKeyword(cursor: Cursor, word: string): boolean {
  if (!isKeyword(cursor, word)) return false;
  cursor.at++;
  return true;
}

function expectKeyword(cursor: Cursor, word: string): void {
  if (!acceptKeyword(cursor, word)) throw unexpected(cursor, word);
}

function isSymbol(cursor: Cursor, symbol: string): boolean {
  const { kind, text } = current(cursor);
  return kind === 'symbol' && text === symbol;
}

function acceptSymbol(cursor: Cursor, symbol: string): boolean {
  if (!isSymbol(cursor, symbol)) return false;
  cursor.at++;
  return true;
}

function expectSymbol(cursor: Cursor, symbol: string): void {
  if (!acceptSymbol(cursor, symbol)) throw unexpected(cursor, `"${symbol}"`);
}

function acceptOperator<Operator extends string>(cursor: Cursor, operators: readonly Operator[]): Operator | undefined {
  const operator = operators.find((candidate) => isSymbol(cursor, candidate));
  if (operator !== undefined) cursor.at++;
  return operator;
}

function notYet(cursor: Cursor, what: string): Error {
  return sqlError(cursor.sql, current(cursor).start, notInTheLab(what));
}

function notInTheLab(what: string): string {
  return `${what} is not supported by the lab yet`;
}

function unexpected(cursor: Cursor, wanted: string): Error {
  const { kind, text, start } = current(cursor);
  const found = kind === 'end' ? 'the end' : `"${text}"`;
  return sqlError(cursor.sql, start, `expected ${wanted}, found ${found}`);
}
