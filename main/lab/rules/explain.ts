/** Says why a message passed a rule or not: which operand was Undefined and where, what was converted, what was compared. */
import { rootScope, type Frame, type Scope } from './closures.ts';
import { compile } from './compile.ts';
import type { EvaluationContext } from './context.ts';
import { toBoolean, toDecimal } from './conversions.ts';
import { compileAssignments, compileStatement, failureReason, type Outcome } from './evaluate.ts';
import { placeOf } from './lexer.ts';
import { parseStatement } from './parse.ts';
import { printExpression } from './print.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Expression, Statement } from './statement.ts';
import { isArray, isNumber, isObject, memberOf, toJson, type Value } from './value.ts';

export type ValueKind = 'undefined' | 'null' | 'boolean' | 'string' | 'number' | 'array' | 'object';

/** One fact about one place of the SQL. The sentence for it is the window's, in the user's language. */
export type Note = {
  readonly code:
    /** The payload is no JSON, so it has no attributes. */
    | 'payloadNotJson'
    /** `name` is not in what stands before it. */
    | 'attributeMissing'
    /** `name` is asked of a `valueKind`, which has no attributes. */
    | 'notAnObject'
    /** An operand of a kind that the operator does not take: `value` of `valueKind`, where `wanted` was. */
    | 'operandUnfit'
    /** A text was taken as a number or a Boolean (`wanted`). */
    | 'converted'
    /** A comparison that was false: `left` against `right`. */
    | 'comparedFalse'
    /** Of two values of different kinds `=` is always false. */
    | 'kindsDiffer'
    /** A function or cast gave Undefined although its arguments were there. */
    | 'noResult'
    /** A condition that is there but false. */
    | 'isFalse'
    /** WHERE gave something else than true or false. */
    | 'notBoolean'
    /** A function failed; `value` is the reason. */
    | 'failed';
  /** The part of the SQL it is about, as it would be printed. */
  readonly expression: string;
  /** Of that part (of an operator: the operator), counted from 1. */
  readonly line: number;
  readonly column: number;
  readonly name?: string;
  readonly value?: string;
  readonly valueKind?: ValueKind;
  readonly wanted?: 'number' | 'boolean';
  readonly left?: string;
  readonly right?: string;
};

export type Explanation = {
  readonly outcome: Outcome;
  /** Why WHERE was not true, or how it came to be true (conversions only). Empty without WHERE. */
  readonly where: readonly Note[];
  /** Of each column of the result that is missing, by its name: why. */
  readonly missing: readonly { readonly column: string; readonly notes: readonly Note[] }[];
};

/** Notes beyond this say nothing new to a person. */
const MOST_NOTES = 50;
const LONGEST_VALUE = 200;

/** Throws AwsError SqlParseException. */
export function explainRule(sql: string, version: SqlVersion, context: EvaluationContext): Explanation {
  const statement = parseStatement(sql, version);
  const outcome = compileStatement(statement, version)(context);
  const frame: Frame = { context, version, variables: [], elements: [] };
  const teller = openTeller(sql, frame, statement);
  try {
    compileAssignments(statement.assignments)(frame);
  } catch (error) {
    return { outcome, where: [], missing: [{ column: '', notes: [teller.failure(error)] }] };
  }
  const where = statement.where === undefined ? [] : teller.condition(statement.where);
  return { outcome, where, missing: outcome.kind === 'filtered' ? [] : missingColumns(statement, teller) };
}

type Teller = {
  readonly condition: (expression: Expression) => readonly Note[];
  /** Undefined when the expression has a value. */
  readonly absence: (expression: Expression) => readonly Note[] | undefined;
  readonly failure: (error: unknown) => Note;
};

function missingColumns(
  { selection }: Statement,
  teller: Teller,
): readonly { readonly column: string; readonly notes: readonly Note[] }[] {
  const columns =
    selection.kind === 'value'
      ? [{ column: 'VALUE', expression: selection.expression }]
      : selection.items.flatMap((item) =>
          item.kind === 'star' ? [] : [{ column: item.alias.join('.'), expression: item.expression }],
        );
  return columns.flatMap(({ column, expression }) => {
    const notes = teller.absence(expression);
    return notes === undefined ? [] : [{ column, notes }];
  });
}

