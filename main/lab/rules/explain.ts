/** What the parts of an expression came to for one message: which operands were Undefined, and what was converted on the way. */
import { rootScope, type Frame } from './closures.ts';
import { compile } from './compile.ts';
import { toBoolean, toDecimal } from './conversions.ts';
import type { EvaluationContext } from './context.ts';
import { compileAssignments } from './evaluate.ts';
import { EvaluationFailure } from './failure.ts';
import { placeOf } from './lexer.ts';
import { printExpression } from './print.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Assignment, Expression } from './statement.ts';
import { toJson, type Value } from './value.ts';

/** `value` is JSON, null for Undefined; the place in the SQL counts from 1. */
export type ExplainedOperand = {
  readonly text: string;
  readonly value: string | null;
  readonly line: number;
  readonly column: number;
  /** Why a call is Undefined where its arguments do not tell; null else. */
  readonly reason: string | null;
};

export type ExplainedPart = {
  readonly text: string;
  readonly value: string | null;
  /** The attributes, variables and calls in it, which decide its value. */
  readonly operands: readonly ExplainedOperand[];
  /** A text in it was taken as a number or as a Boolean. */
  readonly isConverted: boolean;
};

/** `sql` is the text that the expressions of `explain` come from. A failing function counts as Undefined. */
export function openExplainer(
  sql: string,
  { version, assignments }: { readonly version: SqlVersion; readonly assignments: readonly Assignment[] },
  context: EvaluationContext,
): (part: Expression) => ExplainedPart {
  let reason: string | null = null;
  const note = (why: string): void => void (reason = why);
  const frame: Frame = { context, version, note, variables: [], elements: [] };
  const scope = rootScope(assignments.map(({ name }) => name));
  const orUndefined = (evaluate: () => Value): Value => {
    try {
      return evaluate();
    } catch (error) {
      if (!(error instanceof EvaluationFailure)) throw error;
      note(error.message);
      return undefined;
    }
  };
  orUndefined(() => {
    compileAssignments(assignments)(frame);
    return undefined;
  });
  const valueOf = (expression: Expression): Value => orUndefined(() => compile(expression, scope)(frame));
  const operand = (expression: Expression): ExplainedOperand => {
    reason = null;
    const value = jsonOf(valueOf(expression));
    const why = value === null && expression.kind === 'call' ? reason : null;
    return { text: printExpression(expression), value, ...placeOf(sql, expression.at), reason: why };
  };
  return (part) => ({
    text: printExpression(part),
    value: jsonOf(valueOf(part)),
    operands: operandsOf(part).map(operand),
    isConverted: isConverting(part, valueOf),
  });
}

function jsonOf(value: Value): string | null {
  return value === undefined ? null : toJson(value);
}

/** In the order of reading. Of a call the call itself and what is given to it. */
function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'path':
    case 'variable':
    case 'query':
      return [expression];
    case 'member':
    case 'call':
      return [expression, ...childrenOf(expression).flatMap(operandsOf)];
    default:
      return childrenOf(expression).flatMap(operandsOf);
  }
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'member':
      return [expression.object];
    case 'not':
    case 'minus':
    case 'cast':
      return [expression.operand];
    case 'logic':
    case 'comparison':
    case 'arithmetic':
    case 'in':
      return [expression.left, expression.right];
    case 'call':
      return expression.arguments.filter(({ kind }) => kind !== 'star');
    case 'case':
      return [expression.subject];
    case 'array':
      return expression.items;
    case 'object':
      return expression.members.map(({ value }) => value);
    default:
      return [];
  }
}

function isConverting(expression: Expression, valueOf: (expression: Expression) => Value): boolean {
  const children = childrenOf(expression);
  const takesText = converterOf(expression);
  const isHere =
    takesText !== undefined &&
    children.some((child) => {
      const value = valueOf(child);
      return typeof value === 'string' && takesText(value) !== undefined;
    });
  return isHere || children.some((child) => isConverting(child, valueOf));
}

/** What an operator makes of a text, undefined where it takes texts as they are. */
function converterOf(expression: Expression): ((value: Value) => unknown) | undefined {
  switch (expression.kind) {
    case 'logic':
    case 'not':
      return toBoolean;
    case 'minus':
      return toDecimal;
    case 'arithmetic':
      return expression.operator === '+' ? undefined : toDecimal;
    case 'comparison':
      return expression.operator === '=' || expression.operator === '<>' ? undefined : toDecimal;
    default:
      return undefined;
  }
}
