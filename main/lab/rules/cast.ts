/** `cast(value as type)`: its words and its table, which differ from the conversions that operators make by themselves. */
import { intOf, isInt, numberOf, toBoolean, toDecimal, toText } from './conversions.ts';
import { decimalText, floor, fromDouble, parseDecimal } from './decimal.ts';
import type { SqlVersion } from './sql-version.ts';
import type { CastType } from './statement.ts';
import { isArray, isNumber, isObject, type Value } from './value.ts';

export const CAST_TYPES: ReadonlyMap<string, CastType> = new Map([
  ['string', 'string'],
  ['nvarchar', 'string'],
  ['text', 'string'],
  ['ntext', 'string'],
  ['varchar', 'string'],
  ['int', 'int'],
  ['integer', 'int'],
  ['decimal', 'decimal'],
  ['double', 'double'],
  ['bool', 'boolean'],
  ['boolean', 'boolean'],
]);

/** In lower case. */
export const NEW_CAST_WORDS: ReadonlySet<string> = new Set(['decimal', 'bool', 'boolean']);

export function cast(value: Value, type: CastType, version: SqlVersion): Value {
  if (value === undefined || value === null) return undefined;
  if (type === 'string') return toText(value, version);
  if (isArray(value) || isObject(value)) return undefined;
  if (type === 'boolean') return isNumber(value) ? toDecimal(value)?.coefficient !== 0n : toBoolean(value);
  const decimal = typeof value === 'boolean' ? parseDecimal(value ? '1' : '0') : toDecimal(value);
  if (decimal === undefined) return undefined;
  switch (type) {
    case 'int':
      return intOf(floor(decimal));
    case 'decimal':
      return isNumber(value) && isInt(value, version) ? value : numberOf(decimal, false, version);
    case 'double':
      return numberOf(fromDouble(Number(decimalText(decimal))), false, version);
  }
}
