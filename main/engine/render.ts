/** Values as Athena writes them in result files: text that keeps no quotes inside arrays, maps and rows. */
import { javaDouble, javaFloat } from './java-double.ts';

export type ValueType =
  | { readonly kind: 'simple'; readonly name: SimpleName }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly item: ValueType }
  | { readonly kind: 'map'; readonly key: ValueType; readonly value: ValueType }
  | { readonly kind: 'row'; readonly fields: readonly { readonly name: string; readonly type: ValueType }[] };

/** The spelling of ColumnInfo. */
type SimpleName =
  | 'bigint'
  | 'boolean'
  | 'date'
  | 'double'
  | 'float'
  | 'integer'
  | 'interval day to second'
  | 'json'
  | 'smallint'
  | 'time'
  | 'timestamp'
  | 'timestamp with time zone'
  | 'tinyint'
  | 'unknown'
  | 'uuid'
  | 'varbinary'
  | 'varchar';

export type Interval = { readonly months: number; readonly days: number; readonly microseconds: bigint };

/**
 * A value freed from the database's own classes. Date: days since 1970; time and timestamps: microseconds; decimal: its unscaled digits;
 * map: pairs; row: its fields in order.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Interval
  | readonly Value[]
  | { readonly pairs: readonly (readonly [Value, Value])[] };

/** Null for SQL NULL, else the text. */
export function render(type: ValueType, value: Value): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case 'simple':
      return renderSimple(type.name, value);
    case 'decimal':
      return typeof value === 'bigint' ? renderDecimal(value, type.scale) : String(value);
    case 'array':
      return `[${itemsOf(value)
        .map((item) => inner(type.item, item))
        .join(', ')}]`;
    case 'row': {
      const items = itemsOf(value);
      return `{${type.fields.map(({ name, type: field }, index) => named(name, inner(field, items[index] ?? null))).join(', ')}}`;
    }
    case 'map':
      return `{${sortedPairs(value)
        .map(([key, entry]) => `${inner(type.key, key)}=${inner(type.value, entry)}`)
        .join(', ')}}`;
  }
}

function inner(type: ValueType, value: Value): string {
  return render(type, value) ?? 'null';
}

function named(name: string, text: string): string {
  return name === '' ? text : `${name.toLowerCase()}=${text}`;
}

function itemsOf(value: Value): readonly Value[] {
  return isList(value) ? value : [];
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** By key: numbers by size, all else as text. */
function sortedPairs(value: Value): readonly (readonly [Value, Value])[] {
  if (value === null || typeof value !== 'object' || !('pairs' in value)) return [];
  return [...value.pairs].sort(([left], [right]) => {
    if (isNumber(left) && isNumber(right)) return left < right ? -1 : left > right ? 1 : 0;
    return String(left) < String(right) ? -1 : 1;
  });
}

function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function renderSimple(name: SimpleName, value: Value): string {
  if (typeof value === 'number') {
    if (name === 'double') return javaDouble(value);
    if (name === 'float') return javaFloat(value);
    if (name === 'date') return renderDate(BigInt(value));
  }
  if (typeof value === 'bigint') {
    if (name === 'timestamp') return renderTimestamp(value);
    if (name === 'timestamp with time zone') return `${renderTimestamp(value)} UTC`;
    if (name === 'time') return renderTime(value);
  }
  if (value instanceof Uint8Array) return [...value].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  if (value !== null && typeof value === 'object' && 'months' in value) return renderInterval(value);
  return String(value);
}

function renderDecimal(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const DAY = 86_400_000_000n;

function renderTimestamp(microseconds: bigint): string {
  const time = ((microseconds % DAY) + DAY) % DAY;
  return `${renderDate((microseconds - time) / DAY)} ${renderTime(time)}`;
}

function renderDate(days: bigint): string {
  const date = new Date(Number(days) * 86_400_000);
  const year = date.getUTCFullYear();
  const text = String(Math.abs(year)).padStart(4, '0');
  return `${year < 0 ? '-' : ''}${text}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

/** With milliseconds, as timestamp(3) and time(3) show them. */
function renderTime(microseconds: bigint): string {
  const milliseconds = Number(microseconds / 1000n);
  const seconds = Math.floor(milliseconds / 1000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return `${clock}.${String(milliseconds % 1000).padStart(3, '0')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `3-5` for years and months, `2 03:00:00.000` for days and time. */
function renderInterval({ months, days, microseconds }: Interval): string {
  if (months !== 0) {
    const size = Math.abs(months);
    return `${months < 0 ? '-' : ''}${Math.floor(size / 12)}-${size % 12}`;
  }
  const total = BigInt(days) * DAY + microseconds;
  const size = total < 0n ? -total : total;
  return `${total < 0n ? '-' : ''}${size / DAY} ${renderTime(size % DAY)}`;
}
