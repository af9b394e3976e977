/** Writes a parsed statement as SQL again. What it writes parses to the same statement. */
import { nameWithoutAlias } from './default-name.ts';
import type { CastType, Expression, Query, SelectItem, Selection, Statement } from './statement.ts';
import { isNumber, type Value } from './value.ts';

/** On one line; brackets stand only where they are needed. */
export function printStatement({ assignments, selection, topicFilter, where }: Statement): string {
  const variables = assignments.map(({ name, value }) => `@${name} = ${printExpression(value)}`).join(', ');
  return [
    variables === '' ? '' : `SET ${variables}`,
    `SELECT ${printSelection(selection)}`,
    topicFilter === '' ? '' : `FROM '${topicFilter}'`,
    where === undefined ? '' : `WHERE ${printExpression(where)}`,
  ]
    .filter((clause) => clause !== '')
    .join(' ');
}

/** How tightly an expression holds together; looser ones get brackets. */
const OR = 1;
const AND = 2;
const NOT = 3;
const COMPARISON = 4;
const SUM = 5;
const PRODUCT = 6;
const UNARY = 7;
const PRIMARY = 8;

export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return printLiteral(expression.value);
    case 'path':
      return expression.names.join('.');
    case 'variable':
      return `@${expression.name}`;
    case 'member':
      return `${atLeast(expression.object, PRIMARY)}.${expression.name}`;
    case 'star':
      return '*';
    case 'not':
      return `NOT ${atLeast(expression.operand, NOT)}`;
    case 'minus':
      return `-${printNegated(expression.operand)}`;
    case 'logic':
    case 'comparison':
    case 'arithmetic':
    case 'in': {
      const level = levelOf(expression);
      // All of them go from left to right.
      return `${atLeast(expression.left, level)} ${expression.operator} ${atLeast(expression.right, level + 1)}`;
    }
    case 'call':
      return `${expression.name}(${expression.arguments.map(printExpression).join(', ')})`;
    case 'cast':
      return `cast(${printExpression(expression.operand)} AS ${CAST_WORDS[expression.type]})`;
    case 'case':
      return printCase(expression);
    case 'object':
      return `{${expression.members.map(({ key, value }) => `${quoted(key)}: ${printExpression(value)}`).join(', ')}}`;
    case 'array':
      return `[${expression.items.map(printExpression).join(', ')}]`;
    case 'query':
      return `(${printQuery(expression.query)})`;
    case 'exists':
      return `EXISTS (${printQuery(expression.query)})`;
  }
}

const CAST_WORDS: Readonly<Record<CastType, string>> = {
  string: 'String',
  int: 'Int',
  decimal: 'Decimal',
  double: 'Double',
  boolean: 'Boolean',
};

function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case 'logic':
      return expression.operator === 'OR' ? OR : AND;
    case 'not':
      return NOT;
    case 'comparison':
    case 'in':
      return COMPARISON;
    case 'arithmetic':
      return expression.operator === '+' || expression.operator === '-' ? SUM : PRODUCT;
    case 'minus':
      return UNARY;
    case 'literal':
      return isNumber(expression.value) && expression.value.text.startsWith('-') ? UNARY : PRIMARY;
    default:
      return PRIMARY;
  }
}

function atLeast(expression: Expression, level: number): string {
  const text = printExpression(expression);
  return levelOf(expression) < level ? `(${text})` : text;
}

/** A number behind the sign would become a negative number, another thing than the negation of a number. */
function printNegated(operand: Expression): string {
  const isLiteral = operand.kind === 'literal' && isNumber(operand.value);
  return isLiteral || operand.kind === 'minus' ? `(${printExpression(operand)})` : atLeast(operand, UNARY);
}

function printLiteral(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (isNumber(value)) return value.text;
  return value === null ? 'NULL' : String(value);
}

/** SQL here has no escapes: a text with both quotes has no literal, and the parser makes none. */
function quoted(text: string): string {
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}

function printCase({ subject, branches, otherwise }: Extract<Expression, { readonly kind: 'case' }>): string {
  const whens = branches.map(({ when, then }) => ` WHEN ${printExpression(when)} THEN ${printExpression(then)}`);
  const last = otherwise === undefined ? '' : ` ELSE ${printExpression(otherwise)}`;
  return `CASE ${printExpression(subject)}${whens.join('')}${last} END`;
}

function printQuery({ selection, source, alias, where }: Query): string {
  const name = alias === undefined ? '' : ` AS ${alias}`;
  const condition = where === undefined ? '' : ` WHERE ${printExpression(where)}`;
  return `SELECT ${printSelection(selection)} FROM ${atLeast(source, PRIMARY)}${name}${condition}`;
}

function printSelection(selection: Selection): string {
  if (selection.kind === 'items') return selection.items.map(printItem).join(', ');
  const text = printExpression(selection.expression);
  // Before a sign VALUE would be an attribute.
  return `VALUE ${text.startsWith('-') ? `(${text})` : text}`;
}

function printItem(item: SelectItem): string {
  if (item.kind === 'star') return item.alias.length === 0 ? '*' : `* AS ${item.alias.join('.')}`;
  const { expression, alias } = item;
  const text = printExpression(expression);
  return alias.length === 1 && alias[0] === nameWithoutAlias(expression) ? text : `${text} AS ${alias.join('.')}`;
}
