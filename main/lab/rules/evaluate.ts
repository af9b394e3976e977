/** Compiles a rule's statement, once, into a function that runs it on messages. */
import { Buffer } from 'node:buffer';
import { rootScope, type Evaluate, type Frame } from './closures.ts';
import { compile } from './compile.ts';
import type { EvaluationContext } from './context.ts';
import { EvaluationFailure } from './failure.ts';
import { compileRecord } from './record-writer.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Assignment, Selection, Statement } from './statement.ts';
import { isArray, isNumber, isObject, toJson, type Value } from './value.ts';

export type Outcome =
  /** The bytes for the actions; empty when SELECT VALUE found Undefined. */
  | { readonly kind: 'selected'; readonly record: Buffer }
  /** WHERE was not true. */
  | { readonly kind: 'filtered' }
  | { readonly kind: 'failed'; readonly reason: string };

const LARGEST_RESULT = 128 * 1024;
const FILTERED: Outcome = { kind: 'filtered' };

/** The function never throws, whatever the message is. */
export function compileStatement(statement: Statement, version: SqlVersion): (context: EvaluationContext) => Outcome {
  const prepare = compileAssignments(statement.assignments);
  const scope = rootScope(statement.assignments.map(({ name }) => name));
  const where = statement.where === undefined ? undefined : compile(statement.where, scope);
  const select = compileTop(statement.selection, version, scope.variables);
  return (context) => {
    const frame: Frame = { context, version, variables: [], elements: [] };
    try {
      prepare(frame);
      return where === undefined || where(frame) === true ? select(frame) : FILTERED;
    } catch (error) {
      return { kind: 'failed', reason: failureReason(error) };
    }
  };
}

/** A failure that is not the language's own is a fault of the lab; the rule is told of it all the same, and the others go on. */
function failureReason(error: unknown): string {
  if (error instanceof EvaluationFailure) return error.message;
  return `the lab could not evaluate the statement: ${error instanceof Error ? error.message : String(error)}`;
}

/** Fills the variables of SET. */
export function compileAssignments(assignments: readonly Assignment[]): (frame: Frame) => void {
  const names = assignments.map(({ name }) => name);
  const values = assignments.map(({ value }, index) => compile(value, rootScope(names.slice(0, index))));
  return (frame) => {
    let size = 0;
    for (const [index, value] of values.entries()) {
      const found = value(frame);
      size += found === undefined || isNumber(found) ? 0 : Buffer.byteLength(toJson(found));
      if (size > LARGEST_RESULT) throw new EvaluationFailure('the variables of SET are larger than 128 KiB');
      frame.variables[index] = found;
    }
  };
}

function compileTop(
  selection: Selection,
  version: SqlVersion,
  variables: readonly string[],
): (frame: Frame) => Outcome {
  if (isWholePayload(selection)) {
    // The payload as it came, whatever it is.
    return ({ context }) => ({ kind: 'selected', record: context.payload.bytes });
  }
  if (selection.kind === 'value') return compileValue(compile(selection.expression, rootScope(variables)), version);
  const { items } = selection;
  const write = compileRecord(items, rootScope(variables));
  const hasSpread = items.some(({ kind, alias }) => kind === 'star' && alias.length === 0);
  return (frame) => {
    if (hasSpread && !isObject(frame.context.payload.json())) {
      const reason = `"*" beside other columns needs a JSON object as payload; encode(*, 'base64') takes any`;
      return { kind: 'failed', reason };
    }
    return recordOf(write(frame));
  };
}

function isWholePayload(selection: Selection): boolean {
  if (selection.kind === 'value') return selection.expression.kind === 'star';
  const [only] = selection.items;
  return selection.items.length === 1 && only?.kind === 'star' && only.alias.length === 0;
}

function compileValue(evaluate: Evaluate, version: SqlVersion): (frame: Frame) => Outcome {
  return (frame) => {
    const value: Value = evaluate(frame);
    if (version === '2015-10-08' && isArray(value)) {
      return { kind: 'failed', reason: 'SELECT VALUE of an array needs the SQL version 2016-03-23' };
    }
    return recordOf(toJson(value));
  };
}

function recordOf(text: string): Outcome {
  const record = Buffer.from(text);
  if (record.length > LARGEST_RESULT) return { kind: 'failed', reason: 'the result is larger than 128 KiB' };
  return { kind: 'selected', record };
}