function openTeller(sql: string, frame: Frame, statement: Statement): Teller {
  const scope: Scope = rootScope(statement.assignments.map(({ name }) => name));
  let notes: Note[] = [];

  const note = (code: Note['code'], about: Expression, more: Partial<Note> = {}): void => {
    const known = notes.some(
      (other) =>
        other.code === code &&
        other.column === placeOf(sql, about.at).column &&
        other.value === more.value &&
        other.name === more.name,
    );
    if (known || notes.length >= MOST_NOTES) return;
    notes.push({ code, expression: printExpression(about), ...placeOf(sql, about.at), ...more });
  };

  const valueOf = (expression: Expression): Value => {
    try {
      return compile(expression, scope)(frame);
    } catch (error) {
      note('failed', expression, { value: failureReason(error) });
      return undefined;
    }
  };

  /** Why it is Undefined: the deepest causes. */
  const whyUndefined = (expression: Expression): void => {
    const parts = partsOf(expression).filter((part) => valueOf(part) === undefined);
    if (expression.kind === 'path' || expression.kind === 'member') {
      if (parts.length > 0) parts.forEach(whyUndefined);
      else noteAttribute(expression);
      return;
    }
    if (parts.length > 0 && expression.kind !== 'query' && expression.kind !== 'exists') {
      parts.forEach(whyUndefined);
      return;
    }
    noteUnfit(expression);
  };

  const noteAttribute = (expression: Extract<Expression, { readonly kind: 'path' | 'member' }>): void => {
    let value = expression.kind === 'path' ? frame.context.payload.json() : valueOf(expression.object);
    if (expression.kind === 'path' && value === undefined) {
      note('payloadNotJson', expression);
      return;
    }
    const names = expression.kind === 'path' ? expression.names : [expression.name];
    for (const name of names) {
      if (!isObject(value)) {
        note('notAnObject', expression, { name, value: shown(value), valueKind: kindOf(value) });
        return;
      }
      const next = memberOf(value, name);
      if (next === undefined) {
        note('attributeMissing', expression, { name });
        return;
      }
      value = next;
    }
  };

  const noteUnfit = (expression: Expression): void => {
    const wanted = wantedBy(expression);
    const unfit = wanted === undefined ? [] : partsOf(expression).filter((part) => !fits(valueOf(part), wanted));
    for (const part of unfit) {
      const value = valueOf(part);
      note('operandUnfit', expression, {
        name: printExpression(part),
        value: shown(value),
        valueKind: kindOf(value),
        ...(wanted === undefined ? {} : { wanted }),
      });
    }
    if (unfit.length === 0) note('noResult', expression);
  };

  /** What operators did with texts on the way. */
  const noteConversions = (expression: Expression): void => {
    const wanted = wantedBy(expression);
    const values = partsOf(expression).map((part) => ({ part, value: valueOf(part) }));
    const isConcatenation = expression.kind === 'arithmetic' && expression.operator === '+';
    for (const { part, value } of values) {
      if (typeof value === 'string' && !isConcatenation && wanted !== undefined && fits(value, wanted)) {
        note('converted', expression, {
          name: printExpression(part),
          value: shown(value),
          valueKind: 'string',
          wanted,
        });
      }
      noteConversions(part);
    }
  };

  const whyFalse = (expression: Expression): void => {
    switch (expression.kind) {
      case 'logic': {
        const parts = [expression.left, expression.right].filter((part) => toBoolean(valueOf(part)) !== true);
        parts.forEach(whyFalse);
        return;
      }
      case 'comparison':
      case 'in': {
        const left = valueOf(expression.left);
        const right = valueOf(expression.right);
        const differs =
          expression.kind === 'comparison' && expression.operator === '=' && kindOf(left) !== kindOf(right);
        note(differs ? 'kindsDiffer' : 'comparedFalse', expression, {
          name: expression.operator,
          left: shown(left),
          right: shown(right),
        });
        return;
      }
      default:
        note('isFalse', expression);
    }
  };

  const told = (tell: () => void): readonly Note[] => {
    notes = [];
    tell();
    return notes;
  };

  return {
    condition: (expression) =>
      told(() => {
        const value = valueOf(expression);
        if (value === undefined) whyUndefined(expression);
        else if (value === false) whyFalse(expression);
        else if (value !== true) note('notBoolean', expression, { value: shown(value), valueKind: kindOf(value) });
        noteConversions(expression);
      }),
    absence: (expression) => {
      const found = told(() => {
        if (valueOf(expression) === undefined) whyUndefined(expression);
      });
      return found.length === 0 ? undefined : found;
    },
    failure: (error) => ({ code: 'failed', expression: '', line: 1, column: 1, value: failureReason(error) }),
  };
}

/** The operands that decide whether there is a value. */
function partsOf(expression: Expression): readonly Expression[] {
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
    default:
      return [];
  }
}

function wantedBy(expression: Expression): Note['wanted'] {
  switch (expression.kind) {
    case 'logic':
    case 'not':
      return 'boolean';
    case 'minus':
    case 'arithmetic':
      return 'number';
    case 'comparison':
      return expression.operator === '=' || expression.operator === '<>' ? undefined : 'number';
    default:
      return undefined;
  }
}

function fits(value: Value, wanted: NonNullable<Note['wanted']>): boolean {
  switch (wanted) {
    case 'boolean':
      return toBoolean(value) !== undefined;
    case 'number':
      return toDecimal(value) !== undefined;
  }
}

function kindOf(value: Value): ValueKind {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  if (isNumber(value)) return 'number';
  return isArray(value) ? 'array' : 'object';
}

function shown(value: Value): string {
  const text = toJson(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
