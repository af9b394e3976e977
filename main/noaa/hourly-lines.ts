/** Lines of a Global Hourly CSV to records: the header first, then csv-parse a batch of lines at a time. */
import { CsvError, parse } from 'csv-parse/sync';
import type { DecodedRecord } from './decoded-record.ts';
import { badRecord, DamagedRecord, type BadRecord } from './fixed-width.ts';
import { decodeHourlyRow, planColumns, type ColumnPlan } from './hourly-row.ts';

const QUOTE = '"';

/** Returns a decoder for the lines of one file, handed over in order: it remembers the header. */
export function hourlyLinesDecoder(): (
  lines: readonly string[],
  firstLine: number,
  onBadRecord: (bad: BadRecord) => void,
) => DecodedRecord[] {
  let plan: ColumnPlan | null = null;
  return (lines, firstLine, onBadRecord) => {
    const texts: string[] = [];
    const numbers: number[] = [];
    lines.forEach((text, index) => {
      if (text.trim() === '') return;
      // No cell of this product holds a line break, so an open quotation mark means a cut line. Left in, it would
      // swallow the good line after it.
      if (hasOpenQuote(text)) {
        onBadRecord({ line: firstLine + index, reason: 'it is cut within a quoted cell' });
        return;
      }
      texts.push(text);
      numbers.push(firstLine + index);
    });
    const rows = parseRows(texts, numbers, onBadRecord);
    const records: DecodedRecord[] = [];
    rows.forEach((row, index) => {
      if (row === null) return;
      if (plan === null) {
        plan = planColumns(row);
        return;
      }
      const line = numbers[index] ?? firstLine;
      try {
        records.push(decodeHourlyRow(plan, row, line));
      } catch (error) {
        onBadRecord(badRecord(line, error));
      }
    });
    return records;
  };
}

/** One row for each text; null for a line that is no CSV, which is reported. */
function parseRows(
  texts: readonly string[],
  numbers: readonly number[],
  onBadRecord: (bad: BadRecord) => void,
): readonly (readonly string[] | null)[] {
  const rows = tryParse(texts.join('\n'));
  if (rows !== null && rows.length === texts.length) return rows;
  return texts.map((text, index) => {
    const row = tryParse(text)?.[0];
    if (row !== undefined) return row;
    onBadRecord(badRecord(numbers[index] ?? 0, new DamagedRecord('its quotation marks are not those of a CSV row')));
    return null;
  });
}

/** Null when csv-parse refuses the text. */
function tryParse(text: string): string[][] | null {
  try {
    return parse(text, { bom: true, relax_column_count: true });
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

function hasOpenQuote(text: string): boolean {
  let isOpen = false;
  for (let at = text.indexOf(QUOTE); at !== -1; at = text.indexOf(QUOTE, at + 1)) isOpen = !isOpen;
  return isOpen;
}
