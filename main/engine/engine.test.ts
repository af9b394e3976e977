/** The engine's walls: a query reaches the tables it was given and nothing else, and can be stopped. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toPlainError } from '../../preload/errors.ts';
import { openDatabase } from './duckdb.ts';
import type { QueryResult, LakeTable } from '../query-seam.ts';
import { openEngine, type Engine } from './engine.ts';

let folder: string;
let outside: string;
let engine: Engine;
let table: LakeTable;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-engine-'));
  outside = await mkdtemp(join(tmpdir(), 'isobar-outside-'));
  engine = await openEngine({ folder });
  const path = join(folder, 'given.json');
  await writeFile(path, '{"a":1}\n{"a":2}\n');
  await writeFile(join(folder, 'ca.key'), 'the secret');
  await writeFile(join(folder, 'secret.json'), '{"a":"the secret"}');
  await writeFile(join(folder, 'secret.csv'), 'a\nthe secret\n');
  const columns = [{ name: 'a', type: 'int' }];
  const files = [{ path, compression: 'none', partition: [] }] as const;
  table = { database: 'lake', table: 'given', columns, partitionKeys: [], format: 'json', files };
});

afterAll(async () => {
  engine.stop();
  await rm(folder, { recursive: true, force: true });
  await rm(outside, { recursive: true, force: true });
});

let count = 0;
function run(sql: string, tables: readonly LakeTable[] = [table]): Promise<QueryResult> {
  count += 1;
  return engine.run({ id: `q${count}`, sql, database: 'lake', tables, resultFile: join(folder, 'out.csv') });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'it ran';
  } catch (error) {
    return toPlainError(error).code;
  }
}

describe('the walls', () => {
  it('let a query read its own tables', async () => {
    const result = await run('SELECT sum(a) AS s FROM awsdatacatalog.lake.given');
    expect([result.rows, result.columns.map(({ name, type }) => `${name} ${type}`)]).toEqual([1, ['s bigint']]);
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe('"s"\n"3"\n');
  });

  it('give an empty table its columns, and a partition its values', async () => {
    const partitionKeys = [{ name: 'p', type: 'string' }];
    const empty = { ...table, partitionKeys, files: [] };
    expect((await run('SELECT * FROM given', [empty])).columns.map(({ name }) => name)).toEqual(['a', 'p']);
    const files = table.files.map((file) => ({ ...file, partition: ["it's"] }));
    await run('SELECT p, count(*) FROM given GROUP BY p', [{ ...table, partitionKeys, files }]);
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe(`"p","_col1"\n"it's","2"\n`);
  });

  const tricks: readonly string[] = [
    "SELECT * FROM read_text('FOLDER/ca.key')",
    "SELECT * FROM read_csv('FOLDER/secret.csv')",
    "SELECT * FROM read_json_auto('FOLDER/secret.json') AS t(a)",
    "SELECT * FROM given, read_blob('FOLDER/ca.key')",
    "SELECT * FROM given JOIN LATERAL read_text('FOLDER/ca.key') ON TRUE",
    "SELECT (SELECT content FROM read_text('FOLDER/ca.key'))",
    "WITH x AS (SELECT * FROM glob('FOLDER/*')) SELECT * FROM x",
    'SELECT * FROM "FOLDER/secret.json"',
    "SELECT * FROM 'FOLDER/secret.json'",
    'SELECT * FROM (WITH "FOLDER/secret.json" AS (SELECT 1 AS a) SELECT 1 AS b) AS t, "FOLDER/secret.json"',
    'WITH "FOLDER/secret.json" AS (SELECT 1 AS a) SELECT * FROM "FOLDER/secret.json"',
    'SELECT * FROM duckdb_settings()',
    'SELECT * FROM pragma_table_info(1)',
    'SELECT * FROM information_schema.tables',
    'SELECT * FROM other.given',
    "SELECT current_setting('allowed_paths')",
    "SELECT getenv('HOME')",
    'SELECT 1; SELECT 2',
    "COPY given TO 'FOLDER/copy.csv'",
    "COPY (SELECT 1) TO 'FOLDER/copy.csv'",
    "ATTACH 'FOLDER/new.db'",
    'INSTALL httpfs',
    'LOAD httpfs',
    'PRAGMA database_list',
    'SET enable_external_access = true',
    'RESET lock_configuration',
    "EXPORT DATABASE 'FOLDER/x'",
    'CALL pragma_version()',
    'CREATE TABLE t AS SELECT 1',
    'FROM given',
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('given')",
  ];
  it.each(tricks)('stop %s', async (sql) => {
    const code = await codeOf(run(sql.replaceAll('FOLDER', folder)));
    expect(
      ['MALFORMED_QUERY', 'NOT_SUPPORTED', 'FUNCTION_NOT_FOUND', 'TABLE_NOT_FOUND'].map((name) => `athena.${name}`),
    ).toContain(code);
  });

  it('hold in the database itself, should a statement ever get so far', async () => {
    const database = await openDatabase({
      files: table.files.map(({ path }) => path),
      temporaryFolder: join(folder, 'engine-spill'),
      memoryLimit: '200MB',
      threads: 1,
    });
    const select = (sql: string): Promise<void> =>
      database.select(
        sql,
        () => undefined,
        async () => undefined,
      );
    try {
      await expect(select(`SELECT * FROM read_json('${table.files[0]?.path}')`)).resolves.toBeUndefined();
      for (const statement of [
        `SELECT * FROM read_text('${folder}/ca.key')`,
        `SELECT * FROM read_text('${folder}/../${folder.split('/').at(-1)}/ca.key')`,
        `SELECT * FROM '${folder}/secret.json'`,
        `SELECT * FROM read_csv('${folder}/*.csv')`,
        `SELECT * FROM glob('${folder}/*')`,
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
      ]) {
        await expect(select(statement), statement).rejects.toThrow();
      }
      for (const statement of [
        `COPY (SELECT 1) TO '${folder}/copy.csv'`,
        `ATTACH '${folder}/new.db'`,
        'SET enable_external_access = true',
        `SET allowed_directories = ['${folder}']`,
        "SET temp_directory = '/tmp'",
        'RESET lock_configuration',
        'INSTALL httpfs',
        'LOAD httpfs',
      ]) {
        await expect(database.prepare([statement]), statement).rejects.toThrow();
      }
    } finally {
      database.close();
    }
  });

  it('refuse files outside the folder, whoever hands them over', async () => {
    const path = join(outside, 'x.json');
    await writeFile(path, '{"a":1}\n');
    const files = [{ path, compression: 'none', partition: [] }] as const;
    expect(await codeOf(run('SELECT * FROM given', [{ ...table, files }]))).toBe('engine.outside');
    const resultFile = join(outside, 'out.csv');
    expect(await codeOf(engine.run({ id: 'o', sql: 'SELECT 1', database: 'lake', tables: [], resultFile }))).toBe(
      'engine.outside',
    );
  });
});

describe('many queries', () => {
  const endless =
    'SELECT count(*) FROM UNNEST(sequence(1, 1000000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 1000000)) AS b(y) WHERE x * y % 7 = 3';

  it('are stopped whether they run or wait, and leave room for the next', async () => {
    const ids = ['a', 'b', 'c'];
    const ends = ids.map((id) =>
      codeOf(engine.run({ id, sql: endless, database: 'lake', tables: [], resultFile: join(folder, `${id}.csv`) })),
    );
    // The third waits for a turn that will not come.
    for (const id of [...ids].reverse()) engine.cancel({ id });
    expect(await Promise.all(ends)).toEqual(ids.map(() => 'athena.QUERY_CANCELLED'));
    expect((await run('SELECT a FROM given')).rows).toBe(2);
  });
});
