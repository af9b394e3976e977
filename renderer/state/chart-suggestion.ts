/** Which chart a result asks for, from its columns' types; and the points it draws. */
import type { ColumnInfo, QueryRows } from '../../preload/shapes.ts';

export type ChartType = 'bar' | 'line' | 'scatter';

export type ChartChoice = {
  readonly type: ChartType;
  /** Column names. */
  readonly x: string;
  readonly y: readonly string[];
  readonly colour: string | null;
};

type Row = QueryRows['rows'][number];

type Kind = 'number' | 'time' | 'text';

const NUMBER_TYPE = /^(tinyint|smallint|integer|int|bigint|real|float|double|decimal)\b/;
const TIME_TYPE = /^(date|timestamp)\b/;
const TIME_TEXT = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?)?$/;

/** More categories than this are no colours any more. */
const MOST_COLOURS = 12;

export function isNumeric({ type }: ColumnInfo): boolean {
  return NUMBER_TYPE.test(type.toLowerCase());
}

/** Times often come as text: a column counts as one when its first values read as such. */
function kindOf(column: ColumnInfo, index: number, rows: readonly Row[]): Kind {
  if (isNumeric(column)) return 'number';
  if (TIME_TYPE.test(column.type.toLowerCase())) return 'time';
  const seen = rows.slice(0, 20).flatMap((row) => row[index] ?? []);
  return seen.length > 0 && seen.every((value) => TIME_TEXT.test(value)) ? 'time' : 'text';
}

/** Null when nothing can be drawn: a chart needs at least one column of numbers. */
export function suggestChart(columns: readonly ColumnInfo[], rows: readonly Row[]): ChartChoice | null {
  const kinds = columns.map((column, index) => ({ name: column.name, index, kind: kindOf(column, index, rows) }));
  const numbers = kinds.filter(({ kind }) => kind === 'number');
  const time = kinds.find(({ kind }) => kind === 'time');
  const texts = kinds.filter(({ kind }) => kind === 'text');
  const [firstNumber, secondNumber] = numbers;
  if (firstNumber === undefined) return null;
  const colour = texts.find(({ index }) => {
    const values = distinct(rows, index);
    return values > 1 && values <= MOST_COLOURS && values < rows.length;
  });
  if (time !== undefined) {
    return { type: 'line', x: time.name, y: [firstNumber.name], colour: colour?.name ?? null };
  }
  const [firstText] = texts;
  if (firstText !== undefined && colour === undefined) {
    return { type: 'bar', x: firstText.name, y: [firstNumber.name], colour: null };
  }
  if (secondNumber !== undefined) {
    return { type: 'scatter', x: firstNumber.name, y: [secondNumber.name], colour: colour?.name ?? null };
  }
  const x = firstText ?? firstNumber;
  return { type: 'bar', x: x.name, y: [firstNumber.name], colour: null };
}

function distinct(rows: readonly Row[], index: number): number {
  const values = new Set<string>();
  for (const row of rows) {
    const value = row[index] ?? null;
    if (value !== null) values.add(value);
    if (values.size > MOST_COLOURS) break;
  }
  return values.size;
}

export type Point = { readonly x: number | string; readonly y: number | null };

export type Series = { readonly label: string; readonly points: readonly Point[] };

export type ChartData = {
  /** `linear`: numbers; `time`: epoch milliseconds; `category`: the labels in order. */
  readonly scale: 'linear' | 'time' | 'category';
  readonly labels: readonly string[];
  readonly series: readonly Series[];
};

/** Points of a choice, series by Y column and colour value. Rows without X are left out; a missing Y is a gap. */
export function chartData(columns: readonly ColumnInfo[], rows: readonly Row[], choice: ChartChoice): ChartData {
  const indexOf = (name: string) => columns.findIndex((column) => column.name === name);
  const xIndex = indexOf(choice.x);
  const xColumn = columns[xIndex];
  const colourIndex = choice.colour === null ? -1 : indexOf(choice.colour);
  const xKind = xColumn === undefined ? 'text' : kindOf(xColumn, xIndex, rows);
  const scale = choice.type === 'bar' || xKind === 'text' ? 'category' : xKind === 'time' ? 'time' : 'linear';
  const series = new Map<string, Point[]>();
  const labels = new Set<string>();
  for (const row of rows) {
    const raw = row[xIndex] ?? null;
    if (raw === null) continue;
    const x = scale === 'category' ? raw : scale === 'time' ? epochOf(raw) : Number(raw);
    if (typeof x === 'number' && !Number.isFinite(x)) continue;
    labels.add(raw);
    for (const name of choice.y) {
      const label = labelOf(choice, name, row[colourIndex] ?? null);
      const value = row[indexOf(name)] ?? null;
      const points = series.get(label) ?? [];
      const y = value === null ? null : Number(value);
      points.push({ x, y: y === null || Number.isNaN(y) ? null : y });
      series.set(label, points);
    }
  }
  const inOrder = (points: Point[]) =>
    choice.type === 'line' && scale !== 'category' ? points.sort((a, b) => Number(a.x) - Number(b.x)) : points;
  return {
    scale,
    labels: scale === 'category' ? [...labels] : [],
    series: [...series].map(([label, points]) => ({ label, points: inOrder(points) })),
  };
}

function labelOf(choice: ChartChoice, y: string, colour: string | null): string {
  if (choice.colour === null) return y;
  const value = colour ?? '—';
  return choice.y.length > 1 ? `${value} · ${y}` : value;
}

/** Athena's timestamps carry a space and no zone; the lake's times are UTC. */
function epochOf(text: string): number {
  const iso = text.trim().replace(' UTC', 'Z').replace(' ', 'T');
  return Date.parse(/T/.test(iso) && !/(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? `${iso}Z` : iso);
}
