/** Numbers and times at fixed places of a text, read digit by digit: the reader's inner loop, so without regular expressions. */

/** Why one record cannot be used; its message completes "the record is left out because …". Never fatal for the file. */
export class DamagedRecord extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'DamagedRecord';
  }
}

/** `line` is the physical line in the (unpacked) file. */
export type BadRecord = { readonly line: number; readonly reason: string };

/** What a caught error says about its record; anything but DamagedRecord is a bug and is thrown on. */
export function badRecord(line: number, error: unknown): BadRecord {
  if (!(error instanceof DamagedRecord)) throw error;
  return { line, reason: error.message };
}

const ZERO = 48;
const NINE = 57;
const PLUS = 43;
const MINUS = 45;

/** The whole number in `text` from `start` up to `end`, a sign first or none; NaN when it is anything else. */
export function wholeNumber(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start);
  const isNegative = first === MINUS;
  const from = isNegative || first === PLUS ? start + 1 : start;
  if (from >= end) return Number.NaN;
  let number = 0;
  for (let index = from; index < end; index++) {
    const code = text.charCodeAt(index);
    // The comparison is false for NaN too, which charCodeAt gives past the end.
    if (!(code >= ZERO && code <= NINE)) return Number.NaN;
    number = number * 10 + (code - ZERO);
  }
  // 0 - number rather than -number: "-000" is 0, not minus zero.
  return isNegative ? 0 - number : number;
}

/**
 * Epoch milliseconds of a UTC time. Real files write midnight at the end of a day as hour 24, against the document.
 * Throws DamagedRecord when no such time exists.
 */
export function utcTime(year: number, month: number, day: number, hour: number, minute: number, shown: string): number {
  const midnight = Date.UTC(year, month - 1, day);
  const isDay =
    year >= 1700 && month >= 1 && month <= 12 && day >= 1 && (day <= 28 || new Date(midnight).getUTCDate() === day);
  const isTime = minute >= 0 && minute <= 59 && hour >= 0 && (hour <= 23 || (hour === 24 && minute === 0));
  if (!isDay || !isTime) throw new DamagedRecord(`its time reads "${shown}"`);
  return midnight + hour * 3_600_000 + minute * 60_000;
}
