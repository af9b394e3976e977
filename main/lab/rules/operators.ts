/** The operators of AWS IoT SQL on values: comparisons, logic and arithmetic. What has no result is Undefined. */
import { isInt, numberOf, toBoolean, toDecimal, toText } from './conversions.ts';
import { add, compare, divide, multiply, negate, remainder, type Decimal } from './decimal.ts';
import type { SqlVersion } from './sql-version.ts';
import type { ArithmeticOperator, ComparisonOperator } from './statement.ts';
import { isArray, isNumber, isObject, type SqlNumber, type Value } from './value.ts';

/** No shortcut: one operand that is no Boolean makes it Undefined, whatever the other one is. */
export function logic(operator: 'AND' | 'OR', left: Value, right: Value): Value {
  const a = toBoolean(left);
  const b = toBoolean(right);
  if (a === undefined || b === undefined) return undefined;
  return operator === 'AND' ? a && b : a || b;
}

export function not(value: Value): Value {
  const boolean = toBoolean(value);
  return boolean === undefined ? undefined : !boolean;
}

export function compareValues(operator: ComparisonOperator, left: Value, right: Value): Value {
  if (left === undefined || right === undefined) return undefined;
  if (operator === '=') return equal(left, right);
  if (operator === '<>') return !equal(left, right);
  const order = orderOf(left, right);
  if (order === undefined) return undefined;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

export function isIn(left: Value, right: Value): Value {
  if (left === undefined || !isArray(right)) return undefined;
  return right.some((item) => equal(left, item));
}

/** Doubles order decimals of up to 15 characters rightly, and are much faster. */
const SAFE_LENGTH = 15;

function orderOf(left: Value, right: Value): number | undefined {
  if (isNumber(left) && isNumber(right) && left.text.length <= SAFE_LENGTH && right.text.length <= SAFE_LENGTH) {
    const [a, b] = [Number(left.text), Number(right.text)];
    // Exponents reach beyond doubles.
    if (Number.isFinite(a) && Number.isFinite(b) && (a !== b || (!isExponential(left) && !isExponential(right)))) {
      return a - b;
    }
  }
  const a = toDecimal(left);
  const b = toDecimal(right);
  return a === undefined || b === undefined ? undefined : compare(a, b);
}

function isExponential({ text }: SqlNumber): boolean {
  return text.includes('E') || text.includes('e');
}

/** Different kinds are unequal; numbers are compared by value, objects without regard to the order of keys. */
export function equal(left: Value, right: Value): boolean {
  if (isNumber(left) && isNumber(right)) return left.text === right.text || orderOf(left, right) === 0;
  if (isArray(left) && isArray(right)) {
    return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  }
  if (isObject(left) && isObject(right)) {
    return (
      left.size === right.size && [...left].every(([key, value]) => right.has(key) && equal(value, right.get(key)))
    );
  }
  return left === right;
}

export function arithmetic(operator: ArithmeticOperator, left: Value, right: Value, version: SqlVersion): Value {
  if (operator === '+') return plus(left, right, version);
  const a = toDecimal(left);
  const b = toDecimal(right);
  if (a === undefined || b === undefined) return undefined;
  return numberOf(calculate(operator, a, b), areInts(left, right, version), version);
}

export function minus(value: Value, version: SqlVersion): Value {
  const decimal = toDecimal(value);
  if (decimal === undefined) return undefined;
  return numberOf(negate(decimal), isNumber(value) && isInt(value, version), version);
}

function calculate(operator: Exclude<ArithmeticOperator, '+'>, a: Decimal, b: Decimal): Decimal | undefined {
  switch (operator) {
    case '-':
      return add(a, negate(b));
    case '*':
      return multiply(a, b);
    case '/':
      return divide(a, b);
    case '%':
      return remainder(a, b);
  }
}

/** A string on one side makes it a concatenation, also of digits. */
function plus(left: Value, right: Value, version: SqlVersion): Value {
  if (typeof left === 'string' || typeof right === 'string') {
    const a = toText(left, version);
    const b = toText(right, version);
    return a === undefined || b === undefined ? undefined : a + b;
  }
  if (!isNumber(left) || !isNumber(right)) return undefined;
  const a = toDecimal(left);
  const b = toDecimal(right);
  if (a === undefined || b === undefined) return undefined;
  return numberOf(add(a, b), areInts(left, right, version), version);
}

function areInts(left: Value, right: Value, version: SqlVersion): boolean {
  return isNumber(left) && isNumber(right) && isInt(left, version) && isInt(right, version);
}
