/** Writes a moment by a pattern of Joda-Time, in English. */
import { MONTHS, patternParts, WEEKDAYS, type PatternPart } from './time-pattern.ts';
import { offsetText, zoneName, zoneOf, type Zone } from './time-zone.ts';

type Field = Extract<PatternPart, { readonly kind: 'field' }>;

/** Undefined for a zone or a pattern that is none. `millis` is an epoch time. */
export function formatTime(pattern: string, millis: number, zoneId: string): string | undefined {
  const zone = zoneOf(zoneId);
  const parts = patternParts(pattern);
  if (zone === undefined || parts === undefined) return undefined;
  // Its UTC fields are those of the wall clock in the zone.
  const local = new Date(millis + zone.offsetAt(millis) * 60_000);
  if (Number.isNaN(local.getTime())) return undefined;
  let text = '';
  for (const part of parts) {
    const piece = part.kind === 'text' ? part.text : fieldText(part, local, millis, zone);
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}

function fieldText({ letter, length }: Field, local: Date, millis: number, zone: Zone): string | undefined {
  const number = (value: number): string => String(value).padStart(length, '0');
  const hour = local.getUTCHours();
  const year = local.getUTCFullYear();
  switch (letter) {
    case 'G':
      return year > 0 ? 'AD' : 'BC';
    case 'y':
    case 'Y':
      return yearText(year > 0 ? year : 1 - year, length);
    case 'u':
      return yearText(year, length);
    case 'x':
      return yearText(weekOf(local).year, length);
    case 'C':
      return number(Math.floor(Math.abs(year) / 100));
    case 'w':
      return number(weekOf(local).week);
    case 'M':
    case 'L':
      return name(MONTHS[local.getUTCMonth()] ?? '', length) ?? number(local.getUTCMonth() + 1);
    case 'd':
      return number(local.getUTCDate());
    case 'D':
      return number(dayOfYear(local));
    case 'e':
      return number(isoDay(local));
    case 'E':
      return (WEEKDAYS[isoDay(local) - 1] ?? '').slice(0, length > 3 ? undefined : 3);
    case 'a':
      return hour < 12 ? 'AM' : 'PM';
    case 'H':
      return number(hour);
    case 'k':
      return number(hour === 0 ? 24 : hour);
    case 'K':
      return number(hour % 12);
    case 'h':
      return number(hour % 12 === 0 ? 12 : hour % 12);
    case 'm':
      return number(local.getUTCMinutes());
    case 's':
      return number(local.getUTCSeconds());
    case 'S':
      return String(local.getUTCMilliseconds()).padStart(3, '0').padEnd(length, '0').slice(0, length);
    case 'z':
      return zoneName(zone, millis, length > 3 ? 'long' : 'short');
    case 'Z':
      return length > 2 ? zone.id : offsetText(zone.offsetAt(millis), length === 2 ? ':' : '');
    default:
      return undefined;
  }
}

function yearText(year: number, length: number): string {
  if (length === 2) return String(Math.abs(year) % 100).padStart(2, '0');
  return `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(length, '0')}`;
}

function name(full: string, length: number): string | undefined {
  return length < 3 ? undefined : length === 3 ? full.slice(0, 3) : full;
}

/** 1 is Monday. */
function isoDay(date: Date): number {
  return date.getUTCDay() === 0 ? 7 : date.getUTCDay();
}

const DAY_MS = 86_400_000;

function dayOfYear(date: Date): number {
  const first = new Date(date);
  first.setUTCMonth(0, 1);
  return Math.round((date.getTime() - first.getTime()) / DAY_MS) + 1;
}

/** The ISO week, which belongs to the year of its Thursday. */
function weekOf(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime() + (4 - isoDay(date)) * DAY_MS);
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) };
}
