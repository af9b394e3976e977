/** One line of ISD fixed width (NOAA's format document, pages 3-11) to a decoded record. */
import {
  decodeRecord,
  knownElevation,
  knownLatitude,
  knownLongitude,
  MANDATORY_LENGTH,
  type DecodedRecord,
} from './decoded-record.ts';
import { badRecord, DamagedRecord, utcTime, wholeNumber, type BadRecord } from './fixed-width.ts';
import { readSections } from './sections.ts';

const CONTROL_LENGTH = 60;
const SHORTEST = CONTROL_LENGTH + MANDATORY_LENGTH;

/** Digits and signs where the control section has them: enough to tell ISD from any other text. */
export const ISD_LINE = /^\d{4}[0-9A-Z]{6}\d{17}.[+-]\d{5}[+-]\d{6}.{5}[+-]\d{4}/;

/** Why the line is damaged as a whole, by its own length field (positions 1-4); null when it is whole. */
function isdLengthFault(text: string): string | null {
  if (text.length < SHORTEST) return `it has ${text.length} characters where a record has at least ${SHORTEST}`;
  const variable = wholeNumber(text, 0, 4);
  if (Number.isNaN(variable)) return `its length field reads "${text.slice(0, 4)}"`;
  const expected = SHORTEST + variable;
  return text.length === expected ? null : `it has ${text.length} characters where its length field says ${expected}`;
}

function controlNumber(text: string, start: number, end: number, what: string): number {
  const number = wholeNumber(text, start, end);
  if (Number.isNaN(number)) throw new DamagedRecord(`its ${what} reads "${text.slice(start, end)}"`);
  return number;
}

/** `text` without line end, at least 105 characters. Throws DamagedRecord when a number or the time in it is none. */
export function decodeIsdLine(text: string, line: number): DecodedRecord {
  const time = utcTime(
    wholeNumber(text, 15, 19),
    wholeNumber(text, 19, 21),
    wholeNumber(text, 21, 23),
    wholeNumber(text, 23, 25),
    wholeNumber(text, 25, 27),
    text.slice(15, 27),
  );
  const heading = {
    line,
    station: text.slice(4, 15),
    name: null,
    time,
    source: text.charAt(27),
    latitude: knownLatitude(controlNumber(text, 28, 34, 'latitude') / 1000),
    longitude: knownLongitude(controlNumber(text, 34, 41, 'longitude') / 1000),
    reportType: text.slice(41, 46).trimEnd(),
    elevation: knownElevation(controlNumber(text, 46, 51, 'elevation')),
    callSign: text.slice(51, 56).trimEnd(),
    qualityControl: text.slice(56, CONTROL_LENGTH),
  };
  return decodeRecord(heading, text.slice(CONTROL_LENGTH, SHORTEST), readSections(text, SHORTEST));
}

/** Decodes whole lines; damaged ones go to `onBadRecord`, blank ones (the end of a file) are passed over. */
export function decodeIsdLines(
  lines: readonly string[],
  firstLine: number,
  onBadRecord: (bad: BadRecord) => void,
): DecodedRecord[] {
  const records: DecodedRecord[] = [];
  lines.forEach((text, index) => {
    if (text.trim() === '') return;
    const line = firstLine + index;
    try {
      const fault = isdLengthFault(text);
      if (fault !== null) throw new DamagedRecord(fault);
      records.push(decodeIsdLine(text, line));
    } catch (error) {
      onBadRecord(badRecord(line, error));
    }
  });
  return records;
}
