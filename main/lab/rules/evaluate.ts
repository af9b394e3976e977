/** Runs a rule's statement on one message. */
import { readJson } from './json-reader.ts';
import { arithmetic, compareValues, logic, minus, not } from './operators.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Expression, Statement } from './statement.ts';
import { isObject, toJson, type Value } from './value.ts';

/** A message's payload; read as JSON when a rule first asks, and only once for all rules. */
export type Payload = { readonly bytes: Buffer; readonly json: () => Value };

export type Outcome =
  | { readonly kind: 'selected'; readonly record: Buffer }
  /** WHERE was not true. */
  | { readonly kind: 'filtered' }
  | { readonly kind: 'failed'; readonly reason: string };

const LARGEST_RESULT = 128 * 1024;

export function openPayload(bytes: Buffer): Payload {
  let value: { readonly json: Value } | undefined;
  return { bytes, json: () => (value ??= { json: readJson(bytes) }).json };
}

export function runStatement(statement: Statement, version: SqlVersion, payload: Payload): Outcome {
  const { where, items } = statement;
  if (where !== undefined && evaluate(where, version, payload) !== true) return { kind: 'filtered' };
  const [only] = items;
  // The payload as it came, whatever it is.
  if (items.length === 1 && only?.kind === 'star' && only.alias.length === 0) {
    return { kind: 'selected', record: payload.bytes };
  }
  return select(statement, version, payload);
}

function select({ items }: Statement, version: SqlVersion, payload: Payload): Outcome {
  let result: ReadonlyMap<string, Value> = new Map();
  for (const item of items) {
    if (item.kind === 'value') {
      result = withMember(result, item.alias, evaluate(item.expression, version, payload));
      continue;
    }
    const json = payload.json();
    if (!isObject(json)) return { kind: 'failed', reason: '"*" beside other columns needs a JSON object as payload' };
    result = item.alias.length === 0 ? new Map([...result, ...json]) : withMember(result, item.alias, json);
  }
  const record = Buffer.from(toJson(result));
  if (record.length > LARGEST_RESULT) return { kind: 'failed', reason: 'the result is larger than 128 KiB' };
  return { kind: 'selected', record };
}

/** A dotted alias builds objects inside objects; what stands in the way is replaced. Undefined leaves no trace. */
function withMember(
  target: ReadonlyMap<string, Value>,
  [name = '', ...rest]: readonly string[],
  value: Value,
): ReadonlyMap<string, Value> {
  if (value === undefined) return target;
  if (rest.length === 0) return new Map(target).set(name, value);
  const inner = target.get(name);
  return new Map(target).set(name, withMember(isObject(inner) ? inner : new Map<string, Value>(), rest, value));
}

function evaluate(expression: Expression, version: SqlVersion, payload: Payload): Value {
  const of = (operand: Expression): Value => evaluate(operand, version, payload);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return expression.names.reduce((value, name) => (isObject(value) ? value.get(name) : undefined), payload.json());
    case 'not':
      return not(of(expression.operand));
    case 'minus':
      return minus(of(expression.operand), version);
    case 'logic':
      return logic(expression.operator, of(expression.left), of(expression.right));
    case 'comparison':
      return compareValues(expression.operator, of(expression.left), of(expression.right));
    case 'arithmetic':
      return arithmetic(expression.operator, of(expression.left), of(expression.right), version);
  }
}
