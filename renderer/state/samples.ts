/** Queries to start from, written for the table the crawler found. */
import type { DatabaseInfo, TableInfo } from '../../preload/shapes.ts';

export type SampleId = 'mean' | 'latest' | 'coldest' | 'pressure' | 'count';

export type Sample = { readonly id: SampleId; readonly sql: string; readonly database: string };

/** The first table that holds observations of stations, and its database. */
function observations(databases: readonly DatabaseInfo[]): { database: string; table: TableInfo } | null {
  for (const { name, tables } of databases) {
    const table = tables.find(({ columns }) => columns.some((column) => column.name === 'weather_station'));
    if (table !== undefined) return { database: name, table };
  }
  return null;
}

/** A name as SQL writes it: quoted only where it must be. */
export function sqlName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Empty when no table holds observations; a sample appears only when the table has its columns. */
export function samplesFor(databases: readonly DatabaseInfo[]): readonly Sample[] {
  const found = observations(databases);
  if (found === null) return [];
  const { database, table } = found;
  const from = sqlName(table.name);
  const has = (...names: readonly string[]) =>
    names.every((name) => table.columns.some((column) => column.name === name));
  const all: readonly (readonly [SampleId, boolean, string])[] = [
    [
      'mean',
      has('air_temperature'),
      `SELECT weather_station,\n       avg(air_temperature.value) AS mean_temperature,\n       count(*) AS observations\nFROM ${from}\nGROUP BY weather_station\nORDER BY weather_station`,
    ],
    [
      'pressure',
      has('time', 'sea_level_pressure'),
      `SELECT "time",\n       weather_station,\n       sea_level_pressure.value AS pressure\nFROM ${from}\nORDER BY "time"\nLIMIT 1000`,
    ],
    [
      'coldest',
      has('time', 'air_temperature'),
      `SELECT weather_station,\n       "time",\n       air_temperature.value AS temperature\nFROM ${from}\nWHERE air_temperature.value < -5\nORDER BY temperature\nLIMIT 100`,
    ],
    [
      'count',
      true,
      `SELECT weather_station,\n       count(*) AS messages\nFROM ${from}\nGROUP BY weather_station\nORDER BY messages DESC`,
    ],
    ['latest', true, `SELECT *\nFROM ${from}\nLIMIT 100`],
  ];
  return all.filter(([, isThere]) => isThere).map(([id, , sql]) => ({ id, sql, database }));
}
