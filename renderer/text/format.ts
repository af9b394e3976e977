/** Numbers, bytes and times as a person reads them, in the window's language, units always with them; missing is an em dash. */

export const MISSING = '—';

/** Formatters are dear to make: one set a language. */
export type Format = {
  readonly integer: (value: number) => string;
  readonly number: (value: number | null, digits?: number) => string;
  /** Messages per second: small rates keep a digit. */
  readonly rate: (value: number) => string;
  readonly bytes: (value: number) => string;
  /** Firehose's limits are whole MiB: `1.8 MiB`. */
  readonly mebibytes: (value: number) => string;
  readonly milliseconds: (value: number) => string;
  /** `24 Jan 2013, 13:05 UTC` */
  readonly utc: (iso: string | null) => string;
  readonly utcAt: (epochMs: number) => string;
  /** `31 Dec 2049`, UTC */
  readonly day: (epochMs: number) => string;
  /** For a time axis, in UTC: `12 Jun` or, where hours count, `12 Jun, 06:00`. */
  readonly axisTime: (epochMs: number, hasHours: boolean) => string;
  /** Local wall clock with milliseconds, for the topic log. */
  readonly clock: (epochMs: number) => string;
  readonly dateTime: (epochMs: number) => string;
};

const UNITS = {
  en: ['B', 'kB', 'MB', 'GB', 'TB'],
  fr: ['o', 'ko', 'Mo', 'Go', 'To'],
} as const;

export type Language = keyof typeof UNITS;

function create(language: Language): Format {
  const locale = language === 'en' ? 'en-GB' : 'fr-FR';
  const smallRates = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
  const integers = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const digitsOf = [0, 1, 2, 3].map(
    (digits) => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  const utcTime = new Intl.DateTimeFormat(locale, {
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  });
  const day = new Intl.DateTimeFormat(locale, { day: '2-digit', month: 'short', year: 'numeric', timeZone: 'UTC' });
  const axisDay = new Intl.DateTimeFormat(locale, { day: '2-digit', month: 'short', timeZone: 'UTC' });
  const axisHour = new Intl.DateTimeFormat(locale, {
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  });
  const clockTime = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hour12: false,
  });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const decimal = (value: number, digits: number) => {
    // Minus zero after rounding reads as an error on an instrument.
    const text = (digitsOf[digits] ?? integers).format(value);
    return (/[1-9]/.test(text) ? text : text.replace('-', '')).replace('-', '−');
  };
  const utcAt = (epochMs: number) => (Number.isNaN(epochMs) ? MISSING : `${utcTime.format(epochMs)} UTC`);
  return {
    integer: (value) => integers.format(value),
    number: (value, digits = 1) => (value === null ? MISSING : decimal(value, digits)),
    rate: (value) => (value > 0 && value < 1 ? smallRates.format(value) : decimal(value, value < 100 ? 1 : 0)),
    bytes: (value) => {
      const power = value < 1 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
      const scaled = value / 1000 ** power;
      return `${decimal(scaled, power === 0 || scaled >= 100 ? 0 : 1)}\u00a0${UNITS[language][power] ?? ''}`;
    },
    mebibytes: (value) => {
      const scaled = value / 2 ** 20;
      return `${decimal(scaled, Number.isInteger(scaled) ? 0 : 2)}\u00a0${language === 'en' ? 'MiB' : 'Mio'}`;
    },
    milliseconds: (value) =>
      value < 1000 ? `${decimal(value, 0)}\u00a0ms` : `${decimal(value / 1000, value < 10_000 ? 2 : 1)}\u00a0s`,
    utc: (iso) => utcAt(iso === null ? Number.NaN : Date.parse(iso)),
    utcAt,
    day: (epochMs) => day.format(epochMs),
    axisTime: (epochMs, hasHours) => (hasHours ? axisHour : axisDay).format(epochMs),
    clock: (epochMs) => clockTime.format(epochMs),
    dateTime: (epochMs) => dateTime.format(epochMs),
  };
}

const formats = { en: create('en'), fr: create('fr') };

export function formatOf(language: string): Format {
  return language.startsWith('fr') ? formats.fr : formats.en;
}
