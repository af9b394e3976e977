/** Time zones by IANA name or offset. Their rules come with the JavaScript engine. */

export type Zone = {
  /** `UTC`, `America/Belize`, `+01:00`. */
  readonly id: string;
  /** Minutes east of Greenwich at a moment. */
  readonly offsetAt: (millis: number) => number;
};

export const UTC: Zone = { id: 'UTC', offsetAt: () => 0 };

const OFFSET = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?$/;
const MOST_ZONES = 100;
const zones = new Map<string, Zone | undefined>();

/** Undefined for a name that is none. */
export function zoneOf(name: string): Zone | undefined {
  if (/^(?:UTC|GMT|UT|Z)$/.test(name)) return UTC;
  if (zones.has(name)) return zones.get(name);
  const zone = fixedZone(name) ?? namedZone(name);
  if (zones.size >= MOST_ZONES) zones.clear();
  zones.set(name, zone);
  return zone;
}

function fixedZone(name: string): Zone | undefined {
  const match = OFFSET.exec(name);
  if (match === null) return undefined;
  const [, sign, hours, minutes = '0'] = match;
  if (Number(hours) > 18 || Number(minutes) > 59) return undefined;
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  return { id: offsetText(offset, ':'), offsetAt: () => offset };
}

function namedZone(name: string): Zone | undefined {
  let parts: Intl.DateTimeFormat;
  try {
    parts = new Intl.DateTimeFormat('en-US', { timeZone: name, ...FIELDS, hourCycle: 'h23', era: 'short' });
  } catch {
    return undefined;
  }
  return {
    id: name,
    offsetAt: (millis) => {
      const found = new Map(parts.formatToParts(millis).map(({ type, value }) => [type, value]));
      const number = (type: Intl.DateTimeFormatPartTypes): number => Number(found.get(type));
      const year = found.get('era') === 'BC' ? 1 - number('year') : number('year');
      const local = new Date(0);
      local.setUTCFullYear(year, number('month') - 1, number('day'));
      local.setUTCHours(number('hour'), number('minute'), number('second'));
      return Math.round((local.getTime() - Math.floor(millis / 1000) * 1000) / 60_000);
    },
  };
}

const FIELDS = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

/** `CST`, `CEST`; where no English text has a short name, the offset. */
export function zoneName(zone: Zone, millis: number, form: 'short' | 'long'): string {
  if (zone === UTC) return form === 'short' ? 'UTC' : 'Coordinated Universal Time';
  if (/^[+-]/.test(zone.id)) return zone.id;
  const names = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA'].map((locale) => {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: zone.id, timeZoneName: form }).formatToParts(millis);
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  });
  return names.find((name) => !/[+-]\d/.test(name)) ?? offsetText(zone.offsetAt(millis), ':');
}

/** `+01:00`, or without its separator `+0100`. */
export function offsetText(offset: number, separator: string): string {
  const minutes = Math.abs(offset);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}

/** The moment that a wall clock in the zone shows as these UTC fields; in the hour that comes twice the earlier one. */
export function momentOf(localMillis: number, zone: Zone): number {
  const before = zone.offsetAt(localMillis - 86_400_000);
  const first = localMillis - before * 60_000;
  if (zone.offsetAt(first) === before) return first;
  return localMillis - zone.offsetAt(first) * 60_000;
}
