/** Parses expressions, by precedence from OR (weakest) over AND, NOT, comparison and IN, + -, * / %, to the unary minus. */
import {
  acceptKeyword,
  acceptOperator,
  acceptSymbol,
  current,
  expectKeyword,
  expectSymbol,
  following,
  isKeyword,
  isSymbol,
  isWord,
  needsNewVersion,
  nested,
  refused,
  takeName,
  unexpected,
  type Cursor,
} from './cursor.ts';
import type { Token } from './lexer.ts';
import { parseCall, parseCast } from './parse-call.ts';
import { RESERVED } from './reserved.ts';
import type { ArithmeticOperator, ComparisonOperator, Expression } from './statement.ts';

export function parseExpression(cursor: Cursor): Expression {
  return nested(cursor, () => parseOr(cursor));
}

function parseOr(cursor: Cursor): Expression {
  let left = parseAnd(cursor);
  for (;;) {
    const at = current(cursor).start;
    if (!acceptKeyword(cursor, 'OR')) return left;
    left = { kind: 'logic', at, operator: 'OR', left, right: parseAnd(cursor) };
  }
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseNot(cursor);
  for (;;) {
    const at = current(cursor).start;
    if (!acceptKeyword(cursor, 'AND')) return left;
    left = { kind: 'logic', at, operator: 'AND', left, right: parseNot(cursor) };
  }
}

function parseNot(cursor: Cursor): Expression {
  const at = current(cursor).start;
  if (!acceptKeyword(cursor, 'NOT')) return parseComparison(cursor);
  return nested(cursor, () => ({ kind: 'not', at, operand: parseNot(cursor) }));
}

const COMPARISONS: readonly ComparisonOperator[] = ['=', '<>', '<', '<=', '>', '>='];
const SUMS: readonly ArithmeticOperator[] = ['+', '-'];
const PRODUCTS: readonly ArithmeticOperator[] = ['*', '/', '%'];

function parseComparison(cursor: Cursor): Expression {
  let left = parseSum(cursor);
  for (;;) {
    const at = current(cursor).start;
    if (acceptKeyword(cursor, 'IN')) {
      left = { kind: 'in', at, operator: 'IN', left, right: parseSum(cursor) };
      continue;
    }
    const operator = acceptOperator(cursor, COMPARISONS);
    if (operator === undefined) return left;
    left = { kind: 'comparison', at, operator, left, right: parseSum(cursor) };
  }
}

function parseSum(cursor: Cursor): Expression {
  let left = parseProduct(cursor);
  for (;;) {
    const at = current(cursor).start;
    const operator = acceptOperator(cursor, SUMS);
    if (operator === undefined) return left;
    left = { kind: 'arithmetic', at, operator, left, right: parseProduct(cursor) };
  }
}

function parseProduct(cursor: Cursor): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const at = current(cursor).start;
    const operator = acceptOperator(cursor, PRODUCTS);
    if (operator === undefined) return left;
    left = { kind: 'arithmetic', at, operator, left, right: parseUnary(cursor) };
  }
}

function parseUnary(cursor: Cursor): Expression {
  const at = current(cursor).start;
  if (!acceptSymbol(cursor, '-')) return parsePostfix(cursor);
  if (current(cursor).kind === 'number') return { kind: 'literal', at, value: { text: `-${parseNumber(cursor)}` } };
  return nested(cursor, () => ({ kind: 'minus', at, operand: parseUnary(cursor) }));
}

/** A primary expression and the names behind it: `get(a, 0).v`, `@v.x`, `(select …).y`. */
export function parsePostfix(cursor: Cursor): Expression {
  let expression = parsePrimary(cursor);
  for (;;) {
    const { at } = expression;
    if (isSymbol(cursor, '[')) throw unexpected(cursor, 'an operator (the items of arrays are reached with get())');
    if (!acceptSymbol(cursor, '.')) return expression;
    const name = takeName(cursor, 'a name after "."');
    expression =
      expression.kind === 'path'
        ? { kind: 'path', at, names: [...expression.names, name] }
        : { kind: 'member', at, object: expression, name };
  }
}

function parsePrimary(cursor: Cursor): Expression {
  const token = current(cursor);
  const { start: at } = token;
  switch (token.kind) {
    case 'number':
      return { kind: 'literal', at, value: { text: parseNumber(cursor) } };
    case 'string':
      cursor.at++;
      return { kind: 'literal', at, value: token.text };
    case 'variable':
      if (!cursor.variables.has(token.text)) {
        throw refused(cursor, at, `the variable @${token.text} is used before SET makes it`);
      }
      cursor.at++;
      return { kind: 'variable', at, name: token.text };
    case 'symbol':
      return parseSymbol(cursor, token);
    case 'name':
      return parseWord(cursor, token);
    case 'end':
      throw unexpected(cursor, 'an expression');
  }
}

