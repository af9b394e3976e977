/** Reads a moment by a pattern of Java's DateTimeFormatter, in English. */
import { MONTHS, patternParts, WEEKDAYS, type PatternPart } from './time-pattern.ts';
import { momentOf, UTC, zoneOf, type Zone } from './time-zone.ts';

type Field = Extract<PatternPart, { readonly kind: 'field' }>;

/** What the fields said so far. */
type Found = { numbers: Map<string, number>; zone: Zone | undefined; text: string; at: number };

/** Epoch milliseconds; UTC when the text names no zone. Undefined when text and pattern do not agree or there is no such date. */
export function readTime(text: string, pattern: string): number | undefined {
  const parts = patternParts(pattern);
  if (parts === undefined) return undefined;
  const found: Found = { numbers: new Map(), zone: undefined, text, at: 0 };
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'text') {
      if (!text.startsWith(part.text, found.at)) return undefined;
      found.at += part.text.length;
    } else if (!readField(found, part, parts[index + 1]?.kind === 'field')) {
      return undefined;
    }
  }
  return found.at === text.length ? momentFrom(found) : undefined;
}

/** Where the number goes that a letter reads, and the most digits it may have. */
const NUMBERS: Readonly<Record<string, readonly [key: string, digits: number]>> = {
  y: ['year', 9],
  u: ['year', 9],
  M: ['month', 2],
  L: ['month', 2],
  d: ['day', 2],
  D: ['dayOfYear', 3],
  H: ['hour', 2],
  k: ['hour24', 2],
  h: ['hour12', 2],
  K: ['hour11', 2],
  m: ['minute', 2],
  s: ['second', 2],
};

function readField(found: Found, { letter, length }: Field, isFieldNext: boolean): boolean {
  switch (letter) {
    case 'M':
    case 'L':
      return length < 3 ? readNumber(found, letter, length, isFieldNext) : readName(found, MONTHS, 'month', length > 3);
    case 'E':
      return readName(found, WEEKDAYS, 'weekday', length > 3);
    case 'a':
      return readName(found, ['AM', 'PM'], 'half', true);
    case 'G':
      return readName(found, ['BC', 'AD'], 'era', true);
    case 'S':
      return readFraction(found, length);
    case 'X':
    case 'x':
    case 'Z':
    case 'O':
    case 'V':
    case 'z':
      return readZone(found);
    default:
      return readNumber(found, letter, length, isFieldNext);
  }
}

/** Two letters or more fix the digits; a year of four letters may be longer where no other field follows. */
function readNumber(found: Found, letter: string, length: number, isFieldNext: boolean): boolean {
  const target = NUMBERS[letter];
  if (target === undefined) return false;
  const [key, most] = target;
  const isOpen = length === 1 || (key === 'year' && length >= 3 && !isFieldNext);
  const pattern = new RegExp(
    `${key === 'year' && letter === 'u' ? '-?' : ''}\\d{${length},${isOpen ? Math.max(length, most) : length}}`,
    'y',
  );
  pattern.lastIndex = found.at;
  const digits = pattern.exec(found.text)?.[0];
  if (digits === undefined) return false;
  found.at = pattern.lastIndex;
  // Java counts a year of two digits from 2000.
  return set(found, key, key === 'year' && length === 2 ? 2000 + Number(digits) : Number(digits));
}

function set(found: Found, key: string, value: number): boolean {
  const before = found.numbers.get(key);
  found.numbers.set(key, value);
  return before === undefined || before === value;
}

function readName(found: Found, names: readonly string[], key: string, isFull: boolean): boolean {
  const index = names.findIndex((name) => found.text.startsWith(isFull ? name : name.slice(0, 3), found.at));
  const name = names[index];
  if (name === undefined) return false;
  found.at += isFull ? name.length : 3;
  return set(found, key, index + 1);
}

function readFraction(found: Found, length: number): boolean {
  const digits = found.text.slice(found.at, found.at + length);
  if (digits.length !== length || !/^\d+$/.test(digits)) return false;
  found.at += length;
  return set(found, 'milli', Number(digits.padEnd(3, '0').slice(0, 3)));
}

const ZONE = /Z|[A-Za-z_]+(?:\/[A-Za-z_+\-0-9]+)*(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{1,2}(?::?\d{2})?/y;

function readZone(found: Found): boolean {
  ZONE.lastIndex = found.at;
  const name = ZONE.exec(found.text)?.[0];
  if (name === undefined) return false;
  found.zone = zoneOf(SHORT_NAMES[name] ?? name);
  found.at = ZONE.lastIndex;
  return found.zone !== undefined;
}

/** The names on American clocks, which Java reads too. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  PST: 'America/Los_Angeles',
  PDT: 'America/Los_Angeles',
  MDT: 'America/Denver',
  CST: 'America/Chicago',
  CDT: 'America/Chicago',
  EDT: 'America/New_York',
  CEST: 'Europe/Paris',
  BST: 'Europe/London',
};

function momentFrom({ numbers, zone = UTC }: Found): number | undefined {
  const year = eraYear(numbers);
  if (year === undefined) return undefined;
  const dayOfYear = numbers.get('dayOfYear');
  const month = numbers.get('month') ?? 1;
  const day = dayOfYear ?? numbers.get('day') ?? 1;
  const date = new Date(0);
  date.setUTCFullYear(year, dayOfYear === undefined ? month - 1 : 0, day);
  // Dates such as the 31st of April are none.
  if (dayOfYear === undefined && (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)) return undefined;
  const hour = hourOf(numbers);
  const minute = numbers.get('minute') ?? 0;
  const second = numbers.get('second') ?? 0;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  date.setUTCHours(hour, minute, second, numbers.get('milli') ?? 0);
  const weekday = numbers.get('weekday');
  if (weekday !== undefined && weekday % 7 !== date.getUTCDay()) return undefined;
  const moment = momentOf(date.getTime(), zone);
  return Number.isNaN(moment) ? undefined : moment;
}

function eraYear(numbers: ReadonlyMap<string, number>): number | undefined {
  const year = numbers.get('year');
  return numbers.get('era') === 1 && year !== undefined ? 1 - year : year;
}

function hourOf(numbers: ReadonlyMap<string, number>): number {
  const hour24 = numbers.get('hour24');
  const hour12 = numbers.get('hour12');
  const half = numbers.get('half') === 2 ? 12 : 0;
  if (hour12 !== undefined) return (hour12 % 12) + half;
  const hour11 = numbers.get('hour11');
  if (hour11 !== undefined) return hour11 + half;
  return numbers.get('hour') ?? (hour24 === 24 ? 0 : (hour24 ?? 0));
}
