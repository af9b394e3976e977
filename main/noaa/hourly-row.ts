/** One row of Global Hourly CSV to a decoded record. Columns differ from file to file, so they go by header name. */
import {
  decodeRecord,
  knownElevation,
  knownLatitude,
  knownLongitude,
  type DecodedRecord,
  type Group,
  type Remark,
} from './decoded-record.ts';
import { DamagedRecord, utcTime, wholeNumber } from './fixed-width.ts';
import { GROUP_LENGTHS } from './group-lengths.ts';
import { readRemarks } from './sections.ts';

/** The packed columns of the mandatory data in fixed-width order, each with the text that says "missing". */
const MANDATORY = [
  { name: 'WND', missing: '9999999999' },
  { name: 'CIG', missing: '99999999' },
  { name: 'VIS', missing: '999999999' },
  { name: 'TMP', missing: '+99999' },
  { name: 'DEW', missing: '+99999' },
  { name: 'SLP', missing: '999999' },
] as const;

export const MANDATORY_COLUMNS: readonly string[] = MANDATORY.map((column) => column.name);

const GROUP_COLUMN = /^[A-Z]{2}\d$/;

type GroupColumn = { readonly id: string; readonly index: number; readonly length: number | undefined };

/** Where each column of one file lies; -1 = the file does not have it. */
export type ColumnPlan = {
  readonly width: number;
  readonly station: number;
  readonly date: number;
  readonly source: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly elevation: number;
  readonly name: number;
  readonly reportType: number;
  readonly callSign: number;
  readonly qualityControl: number;
  readonly mandatory: readonly { readonly name: string; readonly index: number; readonly missing: string }[];
  readonly groups: readonly GroupColumn[];
  readonly remarks: number;
  readonly quality: number;
};

/** `header` must hold STATION, DATE and the mandatory columns; `recognise` has made sure of it. */
export function planColumns(header: readonly string[]): ColumnPlan {
  const at = (name: string) => header.indexOf(name);
  return {
    width: header.length,
    station: at('STATION'),
    date: at('DATE'),
    source: at('SOURCE'),
    latitude: at('LATITUDE'),
    longitude: at('LONGITUDE'),
    elevation: at('ELEVATION'),
    name: at('NAME'),
    reportType: at('REPORT_TYPE'),
    callSign: at('CALL_SIGN'),
    qualityControl: at('QUALITY_CONTROL'),
    mandatory: MANDATORY.map(({ name, missing }) => ({ name, index: at(name), missing })),
    // By name, so that GA1 comes before GA2 even where other software re-ordered the columns.
    groups: header
      .map((id, index) => ({ id, index, length: GROUP_LENGTHS.get(id) }))
      .filter(({ id }) => GROUP_COLUMN.test(id))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    remarks: at('REM'),
    quality: at('EQD'),
  };
}

/** A packed cell without its commas is the fixed-width text. */
function unpack(cell: string): string {
  return cell.replaceAll(',', '');
}

function mandatoryText(plan: ColumnPlan, row: readonly string[]): string {
  let text = '';
  for (const { name, index, missing } of plan.mandatory) {
    const cell = row[index] ?? '';
    const body = cell === '' ? missing : unpack(cell);
    if (body.length !== missing.length) throw new DamagedRecord(`its ${name} reads "${cell}"`);
    text += body;
  }
  return text;
}

function readGroups(plan: ColumnPlan, row: readonly string[], notes: string[]): Group[] {
  const groups: Group[] = [];
  for (const { id, index, length } of plan.groups) {
    const cell = row[index];
    if (cell === undefined || cell === '') continue;
    const body = unpack(cell);
    if (body.length === length) groups.push({ id, body });
    else notes.push(length === undefined ? `group ${id} is unknown` : `group ${id} reads "${cell}"`);
  }
  return groups;
}

/** `YYYY-MM-DDThh:mm:ss`, UTC; NOAA writes no other seconds than 00. */
function timeOf(text: string): number {
  return utcTime(
    wholeNumber(text, 0, 4),
    wholeNumber(text, 5, 7),
    wholeNumber(text, 8, 10),
    wholeNumber(text, 11, 13),
    wholeNumber(text, 14, 16),
    text,
  );
}

/** NaN for an empty cell, which the `known…` checks turn to null. */
function decimal(text: string | undefined): number {
  return text === undefined || text === '' ? Number.NaN : Number(text);
}

/** Throws DamagedRecord when the row is cut, or a number or the time in it is none. */
export function decodeHourlyRow(plan: ColumnPlan, row: readonly string[], line: number): DecodedRecord {
  if (row.length !== plan.width) {
    throw new DamagedRecord(`it has ${row.length} cells where the header names ${plan.width} columns`);
  }
  // Spreadsheets drop the zeros in front of an identifier.
  const station = (row[plan.station] ?? '').trim().padStart(11, '0');
  if (station.length !== 11 || station === '00000000000') throw new DamagedRecord(`its station reads "${station}"`);
  const notes: string[] = [];
  const remarks: Remark[] = [];
  const remarkText = row[plan.remarks] ?? '';
  if (remarkText !== '') readRemarks(remarkText, 0, remarks, notes);
  const heading = {
    line,
    station,
    name: row[plan.name]?.trim() ?? null,
    time: timeOf(row[plan.date] ?? ''),
    source: row[plan.source] ?? '9',
    latitude: knownLatitude(decimal(row[plan.latitude])),
    longitude: knownLongitude(decimal(row[plan.longitude])),
    reportType: row[plan.reportType]?.trimEnd() ?? '99999',
    elevation: knownElevation(decimal(row[plan.elevation])),
    callSign: row[plan.callSign]?.trimEnd() ?? '99999',
    qualityControl: row[plan.qualityControl] ?? '',
  };
  return decodeRecord(heading, mandatoryText(plan, row), {
    groups: readGroups(plan, row, notes),
    remarks,
    qualityText: row[plan.quality] || null,
    notes,
  });
}
