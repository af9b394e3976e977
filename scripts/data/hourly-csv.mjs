/** Writes observations in the form of NOAA's Global Hourly CSV, compressed, and notes them in `data/sets.json`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const LEADING_COLUMNS = [
  ...['STATION', 'DATE', 'SOURCE', 'LATITUDE', 'LONGITUDE', 'ELEVATION', 'NAME', 'REPORT_TYPE', 'CALL_SIGN'],
  ...['QUALITY_CONTROL', 'WND', 'CIG', 'VIS', 'TMP', 'DEW', 'SLP'],
];

const SET_ORDER = ['five-climates', 'new-york-2013'];

/** `unsigned(4.6, 4, 10)` = `0046`; null = all nines. */
export function unsigned(value, digits, scale) {
  return value === null ? '9'.repeat(digits) : String(Math.round(value * scale)).padStart(digits, '0');
}

/** `signed(-3.2, 4, 10)` = `-0032`; null = `+9999`. */
export function signed(value, digits, scale) {
  if (value === null) return `+${'9'.repeat(digits)}`;
  const raw = Math.round(value * scale);
  return `${raw < 0 ? '-' : '+'}${String(Math.abs(raw)).padStart(digits, '0')}`;
}

/** Quality 9 belongs to a missing value: there was nothing to check. */
export function cell(text, value, quality) {
  return `${text},${value === null ? 9 : quality}`;
}

/** The WND cell. `direction` null with `type` C = calm, V = variable, 9 = not measured; m/s. */
export function windCell(direction, type, speed, directionQuality, speedQuality) {
  const degrees = direction === null ? '999' : String(direction).padStart(3, '0');
  return `${degrees},${direction === null ? 9 : directionQuality},${type},${cell(unsigned(speed, 4, 10), speed, speedQuality)}`;
}

/**
 * Writes one station's rows (objects by column name) as `path`: filled cells in quotes, empty ones bare, group columns
 * sorted, as NOAA does. The gzip header bears no time and no system, so the same rows give the same bytes.
 */
export function writeStation(path, rows) {
  const groups = new Set(rows.flatMap((row) => Object.keys(row).filter((name) => !LEADING_COLUMNS.includes(name))));
  const columns = [...LEADING_COLUMNS, ...[...groups].sort(), 'REM', 'EQD'];
  const line = (cells) => cells.map((text) => (text === '' ? '' : `"${text}"`)).join(',');
  const lines = [line(columns), ...rows.map((row) => line(columns.map((name) => row[name] ?? '')))];
  const packed = gzipSync(`${lines.join('\n')}\n`, { level: 9 });
  packed.writeUInt32LE(0, 4);
  packed[9] = 255;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, packed);
}

/** What `sets.json` says about a station, from its rows. */
export function stationEntry(setId, station, rows) {
  const dates = rows.map((row) => `${row.DATE}Z`);
  const { id, name, latitude, longitude, elevation } = station;
  const file = `${setId}/${id}.csv.gz`;
  return { id, name, latitude, longitude, elevation, first: dates[0], last: dates.at(-1), records: rows.length, file };
}

/** Puts `set` into `sets.json` of `dataFolder`, in place of an older one of the same id. */
export function saveSet(dataFolder, set) {
  const path = join(dataFolder, 'sets.json');
  const others = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).filter(({ id }) => id !== set.id) : [];
  const sets = [...others, set].sort((a, b) => SET_ORDER.indexOf(a.id) - SET_ORDER.indexOf(b.id));
  writeFileSync(path, `${JSON.stringify(sets, null, 2)}\n`);
}
