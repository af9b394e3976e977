/** Lines of a Global Hourly CSV to records: the header first, then csv-parse a batch of lines at a time. */
import { CsvError, parse } from 'csv-parse/sync';
import type { DecodedRecord } from './decoded-record.ts';
import { badRecord, type BadRecord } from './fixed-width.ts';
import { decodeHourlyRow, planColumns, type ColumnPlan } from './hourly-row.ts';

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
      texts.push(text);
      numbers.push(firstLine + index);
    });
    const records: DecodedRecord[] = [];
    parseLines(texts).forEach((row, index) => {
      const line = numbers[index] ?? firstLine;
      if (typeof row === 'string') {
        onBadRecord({ line, reason: row });
        return;
      }
      if (plan === null) {
        plan = planColumns(row);
        return;
      }
      try {
        records.push(decodeHourlyRow(plan, row, line));
      } catch (error) {
        onBadRecord(badRecord(line, error));
      }
    });
    return records;
  };
}

/**
 * For each line its cells, or in words why it is no CSV. No cell of this product holds a line break, so an open quotation
 * mark means a cut line: it swallows the good line after it, hence fewer rows than lines, and then each line is parsed
 * alone.
 */
function parseLines(lines: readonly string[]): readonly (readonly string[] | string)[] {
  const plain = lines.map(plainCells);
  if (plain.every((cells) => cells !== null)) return plain;
  const rows = parseCsv(lines.join('\n'));
  if (!(rows instanceof CsvError) && rows.length === lines.length) return rows;
  return lines.map((line) => {
    const alone = parseCsv(line);
    if (!(alone instanceof CsvError)) return alone[0] ?? 'it is empty';
    const isCut = alone.code === 'CSV_QUOTE_NOT_CLOSED';
    return isCut ? 'it is cut within a quoted cell' : 'its quotation marks are not those of a CSV row';
  });
}

/**
 * The cells of a line as NOAA writes them, each in quotation marks and none with one inside: the parser of all CSV takes several times as
 * long. Null for any other line.
 */
function plainCells(line: string): readonly string[] | null {
  if (line.length < 2 || !line.startsWith('"') || !line.endsWith('"')) return null;
  const cells = line.slice(1, -1).split('","');
  return cells.some((cell) => cell.includes('"')) ? null : cells;
}

/** csv-parse's refusal is an answer here: the caller knows which line to blame. */
function parseCsv(text: string): string[][] | CsvError {
  try {
    return parse(text, { bom: true, relax_column_count: true });
  } catch (error) {
    if (error instanceof CsvError) return error;
    throw error;
  }
}
