/** The conversions that operators and functions make by themselves (guide: "Data types", implicit conversions). */
import { decimalText, isWhole, parseDecimal, truncate, type Decimal } from './decimal.ts';
import type { SqlVersion } from './sql-version.ts';
import { isNumber, toJson, type SqlNumber, type Value } from './value.ts';

/** Also of the texts `true` and `false` in any case. */
export function toBoolean(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const word = value.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** Numbers, and strings that are numbers as AWS reads them (no plus sign, digits on both sides of the point). */
export function toDecimal(value: Value): Decimal | undefined {
  if (isNumber(value)) return parseDecimal(value.text);
  return typeof value === 'string' && !/[eE]\+/.test(value) ? parseDecimal(value) : undefined;
}

/** As toDecimal, in double precision. */
export function toDouble(value: Value): number | undefined {
  if (isNumber(value)) return Number(value.text);
  const decimal = toDecimal(value);
  return decimal === undefined ? undefined : Number(decimalText(decimal));
}

const FARTHEST = 2 ** 52;

/** An index or a count: the fraction is cut, what is beyond every text and array is 2^52 or its negative. */
export function toIndex(value: Value): number | undefined {
  const decimal = toDecimal(value);
  if (decimal === undefined) return undefined;
  const number = Number(decimalText(truncate(decimal)));
  return Math.max(-FARTHEST, Math.min(FARTHEST, number));
}

/** Undefined and Null have no text; arrays and objects have compact JSON. */
export function toText(value: Value, version: SqlVersion): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (!isNumber(value)) return toJson(value);
  if (/^-?[1-9]\d{0,30}$|^0$/.test(value.text)) return value.text;
  return numberOf(parseDecimal(value.text), isInt(value, version), version)?.text;
}

/** From 2016-03-23 on a whole decimal such as `10.0` is an Int. */
export function isInt(value: SqlNumber, version: SqlVersion): boolean {
  if (!/[.eE]/.test(value.text)) return true;
  const decimal = version === '2016-03-23' ? parseDecimal(value.text) : undefined;
  return decimal !== undefined && isWhole(decimal);
}

/** Only in 2015-10-08 does a whole Decimal show that it is one. */
export function numberOf(value: Decimal | undefined, isIntResult: boolean, version: SqlVersion): SqlNumber | undefined {
  if (value === undefined) return undefined;
  const text = decimalText(value);
  const showsPoint = version === '2015-10-08' && !isIntResult && !/[.E]/.test(text);
  return { text: showsPoint ? `${text}.0` : text };
}

/** Of a whole number. */
export function intOf(value: Decimal): SqlNumber {
  return { text: decimalText(value) };
}

export function intFromBig(value: bigint): SqlNumber | undefined {
  const decimal = parseDecimal(String(value));
  return decimal === undefined ? undefined : intOf(decimal);
}
