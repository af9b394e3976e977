/** What one NOAA record says, read and scaled; both file formats arrive at this shape through the one decoder below. */
import { DamagedRecord, wholeNumber } from './fixed-width.ts';

/** `value` is null where the record holds the missing marker; `quality` is NOAA's own code, kept as text. */
export type Measured = { readonly value: number | null; readonly quality: string };

/** An additional data group: `AA1`, with its fields run together as in the fixed-width record. */
export type Group = { readonly id: string; readonly body: string };

export type Remark = { readonly type: string; readonly text: string };

/** Who reported, when and from where: what precedes the 45 characters of mandatory data. */
export type Heading = {
  /** Physical line in the (unpacked) file, the first is 1. */
  readonly line: number;
  /** USAF and WBAN number run together, 11 characters. */
  readonly station: string;
  /** Only Global Hourly CSV names its stations. */
  readonly name: string | null;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly source: string;
  readonly reportType: string;
  /** Degrees; null when unknown. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Metres above sea level. */
  readonly elevation: number | null;
  readonly callSign: string;
  readonly qualityControl: string;
};

/** Everything after the mandatory data. `notes` tell what could not be read there, without loss of the record. */
export type Sections = {
  readonly groups: readonly Group[];
  readonly remarks: readonly Remark[];
  /** The element quality section as it is; null when there is none. */
  readonly qualityText: string | null;
  readonly notes: readonly string[];
};

export type DecodedRecord = Heading &
  Sections & {
    /** Degrees from true north, 1-360. */
    readonly windDirection: Measured;
    /** C = calm, V = variable, N = normal … (table in the format document, page 7). */
    readonly windType: string;
    /** m/s */
    readonly windSpeed: Measured;
    /** Metres above ground; 22,000 = unlimited. */
    readonly ceiling: Measured;
    readonly ceilingMethod: string;
    readonly ceilingAndVisibilityOk: string;
    /** Metres */
    readonly visibility: Measured;
    readonly visibilityVariability: { readonly value: string; readonly quality: string };
    /** °C */
    readonly airTemperature: Measured;
    readonly dewPoint: Measured;
    /** hPa */
    readonly seaLevelPressure: Measured;
  };

/** Length of the mandatory data section (positions 61-105 of the fixed-width record). */
export const MANDATORY_LENGTH = 45;

const POSITION_LIMITS = { latitude: 90, longitude: 180, highest: 8850, lowest: -400 };

/** Null for NOAA's markers (99.999, 999.999, 9999, -999.9): all lie outside what a place on Earth can have. */
export function knownLatitude(degrees: number): number | null {
  return Math.abs(degrees) <= POSITION_LIMITS.latitude ? degrees : null;
}

export function knownLongitude(degrees: number): number | null {
  return Math.abs(degrees) <= POSITION_LIMITS.longitude ? degrees : null;
}

export function knownElevation(metres: number): number | null {
  return metres >= POSITION_LIMITS.lowest && metres <= POSITION_LIMITS.highest ? metres : null;
}

/**
 * Reads the number at `start`-`end` and the quality code behind it. Dividing (never multiplying by 0.1) gives the
 * double nearest to the written decimal.
 */
function measured(text: string, start: number, end: number, missing: number, scale: number, what: string): Measured {
  const raw = wholeNumber(text, start, end);
  if (Number.isNaN(raw)) throw new DamagedRecord(`its ${what} reads "${text.slice(start, end)}"`);
  return { value: raw === missing ? null : raw / scale, quality: text.charAt(end) };
}

/** 000 and 361-998 do not exist as directions: they are as good as missing. */
function direction(text: string): Measured {
  const read = measured(text, 0, 3, 999, 1, 'wind direction');
  return read.value !== null && (read.value < 1 || read.value > 360) ? { value: null, quality: read.quality } : read;
}

/**
 * Decodes the mandatory data section, 45 characters (pages 7-11 of NOAA's format document).
 * Throws DamagedRecord when a number in it is none.
 */
export function decodeRecord(heading: Heading, mandatory: string, sections: Sections): DecodedRecord {
  return {
    line: heading.line,
    station: heading.station,
    name: heading.name,
    time: heading.time,
    source: heading.source,
    reportType: heading.reportType,
    latitude: heading.latitude,
    longitude: heading.longitude,
    elevation: heading.elevation,
    callSign: heading.callSign,
    qualityControl: heading.qualityControl,
    windDirection: direction(mandatory),
    windType: mandatory.charAt(4),
    windSpeed: measured(mandatory, 5, 9, 9999, 10, 'wind speed'),
    ceiling: measured(mandatory, 10, 15, 99_999, 1, 'ceiling'),
    ceilingMethod: mandatory.charAt(16),
    ceilingAndVisibilityOk: mandatory.charAt(17),
    visibility: measured(mandatory, 18, 24, 999_999, 1, 'visibility'),
    visibilityVariability: { value: mandatory.charAt(25), quality: mandatory.charAt(26) },
    airTemperature: measured(mandatory, 27, 32, 9999, 10, 'air temperature'),
    dewPoint: measured(mandatory, 33, 38, 9999, 10, 'dew point'),
    seaLevelPressure: measured(mandatory, 39, 44, 99_999, 10, 'sea level pressure'),
    groups: sections.groups,
    remarks: sections.remarks,
    qualityText: sections.qualityText,
    notes: sections.notes,
  };
}
