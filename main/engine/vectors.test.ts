/** The engine against Athena's conformance vectors: `vectors-passing.txt` lists those it answers right, and may only grow. */
import { mkdtempSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toPlainError } from '../../preload/errors.ts';
import type { LakeTable } from '../query-seam.ts';
import { openEngine, type Engine } from './engine.ts';

type Fixture = {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly ndjson?: readonly string[];
  readonly partitionKeys?: unknown;
};
type Vector = {
  readonly id: string;
  readonly group: string;
  readonly sql: string;
  readonly setup?: readonly unknown[];
  readonly params?: unknown;
  readonly unordered?: boolean;
  readonly expect: {
    readonly columns?: readonly { readonly name: string; readonly type: string }[];
    readonly rows?: readonly (readonly (string | null)[])[];
  };
};

const shared = process.env['ISOBAR_SHARED'] ?? join(import.meta.dirname, '../../../shared');
const file = join(shared, 'reference/athena-vectors.json');
const isThere = existsSync(file);
const folder = mkdtempSync(join(tmpdir(), 'isobar-engine-'));
let engine: Engine;

beforeAll(async () => {
  engine = await openEngine({ folder });
});
afterAll(() => {
  engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

function readVectors(): { readonly fixtures: Record<string, Fixture>; readonly vectors: readonly Vector[] } {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function tableOf(setup: unknown, fixtures: Record<string, Fixture>): LakeTable | undefined {
  if (typeof setup !== 'object' || setup === null) return undefined;
  const fixture = 'use' in setup ? fixtures[String(setup.use)] : (setup as Fixture);
  if (fixture?.ndjson === undefined || fixture.partitionKeys !== undefined) return undefined;
  const path = join(folder, `${fixture.table}.ndjson`);
  writeFileSync(path, fixture.ndjson.map((line) => `${line}\n`).join(''));
  return {
    database: 'lab',
    table: fixture.table,
    columns: fixture.columns,
    partitionKeys: [],
    format: 'json',
    files: [{ path, compression: 'none', partition: [] }],
  };
}

async function outcome(vector: Vector, fixtures: Record<string, Fixture>): Promise<string> {
  const tables = (vector.setup ?? []).map((setup) => tableOf(setup, fixtures));
  if (tables.includes(undefined) || vector.params !== undefined) return 'needs what the engine does not do alone';
  const resultFile = join(folder, `${vector.id}.csv`);
  try {
    const given = tables.filter((table) => table !== undefined);
    const result = await engine.run({ id: vector.id, sql: vector.sql, database: 'lab', tables: given, resultFile });
    const [header, ...rows] = readCsv(resultFile);
    if (header === undefined) return 'no header';
    // Without ORDER BY two threads may hand over their rows in any order.
    const isOrdered = vector.unordered !== true && /order by/i.test(vector.sql);
    const sort = (list: readonly unknown[]): string =>
      JSON.stringify(isOrdered ? list : list.map((row) => JSON.stringify(row)).sort());
    if (sort(rows) !== sort(vector.expect.rows ?? [])) return `rows ${JSON.stringify(rows).slice(0, 300)}`;
    const columns = result.columns.map(({ name, type }) => ({ name, type }));
    const expected = (vector.expect.columns ?? []).map(({ name, type }) => ({ name, type }));
    if (JSON.stringify(columns) !== JSON.stringify(expected)) return `columns ${JSON.stringify(columns).slice(0, 300)}`;
    return 'right';
  } catch (error) {
    const { code, message } = toPlainError(error);
    return `${code}: ${message}`;
  }
}

/** NULL is what stands without quotes. */
function readCsv(path: string): readonly (readonly (string | null)[])[] {
  const rows: unknown = parse(readFileSync(path), {
    skip_empty_lines: false,
    relax_column_count: true,
    cast: (value, { quoting }) => (quoting ? value : null),
  });
  return rows as readonly (readonly (string | null)[])[];
}

it.skipIf(!isThere)('answers at least the vectors it answered before', async () => {
  const { fixtures, vectors: all } = readVectors();
  const outcomes = new Map<string, string>();
  for (const vector of all) {
    if (vector.expect.rows !== undefined) outcomes.set(vector.id, await outcome(vector, fixtures));
  }
  const before = readFileSync(join(import.meta.dirname, 'vectors-passing.txt'), 'utf8')
    .split(/\s+/)
    .filter(Boolean);
  const lost = before.filter((id) => outcomes.get(id) !== 'right').map((id) => `${id}: ${outcomes.get(id)}`);
  expect(lost).toEqual([]);
  expect(before.length).toBeGreaterThan(250);
});
