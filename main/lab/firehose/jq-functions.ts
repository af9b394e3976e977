/** The jq functions that partition keys are made with, each with jq 1.6's meaning. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JqFilter = (input: Json) => Json;

/** A record that the query cannot be applied to; its message goes into the error output. */
export class JqError extends Error {}

type JqFunction = (input: Json, inputs: readonly Json[]) => Json;

const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** By name and number of arguments. */
export const JQ_FUNCTIONS: Readonly<Record<string, JqFunction>> = {
  'tostring/0': (input) => textOf(input),
  'tonumber/0': (input) => {
    const value = typeof input === 'string' && input.trim() !== '' ? Number(input) : input;
    return needNumber(value, 'tonumber');
  },
  'floor/0': (input) => Math.floor(needNumber(input, 'floor')),
  'length/0': length,
  'ascii_downcase/0': (input) => needText(input, 'ascii_downcase').replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  'ascii_upcase/0': (input) => needText(input, 'ascii_upcase').replace(/[a-z]/g, (letter) => letter.toUpperCase()),
  'ltrimstr/1': (input, [start]) =>
    typeof input === 'string' && typeof start === 'string' && input.startsWith(start)
      ? input.slice(start.length)
      : input,
  'rtrimstr/1': (input, [end]) =>
    typeof input === 'string' && typeof end === 'string' && end !== '' && input.endsWith(end)
      ? input.slice(0, -end.length)
      : input,
  'split/1': (input, [separator]) => needText(input, 'split').split(needText(separator ?? null, 'split')),
  'fromdate/0': fromDate,
  'fromdateiso8601/0': fromDate,
  'todate/0': (input) => format('%Y-%m-%dT%H:%M:%SZ', needTime(input)),
  'strftime/1': (input, [pattern]) => format(needText(pattern ?? null, 'strftime'), needTime(input)),
};

export function isJsonObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text as it is, anything else as JSON. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function length(input: Json): Json {
  if (input === null) return 0;
  if (typeof input === 'string') return [...input].length;
  if (typeof input === 'number') return Math.abs(input);
  if (typeof input === 'boolean') throw new JqError('length is not defined for a boolean.');
  return Object.keys(input).length;
}

/** Epoch seconds of `2026-11-02T20:00:00Z`, the one form jq 1.6 takes. */
function fromDate(input: Json): number {
  const text = needText(input, 'fromdate');
  const timeMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new JqError(`fromdate needs a time like 2026-11-02T20:00:00Z, not "${text}".`);
  return timeMs / 1000;
}

function needTime(input: Json): Date {
  const time = new Date(Math.floor(needNumber(input, 'strftime')) * 1000);
  if (Number.isNaN(time.getTime())) throw new JqError('strftime needs epoch seconds.');
  return time;
}

function needNumber(value: Json, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new JqError(`${name} needs a number, not ${JSON.stringify(value)}.`);
}

function needText(value: Json, name: string): string {
  if (typeof value === 'string') return value;
  throw new JqError(`${name} needs a text, not ${JSON.stringify(value)}.`);
}

function format(pattern: string, time: Date): string {
  return pattern.replace(/%(.)/g, (conversion, letter: string) => {
    const value = conversionOf(letter, time);
    if (value === null) throw new JqError(`strftime does not know ${conversion}.`);
    return value;
  });
}

function conversionOf(letter: string, time: Date): string | null {
  switch (letter) {
    case 'Y':
      return String(time.getUTCFullYear());
    case 'y':
      return two(time.getUTCFullYear() % 100);
    case 'm':
      return two(time.getUTCMonth() + 1);
    case 'd':
      return two(time.getUTCDate());
    case 'H':
      return two(time.getUTCHours());
    case 'M':
      return two(time.getUTCMinutes());
    case 'S':
      return two(time.getUTCSeconds());
    case 'j':
      return String(dayOfYear(time)).padStart(3, '0');
    case 'F':
      return time.toISOString().slice(0, 10);
    case 'T':
      return time.toISOString().slice(11, 19);
    case 'A':
      return DAYS[time.getUTCDay()] ?? '';
    case 'a':
      return (DAYS[time.getUTCDay()] ?? '').slice(0, 3);
    case 'B':
      return MONTHS[time.getUTCMonth()] ?? '';
    case 'b':
      return (MONTHS[time.getUTCMonth()] ?? '').slice(0, 3);
    case 's':
      return String(time.getTime() / 1000);
    case 'Z':
      return 'UTC';
    case '%':
      return '%';
    default:
      return null;
  }
}

function dayOfYear(time: Date): number {
  return Math.floor((time.getTime() - Date.UTC(time.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
