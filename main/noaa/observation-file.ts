/** A file of NOAA observations, ISD or Global Hourly, as a stream of observations or as a summary of what it holds. */
import { basename } from 'node:path';
import { AppError } from '../../preload/errors.ts';
import type { DecodedRecord } from './decoded-record.ts';
import type { BadRecord } from './fixed-width.ts';
import { recordBatches, type ReadOptions } from './record-batches.ts';

export type Observation = {
  /** Epoch milliseconds. */
  readonly time: number;
  /** Physical line in the (unpacked) file. */
  readonly line: number;
  readonly reportType: string;
  readonly record: DecodedRecord;
};

export type FileSummary = {
  /** USAF and WBAN number, 11 characters. */
  readonly station: string;
  /** The CSV's NAME, else the station's number. */
  readonly name: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Metres above sea level. */
  readonly elevation: number | null;
  /** Earliest and latest observation, ISO 8601 UTC. */
  readonly first: string;
  readonly last: string;
  /** Records a replay sends. */
  readonly observations: number;
  /** Records that are read but not replayed: summaries of a day or month and other reports that observe no moment. */
  readonly summaries: number;
  /** `firstLine` is 0 when there is none; `details` are the first hundred. */
  readonly bad: { readonly count: number; readonly firstLine: number; readonly details: readonly BadRecord[] };
};

/** Table 5 of the format document, the types that are no observation of a moment (their mandatory data are missing). */
const SUMMARY_TYPES: ReadonlySet<string> = new Set(
  'SOD SOM COOPD COOPS PCP15 PCP60 CRB NSRDB SURF SHEF WBO WNO BOGUS'.split(' '),
);

const MOST_BAD_DETAILS = 100;

/**
 * The observations a replay sends, in file order. Abandoning the generator closes the file.
 * Damaged records go to `onBadRecord`. Throws AppError `noaa.*` when the file cannot be read, and after the last readable
 * record when it is cut off or damaged; the signal's reason when aborted.
 */
export async function* readObservations(path: string, options: ReadOptions = {}): AsyncGenerator<Observation> {
  for await (const batch of recordBatches(path, options)) {
    for (const record of batch) {
      if (!isSummary(record)) yield { time: record.time, line: record.line, reportType: record.reportType, record };
    }
  }
}

/**
 * Reads the whole file once. Throws AppError `noaa.*` when it cannot be read to its end, `noaa.noObservations` when it
 * holds nothing to replay.
 */
export async function describeFile(path: string): Promise<FileSummary> {
  const details: BadRecord[] = [];
  let bad = 0;
  const onBadRecord = (fault: BadRecord): void => {
    bad += 1;
    if (details.length < MOST_BAD_DETAILS) details.push(fault);
  };
  let station: DecodedRecord | null = null;
  let first = Infinity;
  let last = -Infinity;
  let observations = 0;
  let summaries = 0;
  for await (const batch of recordBatches(path, { onBadRecord })) {
    for (const record of batch) {
      if (isSummary(record)) {
        summaries += 1;
        continue;
      }
      observations += 1;
      if (station === null || (station.latitude === null && record.latitude !== null)) station = record;
      if (record.time < first) first = record.time;
      if (record.time > last) last = record.time;
    }
  }
  const firstBad = details[0];
  if (station === null) {
    const counts = summaries + bad === 0 ? '' : `, only ${summaries} summaries and ${bad} damaged records`;
    const why = firstBad === undefined ? '' : ` (line ${firstBad.line}: ${firstBad.reason})`;
    const message = `"${basename(path)}" holds no observation to replay${counts}${why}.`;
    throw new AppError('noaa.noObservations', message);
  }
  return {
    station: station.station,
    name: station.name ?? station.station,
    latitude: station.latitude,
    longitude: station.longitude,
    elevation: station.elevation,
    first: new Date(first).toISOString(),
    last: new Date(last).toISOString(),
    observations,
    summaries,
    bad: { count: bad, firstLine: firstBad?.line ?? 0, details },
  };
}

function isSummary(record: DecodedRecord): boolean {
  return SUMMARY_TYPES.has(record.reportType);
}