function parseSymbol(cursor: Cursor, { text, start }: Token): Expression {
  if (text === '{') return parseObject(cursor, start);
  if (text === '[') return parseArray(cursor, start);
  if (text !== '(') throw unexpected(cursor, 'an expression');
  cursor.at++;
  if (isKeyword(cursor, 'SELECT'))
    return nested(cursor, () => ({ kind: 'query', at: start, query: cursor.grammar.query(cursor) }));
  const expression = parseExpression(cursor);
  expectSymbol(cursor, ')', 'to close the bracket');
  return expression;
}

function parseObject(cursor: Cursor, at: number): Expression {
  needsNewVersion(cursor, at, 'an object in braces');
  cursor.at++;
  const members: { readonly key: string; readonly value: Expression }[] = [];
  if (acceptSymbol(cursor, '}')) return { kind: 'object', at, members };
  do {
    const { kind, text } = current(cursor);
    if (kind !== 'string' && kind !== 'name') throw unexpected(cursor, "a key such as 'name'");
    cursor.at++;
    expectSymbol(cursor, ':', 'after the key');
    members.push({ key: text, value: parseExpression(cursor) });
  } while (acceptSymbol(cursor, ','));
  expectSymbol(cursor, '}', 'or "," after the member');
  return { kind: 'object', at, members };
}

function parseArray(cursor: Cursor, at: number): Expression {
  needsNewVersion(cursor, at, 'an array in brackets');
  cursor.at++;
  const items: Expression[] = [];
  if (acceptSymbol(cursor, ']')) return { kind: 'array', at, items };
  do items.push(parseExpression(cursor));
  while (acceptSymbol(cursor, ','));
  expectSymbol(cursor, ']', 'or "," after the item');
  return { kind: 'array', at, items };
}

function parseWord(cursor: Cursor, token: Token): Expression {
  const { start: at } = token;
  const word = token.text.toUpperCase();
  const next = following(cursor, 1);
  switch (word) {
    case 'TRUE':
    case 'FALSE':
      cursor.at++;
      return { kind: 'literal', at, value: word === 'TRUE' };
    case 'NULL':
      cursor.at++;
      return { kind: 'literal', at, value: null };
    case 'CASE':
      return parseCase(cursor, at);
    case 'EXISTS':
      cursor.at++;
      expectSymbol(cursor, '(', 'after EXISTS');
      return nested(cursor, () => ({ kind: 'exists', at, query: cursor.grammar.query(cursor) }));
  }
  if (RESERVED.has(word)) throw unexpected(cursor, 'an expression');
  if (next.kind === 'symbol' && next.text === '(') return word === 'CAST' ? parseCast(cursor) : parseCall(cursor);
  cursor.at++;
  return { kind: 'path', at, names: [token.text] };
}

function parseCase(cursor: Cursor, at: number): Expression {
  cursor.at++;
  if (isKeyword(cursor, 'WHEN')) {
    throw unexpected(cursor, 'a value after CASE (the form is CASE value WHEN candidate THEN result … END)');
  }
  const subject = parseExpression(cursor);
  const branches: { readonly when: Expression; readonly then: Expression }[] = [];
  while (acceptKeyword(cursor, 'WHEN')) {
    const when = parseExpression(cursor);
    expectKeyword(cursor, 'THEN', 'after the value of WHEN');
    branches.push({ when, then: parseExpression(cursor) });
  }
  if (branches.length === 0) throw unexpected(cursor, 'WHEN after the value of CASE');
  const otherwise = acceptKeyword(cursor, 'ELSE') ? parseExpression(cursor) : undefined;
  expectKeyword(cursor, 'END', otherwise === undefined ? 'or WHEN or ELSE in CASE' : 'after the value of ELSE');
  return { kind: 'case', at, subject, branches, otherwise };
}

/** JSON has no leading zeros and no plus sign in exponents it need keep, and a number's text goes into the result as it is. */
function parseNumber(cursor: Cursor): string {
  const { text, start } = current(cursor);
  if (/^0\d/.test(text)) throw refused(cursor, start, 'a number has no zeros in front');
  const next = following(cursor, 1);
  if (next.kind === 'name' && next.start === start + text.length && !isWord(next, 'AS')) {
    throw refused(cursor, start, `a name cannot begin with a digit, found "${text}${next.text}"`);
  }
  cursor.at++;
  return text;
}
