/** Functions on numbers. Strings count where they are numbers; everything else is Undefined. */
import { randomInt } from 'node:crypto';
import { intFromBig, intOf, isInt, numberOf, toDecimal, toDouble } from '../conversions.ts';
import { ceil, floor, fromDouble, round, truncate, wholeOf, type Decimal } from '../decimal.ts';
import { arithmetic } from '../operators.ts';
import { isNumber, type Value } from '../value.ts';
import { always, newer, type SqlFunction } from './function.ts';

export const MATH_FUNCTIONS: readonly (readonly [name: string, SqlFunction])[] = [
  ['abs', exact((value) => (value.coefficient < 0n ? { ...value, coefficient: -value.coefficient } : value))],
  ['ceil', toInt(ceil)],
  ['floor', toInt(floor)],
  ['round', toInt(round)],
  [
    'sign',
    toInt(({ coefficient }) => ({ coefficient: coefficient > 0n ? 1n : coefficient < 0n ? -1n : 0n, exponent: 0 })),
  ],
  ['acos', double(Math.acos)],
  ['asin', double(Math.asin)],
  ['atan', double(Math.atan)],
  ['cos', double(Math.cos)],
  ['cosh', double(Math.cosh)],
  ['sin', double(Math.sin)],
  ['sinh', double(Math.sinh)],
  ['tan', double(Math.tan)],
  ['tanh', double(Math.tanh)],
  ['exp', double(Math.exp)],
  ['ln', double(Math.log)],
  ['log', double(Math.log10)],
  ['sqrt', double(Math.sqrt)],
  ['atan2', doubles(Math.atan2)],
  ['power', doubles(Math.pow)],
  ['mod', always([2, 2], ([a, b], { version }) => arithmetic('%', a, b, version))],
  ['remainder', always([2, 2], ([a, b], { version }) => arithmetic('%', a, b, version))],
  ['bitand', bits((a, b) => a & b)],
  ['bitor', bits((a, b) => a | b)],
  ['bitxor', bits((a, b) => a ^ b)],
  [
    'bitnot',
    always([1, 1], ([value]) => {
      const decimal = toDecimal(value);
      return decimal === undefined ? undefined : intFromBig(~wholeOf(floor(decimal)));
    }),
  ],
  ['rand', always([0, 0], (_none, { version }) => numberOf(fromDouble(randomInt(2 ** 47) / 2 ** 47), false, version))],
  ['nanvl', always([2, 2], ([value, other]) => value ?? other)],
  ['trunc', always([2, 2], ([value, digits], { version }) => trunc(value, digits, version))],
  ['isnull', always([1, 1], ([value]) => value === null)],
  ['isundefined', newer([1, 1], ([value]) => value === undefined)],
];

/** An Int stays one, all else is a Decimal. */
function exact(calculate: (value: Decimal) => Decimal): SqlFunction {
  return always([1, 1], ([value], { version }) => {
    const decimal = toDecimal(value);
    if (decimal === undefined) return undefined;
    return numberOf(calculate(decimal), isNumber(value) && isInt(value, version), version);
  });
}

function toInt(calculate: (value: Decimal) => Decimal): SqlFunction {
  return always([1, 1], ([value]) => {
    const decimal = toDecimal(value);
    return decimal === undefined ? undefined : intOf(calculate(decimal));
  });
}

/** In double precision. What is imaginary or infinite is Undefined. */
function double(calculate: (value: number) => number): SqlFunction {
  return always([1, 1], ([value], { version }) => {
    const number = toDouble(value);
    return number === undefined ? undefined : numberOf(fromDouble(calculate(number)), false, version);
  });
}

function doubles(calculate: (a: number, b: number) => number): SqlFunction {
  return always([2, 2], ([left, right], { version }) => {
    const a = toDouble(left);
    const b = toDouble(right);
    return a === undefined || b === undefined ? undefined : numberOf(fromDouble(calculate(a, b)), false, version);
  });
}

/** On whole numbers of any size, as in two's complement; fractions are rounded down first. */
function bits(calculate: (a: bigint, b: bigint) => bigint): SqlFunction {
  return always([2, 2], ([left, right]) => {
    const a = toDecimal(left);
    const b = toDecimal(right);
    return a === undefined || b === undefined ? undefined : intFromBig(calculate(wholeOf(floor(a)), wholeOf(floor(b))));
  });
}

const MOST_PLACES = 34;

function trunc(value: Value, digits: Value, version: Parameters<typeof isInt>[1]): Value {
  // The table has no row for a text as the second argument.
  if (!isNumber(digits)) return undefined;
  const decimal = toDecimal(value);
  const places = toDecimal(digits);
  if (decimal === undefined || places === undefined) return undefined;
  const isIntValue = isNumber(value) && isInt(value, version);
  if (isIntValue) return value;
  const wanted = wholeOf(floor(places));
  const kept = wanted < 0n ? 0 : wanted > MOST_PLACES ? MOST_PLACES : Number(wanted);
  return numberOf(truncate(decimal, kept), false, version);
}
