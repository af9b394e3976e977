/** Turns parsed expressions into closures, once per rule, so that a message costs no more than the calls. */
import { cast } from './cast.ts';
import type { Evaluate, Frame, Scope } from './closures.ts';
import { EvaluationFailure } from './failure.ts';
import { FUNCTIONS } from './functions.ts';
import { encodeBytes } from './functions/json-functions.ts';
import { arithmetic, compareValues, equal, isIn, logic, minus, not } from './operators.ts';
import { compileQuery } from './compile-query.ts';
import { constantOf, type Expression } from './statement.ts';
import { memberOf, type Value } from './value.ts';

export function compile(expression: Expression, scope: Scope): Evaluate {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'path':
      return compilePath(expression.names, scope);
    case 'variable': {
      const index = scope.variables.indexOf(expression.name);
      return (frame) => frame.variables[index];
    }
    case 'member': {
      const object = compile(expression.object, scope);
      const { name } = expression;
      return (frame) => memberOf(object(frame), name);
    }
    case 'star':
      return scope.depth === 0 ? payloadJson : (frame) => frame.elements[scope.depth - 1];
    case 'not': {
      const operand = compile(expression.operand, scope);
      return (frame) => not(operand(frame));
    }
    case 'minus': {
      const operand = compile(expression.operand, scope);
      return (frame) => minus(operand(frame), frame.version);
    }
    case 'logic':
    case 'comparison':
    case 'arithmetic':
    case 'in':
      return compileBinary(expression, compile(expression.left, scope), compile(expression.right, scope));
    case 'call':
      return compileCall(expression.name, expression.arguments, scope);
    case 'cast': {
      const operand = compile(expression.operand, scope);
      const { type } = expression;
      return (frame) => cast(operand(frame), type, frame.version);
    }
    case 'case':
      return compileCase(expression, scope);
    case 'object': {
      const members = expression.members.map(({ key, value }) => [key, compile(value, scope)] as const);
      return (frame) => {
        const result = new Map<string, Value>();
        for (const [key, value] of members) {
          const found = value(frame);
          if (found !== undefined) result.set(key, found);
        }
        return result;
      };
    }
    case 'array': {
      const items = expression.items.map((item) => compile(item, scope));
      return (frame) => items.map((item) => item(frame)).filter((value) => value !== undefined);
    }
    case 'query': {
      const rows = compileQuery(expression.query, scope, compile);
      return (frame) => rows(frame).result;
    }
    case 'exists': {
      const rows = compileQuery(expression.query, scope, compile);
      return (frame) => rows(frame).count > 0;
    }
  }
}

function payloadJson(frame: Frame): Value {
  return frame.context.payload.json();
}

function compilePath(names: readonly string[], scope: Scope): Evaluate {
  const [first = '', ...rest] = names;
  for (let around = scope; around.query !== undefined; around = around.query.outer) {
    if (around.query.alias !== first) continue;
    const index = around.depth - 1;
    return follow((frame) => frame.elements[index], rest);
  }
  if (scope.query === undefined) return follow(payloadJson, names);
  const { source } = scope.query;
  const index = scope.depth - 1;
  // Without AS the name behind FROM names the element, unless the element has such an attribute.
  return follow((frame) => {
    const element = frame.elements[index];
    const found = memberOf(element, first);
    return found === undefined && first === source ? element : found;
  }, rest);
}

/** Paths are mostly short; each length has its own closure. */
function follow(start: Evaluate, names: readonly string[]): Evaluate {
  const [first, second, ...rest] = names;
  if (first === undefined) return start;
  if (second === undefined) return (frame) => memberOf(start(frame), first);
  const two: Evaluate = (frame) => memberOf(memberOf(start(frame), first), second);
  return rest.length === 0 ? two : follow(two, rest);
}

function compileBinary(
  expression: Extract<Expression, { readonly left: Expression }>,
  left: Evaluate,
  right: Evaluate,
): Evaluate {
  switch (expression.kind) {
    case 'logic': {
      const { operator } = expression;
      return (frame) => logic(operator, left(frame), right(frame));
    }
    case 'comparison': {
      const { operator } = expression;
      return (frame) => compareValues(operator, left(frame), right(frame));
    }
    case 'arithmetic': {
      const { operator } = expression;
      return (frame) => arithmetic(operator, left(frame), right(frame), frame.version);
    }
    case 'in':
      return (frame) => isIn(left(frame), right(frame));
  }
}

function compileCall(name: string, given: readonly Expression[], scope: Scope): Evaluate {
  const found = FUNCTIONS.get(name);
  if (found === undefined || given.length < found.least || given.length > found.most) return () => undefined;
  const values = given.map((expression) => compile(expression, scope));
  const [first, second] = values;
  if (name === 'encode' && given[0]?.kind === 'star' && second !== undefined) {
    return (frame) => encodeBytes(frame.context.payload.bytes, second(frame));
  }
  if (name === 'get_or_default' && first !== undefined) {
    return (frame) => orUndefined(first, frame) ?? second?.(frame);
  }
  const call = found.prepare?.(given.map(constantOf)) ?? found.call;
  return (frame) => {
    const results: Value[] = [];
    for (const value of values) results.push(value(frame));
    return call(results, frame);
  };
}

function orUndefined(evaluate: Evaluate, frame: Frame): Value {
  const depth = frame.elements.length;
  try {
    return evaluate(frame);
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    frame.elements.length = depth;
    return undefined;
  }
}

function compileCase(
  { subject, branches, otherwise }: Extract<Expression, { readonly kind: 'case' }>,
  scope: Scope,
): Evaluate {
  const value = compile(subject, scope);
  const compiled = branches.map(({ when, then }) => ({ when: compile(when, scope), then: compile(then, scope) }));
  const last = otherwise === undefined ? undefined : compile(otherwise, scope);
  return (frame) => {
    const found = value(frame);
    if (found === undefined) return undefined;
    for (const { when, then } of compiled) {
      const candidate = when(frame);
      if (candidate !== undefined && equal(found, candidate)) return then(frame);
    }
    return last?.(frame);
  };
}
