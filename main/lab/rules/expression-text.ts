/** Expressions as SQL again, and statements as the rows of the rule builder. */
import type { RuleColumn, RuleCondition, RuleRows } from '../../../preload/shapes-rules.ts';
import type { Expression, Statement } from './statement.ts';
import { isNumber, toJson, type Value } from './value.ts';

/** Its text, with brackets around whatever is made of parts. */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return literalText(expression.value);
    case 'path':
      return expression.names.join('.');
    case 'not':
      return `NOT ${inBrackets(expression.operand)}`;
    case 'minus':
      return `-${inBrackets(expression.operand)}`;
    case 'logic':
    case 'comparison':
    case 'arithmetic':
      return `${inBrackets(expression.left)} ${expression.operator} ${inBrackets(expression.right)}`;
  }
}

function inBrackets(expression: Expression): string {
  const text = expressionText(expression);
  return expression.kind === 'literal' || expression.kind === 'path' ? text : `(${text})`;
}

function literalText(value: Value): string {
  if (typeof value !== 'string') return toJson(value);
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

/** The statement as rows, or null where it is more than rows can show. */
export function rowsOf({ items, topicFilter, where }: Statement): RuleRows | null {
  const columns: RuleColumn[] = [];
  for (const item of items) {
    if (item.kind === 'star') columns.push({ field: '*', alias: item.alias.join('.') });
    else if (item.expression.kind === 'path') {
      const isPlain = item.alias.length === 1 && item.alias[0] === item.expression.names.at(-1);
      columns.push({ field: item.expression.names.join('.'), alias: isPlain ? '' : item.alias.join('.') });
    } else return null;
  }
  const joined = where?.kind === 'logic' ? where.operator : 'AND';
  const conditions: RuleCondition[] = [];
  for (const part of where === undefined ? [] : partsOf(where, joined)) {
    const condition = conditionOf(part);
    if (condition === null) return null;
    conditions.push(condition);
  }
  return { columns, topicFilter, joined, conditions };
}

/** What one kind of AND or OR joins. */
export function partsOf(expression: Expression, joined: 'AND' | 'OR'): readonly Expression[] {
  if (expression.kind !== 'logic' || expression.operator !== joined) return [expression];
  return [...partsOf(expression.left, joined), ...partsOf(expression.right, joined)];
}

function conditionOf(expression: Expression): RuleCondition | null {
  if (expression.kind !== 'comparison') return null;
  const { left, operator, right } = expression;
  if (left.kind !== 'path' || right.kind !== 'literal') return null;
  const { value } = right;
  const isScalar = value === null || typeof value === 'string' || typeof value === 'boolean' || isNumber(value);
  return isScalar ? { field: left.names.join('.'), operator, value: literalText(value) } : null;
}
