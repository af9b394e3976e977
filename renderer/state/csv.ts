/** A result as text for other programs: CSV by RFC 4180, or tab separated for spreadsheets. NULL is an empty field. */
import type { QueryRows } from '../../preload/shapes.ts';

export function toCsv({ columns, rows }: Pick<QueryRows, 'columns' | 'rows'>): string {
  const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return joined(columns, rows, ',', quote, '\r\n');
}

/** Tabs and line breaks inside a value become spaces: the format has no way to keep them. */
export function toTsv({ columns, rows }: Pick<QueryRows, 'columns' | 'rows'>): string {
  return joined(columns, rows, '\t', (text) => text.replace(/[\t\r\n]+/g, ' '), '\n');
}

function joined(
  columns: QueryRows['columns'],
  rows: QueryRows['rows'],
  separator: string,
  write: (text: string) => string,
  end: string,
): string {
  const head = columns.map(({ name }) => name);
  return [head, ...rows].map((row) => row.map((value) => write(value ?? '')).join(separator) + end).join('');
}
