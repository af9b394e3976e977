/** Statements as the rows of the rule builder. */
import type { RuleColumn, RuleCondition, RuleRows } from '../../../preload/shapes-rules.ts';
import { printExpression } from './print.ts';
import type { Expression, Statement } from './statement.ts';

/** The statement as rows, or null where it is more than rows can show. */
export function rowsOf({ assignments, selection, topicFilter, where }: Statement): RuleRows | null {
  if (assignments.length > 0 || selection.kind === 'value') return null;
  const columns: RuleColumn[] = [];
  for (const item of selection.items) {
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
  return { field: left.names.join('.'), operator, value: printExpression(right) };
}
