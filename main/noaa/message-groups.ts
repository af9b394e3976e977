/** The additional data groups that a message carries, each in the course's shape. */
import type { Measured } from './decoded-record.ts';
import { wholeNumber } from './fixed-width.ts';
import {
  CLOUD_TYPES,
  DESCRIPTORS,
  INTENSITIES,
  OBSCURATIONS,
  OTHER_PHENOMENA,
  PRECIPITATIONS,
  PRESENT_WEATHER,
} from './code-words.ts';

/** AA: hours and millimetres of liquid. */
export type LiquidPrecipitation = { readonly hours: number | null; readonly depth: number | null };

/** AU, in the course's spelling and words; a key is there only when something is reported. */
export type WeatherOccurence = {
  readonly intensity?: string;
  readonly descriptor?: string;
  readonly precipitation?: string;
  readonly obscuration?: string;
  readonly other?: string;
};

/** AW */
export type WeatherCondition = { readonly present_weather_condition: string };

/** GA: oktas (9 = sky obscured, 10 = partly obscured), metres above the station. */
export type SkyCover = {
  readonly coverage: number | null;
  readonly base_height: number | null;
  readonly cloud_type: string | null;
};

/** KA: hours; N = minimum, M = maximum, O and P the same estimated, 9 = not told; °C. */
export type ExtremeTemperature = {
  readonly hours: number | null;
  readonly code: string;
  readonly temperature: Measured;
};

/** Null for the marker and for anything that is no number: a group never costs the whole record. */
function known(text: string, start: number, end: number, missing: number, scale: number): number | null {
  const raw = wholeNumber(text, start, end);
  return Number.isNaN(raw) || raw === missing ? null : raw / scale;
}

/** Body of AA1-AA4: hours 2, depth 4, condition 1, quality 1 (pages 12-13). */
export function liquidPrecipitation(body: string): LiquidPrecipitation {
  return { hours: known(body, 0, 2, 99, 1), depth: known(body, 2, 6, 9999, 10) };
}

/** Body of AU1-AU9: intensity 1, descriptor 1, precipitation 2, obscuration 1, other 1 … (pages 26-28). Null = nothing reported. */
export function weatherOccurence(body: string): WeatherOccurence | null {
  const occurence: { -readonly [Key in keyof WeatherOccurence]: WeatherOccurence[Key] } = {};
  const intensity = INTENSITIES[wholeNumber(body, 0, 1)];
  const descriptor = DESCRIPTORS[wholeNumber(body, 1, 2)];
  const precipitation = PRECIPITATIONS[wholeNumber(body, 2, 4)];
  const obscuration = OBSCURATIONS[wholeNumber(body, 4, 5)];
  const other = OTHER_PHENOMENA[wholeNumber(body, 5, 6)];
  if (intensity !== undefined) occurence.intensity = intensity;
  if (descriptor !== undefined) occurence.descriptor = descriptor;
  if (precipitation !== undefined) occurence.precipitation = precipitation;
  if (obscuration !== undefined) occurence.obscuration = obscuration;
  if (other !== undefined) occurence.other = other;
  const isEmpty = (intensity ?? descriptor ?? precipitation ?? obscuration ?? other) === undefined;
  return isEmpty ? null : occurence;
}

/** Body of AW1-AW6: code 2, quality 1 (pages 28-29). */
export function weatherCondition(body: string): WeatherCondition {
  return { present_weather_condition: PRESENT_WEATHER[body.slice(0, 2)] ?? 'UNKNOWN' };
}

/** Body of GA1-GA6: coverage 2, quality 1, signed base height 6, quality 1, cloud type 2, quality 1 (pages 52-54). */
export function skyCover(body: string): SkyCover {
  return {
    coverage: known(body, 0, 2, 99, 1),
    base_height: known(body, 3, 9, 99_999, 1),
    cloud_type: CLOUD_TYPES[body.slice(10, 12)] ?? null,
  };
}

/** Body of KA1-KA4: tenths of hours 3, code 1, temperature 5, quality 1 (pages 83-84). */
export function extremeTemperature(body: string): ExtremeTemperature {
  return {
    hours: known(body, 0, 3, 999, 10),
    code: body.charAt(3),
    temperature: { value: known(body, 4, 9, 9999, 10), quality: body.charAt(9) },
  };
}
