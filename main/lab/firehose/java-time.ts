/** Patterns of Java's DateTimeFormatter as prefixes use them, in UTC or a time zone: compiled once, told at delivery. */
import { AwsError } from '../services.ts';

export type TimeFormat = (timeMs: number) => string;

/** One instant as its zone's clocks show it: the UTC parts of `local` are the zone's own. */
type Moment = { readonly local: Date; readonly offsetMinutes: number; readonly zone: string };
type Field = (moment: Moment) => string;

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const DAY_MS = 86_400_000;
/** A quoted text (two quotes are one), a run of one letter, or anything else as it stands. */
const TOKEN = /'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'/g;

/** Texts are English, as on AWS. Throws AwsError InvalidArgumentException for a letter or a zone that the lab does not know. */
export function compileTimePattern(pattern: string, zone: string): TimeFormat {
  const offsetOf = zoneOffset(zone);
  const fields: Field[] = [];
  for (const [token] of pattern.matchAll(TOKEN)) {
    if (token === "''") fields.push(() => "'");
    else if (token.length > 1 && token.startsWith("'")) {
      const text = token.slice(1, -1).replaceAll("''", "'");
      fields.push(() => text);
    } else if (/^[A-Za-z']/.test(token)) {
      const field = fieldOf(token);
      if (field === undefined) throw unknownToken(pattern, token);
      fields.push(field);
    } else {
      // Optional sections, and what Java keeps for later.
      if (/[[\]#{}]/.test(token)) throw unknownToken(pattern, token);
      fields.push(() => token);
    }
  }
  return (timeMs) => {
    const offsetMinutes = offsetOf(timeMs);
    const moment = { local: new Date(timeMs + offsetMinutes * 60_000), offsetMinutes, zone };
    return fields.map((field) => field(moment)).join('');
  };
}

function unknownToken(pattern: string, token: string): AwsError {
  return new AwsError(
    'InvalidArgumentException',
    `The timestamp pattern "${pattern}" contains "${token}", which the lab does not know.`,
  );
}

function fieldOf(token: string): Field | undefined {
  const width = token.length;
  const number = (value: (local: Date) => number): Field | undefined =>
    width > 2 ? undefined : ({ local }) => String(value(local)).padStart(width, '0');
  switch (token[0]) {
    case 'y':
    case 'u':
      return width === 2
        ? ({ local }) => two(local.getUTCFullYear() % 100)
        : ({ local }) => String(local.getUTCFullYear()).padStart(width, '0');
    case 'M':
    case 'L':
      return width > 2 ? name(width, ({ local }) => MONTHS[local.getUTCMonth()]) : number((at) => at.getUTCMonth() + 1);
    case 'd':
      return number((local) => local.getUTCDate());
    case 'D':
      return width > 3 ? undefined : ({ local }) => String(dayOfYear(local)).padStart(width, '0');
    case 'E':
      return name(width, ({ local }) => DAYS[local.getUTCDay()]);
    case 'a':
      return width > 1 ? undefined : ({ local }) => (local.getUTCHours() < 12 ? 'AM' : 'PM');
    case 'H':
      return number((local) => local.getUTCHours());
    case 'k':
      return number((local) => local.getUTCHours() || 24);
    case 'K':
      return number((local) => local.getUTCHours() % 12);
    case 'h':
      return number((local) => local.getUTCHours() % 12 || 12);
    case 'm':
      return number((local) => local.getUTCMinutes());
    case 's':
      return number((local) => local.getUTCSeconds());
    case 'S':
      return width > 9 ? undefined : ({ local }) => fraction(local).padEnd(width, '0').slice(0, width);
    case 'Q':
      return number((local) => Math.floor(local.getUTCMonth() / 3) + 1);
    case 'V':
      return width === 2 ? ({ zone }) => zone : undefined;
    case 'Z':
      return width > 3 ? undefined : ({ offsetMinutes }) => offset(offsetMinutes, '');
    case 'X':
    case 'x':
      return offsetField(token);
    default:
      return undefined;
  }
}

/** Three letters or fewer give the short name, four the long one. */
function name(width: number, long: (moment: Moment) => string | undefined): Field | undefined {
  if (width > 4) return undefined;
  return (moment) => (width === 4 ? (long(moment) ?? '') : (long(moment) ?? '').slice(0, 3));
}

function offsetField(token: string): Field | undefined {
  const width = token.length;
  if (width > 3) return undefined;
  return ({ offsetMinutes }) => {
    if (offsetMinutes === 0 && token.startsWith('X')) return 'Z';
    const whole = offset(offsetMinutes, width === 3 ? ':' : '');
    return width === 1 && offsetMinutes % 60 === 0 ? whole.slice(0, 3) : whole;
  };
}

function offset(minutes: number, colon: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`;
}

function fraction(local: Date): string {
  return String(local.getUTCMilliseconds()).padStart(3, '0');
}

function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
}

/** Minutes that the zone's clocks are ahead of UTC at an instant. */
function zoneOffset(zone: string): (timeMs: number) => number {
  if (zone === 'UTC') return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new AwsError('InvalidArgumentException', `CustomTimeZone "${zone}" is not a time zone the lab knows.`);
  }
  return (timeMs) => {
    const parts = new Map(format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]));
    const of = (part: Intl.DateTimeFormatPartTypes): number => parts.get(part) ?? 0;
    const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return Math.round((local - timeMs) / 60_000);
  };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
