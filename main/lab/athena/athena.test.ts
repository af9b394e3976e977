/** Athena from start to rows: real SDK clients, the lab's edge, store and catalogue, and the real engine. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  ListQueryExecutionsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
  type QueryExecution,
} from '@aws-sdk/client-athena';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine, type Engine } from '../../engine/engine.ts';
import { edgeServices } from '../dispatch.ts';
import { openEdge, type Edge } from '../edge.ts';
import { openGlue, type Glue } from '../glue/glue.ts';
import { openIdentity } from '../identity.ts';
import { openObjectStore, type S3Store } from '../s3/object-store.ts';
import { openAthena, type Athena } from './athena.ts';
import { metadataFile } from './metadata-file.ts';
import { openLabSeal } from '../lab-seal.ts';

let folder: string;
let objects: S3Store;
let glue: Glue;
let engine: Engine;
let athena: Athena;
let edge: Edge;
let client: AthenaClient;

async function openService(): Promise<void> {
  const identity = await openIdentity(folder, await openLabSeal(folder, null));
  athena = await openAthena({
    folder: join(folder, 'athena'),
    identity,
    objects,
    catalog: glue.catalog,
    engine: {
      analyse: async (input) => engine.analyse(input),
      run: (input) => engine.run(input),
      cancel: async (input) => {
        engine.cancel(input);
        return null;
      },
    },
  });
  const { region } = identity;
  edge = await openEdge({
    port: 0,
    credentials: identity,
    region,
    services: edgeServices({ athena: { kind: 'json', targetPrefix: 'AmazonAthena', operations: athena.operations } }),
  });
  client = new AthenaClient({
    endpoint: `http://127.0.0.1:${edge.port}`,
    region,
    credentials: identity,
    maxAttempts: 1,
  });
}

async function closeService(): Promise<void> {
  client.destroy();
  await edge.close();
  await athena.close();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-athena-'));
  objects = await openObjectStore(join(folder, 's3'));
  glue = await openGlue({
    folder: join(folder, 'glue'),
    identity: await openIdentity(folder, await openLabSeal(folder, null)),
    objects,
  });
  engine = await openEngine({ folder });
  await objects.createBucket('raw');
  await objects.createBucket('results');
  await writeFile(join(folder, 'ca.key'), 'secret');
  const lines = (values: readonly number[]): Buffer =>
    Buffer.from(
      values
        .map((value) => `{"Station":"s${value % 3}","T":{"Value":${value}.5},"n":${value},"sky":[{"Kind":"k"}]}\n`)
        .join(''),
    );
  await objects.put('raw', 'sensor/2026/11/a', lines([1, 2, 3]));
  await objects.put('raw', 'sensor/2026/12/b', lines([4, 5]));
  await call('CreateDatabase', { DatabaseInput: { Name: 'lake' } });
  const Targets = { S3Targets: [{ Path: 's3://raw/sensor' }] };
  await call('CreateCrawler', { Name: 'c', Role: 'LabRole', DatabaseName: 'lake', Targets });
  await call('StartCrawler', { Name: 'c' });
  await until(() => glue.catalog.table('lake', 'sensor') !== undefined);
  await openService();
});

afterAll(async () => {
  await closeService();
  await glue.close();
  engine.stop();
  await objects.close();
  await rm(folder, { recursive: true, force: true });
});

async function call(name: string, input: object): Promise<void> {
  await glue.operations[name]?.(input);
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000; turn += 1) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('waited in vain');
}

async function start(sql: string, more: object = {}): Promise<string> {
  const { QueryExecutionId = '' } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: { Database: 'lake' },
      ResultConfiguration: { OutputLocation: 's3://results/out' },
      ...more,
    }),
  );
  return QueryExecutionId;
}

async function finish(id: string): Promise<QueryExecution> {
  let found: QueryExecution = {};
  await until(async () => {
    const { QueryExecution: execution = {} } = await client.send(
      new GetQueryExecutionCommand({ QueryExecutionId: id }),
    );
    found = execution;
    return !['QUEUED', 'RUNNING'].includes(execution.Status?.State ?? 'QUEUED');
  });
  return found;
}

async function page(
  id: string,
  more: object = {},
): Promise<{ rows: unknown; next: string | undefined; columns: unknown }> {
  const { ResultSet, NextToken } = await client.send(new GetQueryResultsCommand({ QueryExecutionId: id, ...more }));
  return {
    rows: ResultSet?.Rows?.map(({ Data = [] }) => Data.map(({ VarCharValue }) => VarCharValue ?? null)),
    next: NextToken,
    columns: ResultSet?.ResultSetMetadata?.ColumnInfo?.map(({ Name, Type }) => `${Name} ${Type}`),
  };
}

async function rows(sql: string): Promise<unknown> {
  const id = await start(sql);
  const { Status } = await finish(id);
  return Status?.State === 'SUCCEEDED' ? (await page(id)).rows : Status?.StateChangeReason;
}

describe('a query', () => {
  it('runs over crawled partitions, whatever the spelling of the keys, and leaves Athena’s files', async () => {
    const id = await start(
      `SELECT station, avg(t.value) AS "mean", count(*), array_agg(n ORDER BY n) FROM sensor WHERE partition_1 = '11' GROUP BY station ORDER BY 1`,
    );
    const execution = await finish(id);
    expect(execution).toMatchObject({
      QueryExecutionId: id,
      StatementType: 'DML',
      ResultConfiguration: { OutputLocation: `s3://results/out/${id}.csv` },
      QueryExecutionContext: { Database: 'lake' },
      Status: { State: 'SUCCEEDED' },
      WorkGroup: 'primary',
    });
    expect(execution.Statistics?.DataScannedInBytes).toBeGreaterThan(0);
    expect(await page(id)).toEqual({
      columns: ['station varchar', 'mean double', '_col2 bigint', '_col3 array'],
      rows: [
        ['station', 'mean', '_col2', '_col3'],
        ['s0', '3.5', '1', '[3]'],
        ['s1', '1.5', '1', '[1]'],
        ['s2', '2.5', '1', '[2]'],
      ],
      next: undefined,
    });
    const file = await readFile(objects.get('results', `out/${id}.csv`)?.path ?? '', 'utf8');
    expect(file).toBe(
      '"station","mean","_col2","_col3"\n"s0","3.5","1","[3]"\n"s1","1.5","1","[1]"\n"s2","2.5","1","[2]"\n',
    );
    const metadata = await readFile(objects.get('results', `out/${id}.csv.metadata`)?.path ?? '');
    expect(metadata.includes('station')).toBe(true);
  });

  it('gives NULL as nothing, unnests, and spells struct fields as the catalogue does', async () => {
    expect(await rows('SELECT max(n), CAST(NULL AS varchar) FROM lake.sensor WHERE n > 100')).toEqual([
      ['_col0', '_col1'],
      [null, null],
    ]);
    expect(await rows('SELECT k.kind, t FROM sensor CROSS JOIN UNNEST(sky) AS u(k) WHERE n = 5')).toEqual([
      ['kind', 't'],
      ['k', '{value=5.5}'],
    ]);
  });

  it('pages: the header counts, a full page is followed by one more', async () => {
    const id = await start(`SELECT n, 'line one\nsaid "two"' FROM sensor ORDER BY n`);
    await finish(id);
    const first = await page(id, { MaxResults: 3 });
    const second = await page(id, { MaxResults: 3, NextToken: first.next });
    const third = await page(id, { MaxResults: 3, NextToken: second.next });
    const text = 'line one\nsaid "two"';
    expect([first.rows, second.rows, third]).toEqual([
      [
        ['n', '_col1'],
        ['1', text],
        ['2', text],
      ],
      [3, 4, 5].map((n) => [String(n), text]),
      { rows: [], next: undefined, columns: first.columns },
    ]);
  });

  it('lists and describes from the catalogue', async () => {
    expect(await rows('SHOW DATABASES')).toEqual([['lake']]);
    expect(await rows('show tables in lake;')).toEqual([['sensor']]);
    const id = await start('DESCRIBE lake.sensor');
    expect((await finish(id)).StatementType).toBe('UTILITY');
    const described = (await page(id)).rows;
    expect(described).toContainEqual([`${'n'.padEnd(20)}\t${'int'.padEnd(20)}\t${''.padEnd(20)}`]);
    expect(objects.get('results', `out/${id}.txt`)?.size).toBeGreaterThan(0);
    const { TableMetadata } = await client.send(
      new GetTableMetadataCommand({ CatalogName: 'AwsDataCatalog', DatabaseName: 'lake', TableName: 'sensor' }),
    );
    expect(TableMetadata?.PartitionKeys?.map(({ Name }) => Name)).toEqual(['partition_0', 'partition_1']);
  });

  it('fails with Athena’s names', async () => {
    expect(await rows('SELECT nope FROM sensor')).toBe(
      "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved or requester is not authorized to access requested resources",
    );
    expect(await rows('SELECT 1 FROM nope')).toMatch(
      /^TABLE_NOT_FOUND: line 1:\d+: Table 'awsdatacatalog.lake.nope' does not exist$/,
    );
    expect(await rows('SELECT nope(1)')).toBe("FUNCTION_NOT_FOUND: line 1:8: Function 'nope' not registered");
    expect(await rows('SELECT n / (n - n) FROM sensor')).toBe('DIVISION_BY_ZERO: Division by zero');
    const failed = await finish(await start('SELECT 1 FROM none.nope'));
    expect(failed.Status).toMatchObject({ State: 'FAILED', AthenaError: { ErrorCategory: 2, ErrorType: 1301 } });
  });

  it('is refused at the start for bad syntax, what the lab does not run, and a missing place for results', async () => {
    const refusal = (AthenaErrorCode: string, message: RegExp): object => ({
      name: 'InvalidRequestException',
      AthenaErrorCode,
      message: expect.stringMatching(message),
    });
    await expect(start('SELECT * FRM sensor WHERE')).rejects.toMatchObject(refusal('MALFORMED_QUERY', /^line 1:\d+: /));
    for (const sql of [
      'CREATE TABLE x AS SELECT 1',
      'INSERT INTO sensor SELECT 1',
      'DROP TABLE sensor',
      'MSCK REPAIR TABLE sensor',
    ]) {
      await expect(start(sql)).rejects.toMatchObject({ name: 'InvalidRequestException' });
    }
    await expect(start('CREATE TABLE x AS SELECT 1')).rejects.toMatchObject(
      refusal('NOT_SUPPORTED', /does not run this statement yet/),
    );
    await expect(start('SELECT 1', { ResultConfiguration: {} })).rejects.toMatchObject(
      refusal('INVALID_INPUT', /^No output location provided/),
    );
    await expect(start('SELECT 1', { ExecutionParameters: ['1'] })).rejects.toMatchObject(
      refusal('INVALID_INPUT', /support/),
    );
  });

  it('answers a repeated token with the same query', async () => {
    const ClientRequestToken = 'a'.repeat(32);
    const [one, two] = await Promise.all([
      start('SELECT 1', { ClientRequestToken }),
      start('SELECT 1', { ClientRequestToken }),
    ]);
    expect([two, await start('SELECT 1', { ClientRequestToken })]).toEqual([one, one]);
    await expect(start('SELECT 2', { ClientRequestToken })).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  it('can be stopped, and its results asked for too early or in vain are refused', async () => {
    const id = await start(
      'SELECT count(*) FROM UNNEST(sequence(1, 100000000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 1000)) AS b(y) WHERE x * y % 7 = 3',
    );
    await expect(page(id)).rejects.toMatchObject({ AthenaErrorCode: 'INVALID_QUERY_EXECUTION_STATE' });
    await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    const { Status } = await finish(id);
    expect([Status?.State, Status?.StateChangeReason]).toEqual(['CANCELLED', 'Query cancelled by user']);
    await expect(page(id)).rejects.toMatchObject({ AthenaErrorCode: 'RESULT_NOT_FOUND' });
  });

  it('survives a restart of the lab; one that was running then has failed', async () => {
    const done = await start('SELECT n FROM sensor ORDER BY n LIMIT 1');
    await finish(done);
    await closeService();
    const path = join(folder, 'athena', `${done}.json`);
    const kept: object = JSON.parse(await readFile(path, 'utf8'));
    const lost = 'f'.repeat(36);
    await writeFile(
      join(folder, 'athena', `${lost}.json`),
      JSON.stringify({ ...kept, id: lost, token: undefined, state: 'RUNNING' }),
    );
    await openService();
    expect((await page(done)).rows).toEqual([['n'], ['1']]);
    const { Status } = await finish(lost);
    expect([Status?.State, Status?.StateChangeReason]).toEqual([
      'FAILED',
      'GENERIC_INTERNAL_ERROR: The lab stopped while the query ran',
    ]);
    const { QueryExecutionIds } = await client.send(new ListQueryExecutionsCommand({ MaxResults: 2 }));
    expect(QueryExecutionIds?.length).toBe(2);
  });
});

it('writes the columns in protobuf', () => {
  const column = { name: 'n', type: 'varchar', precision: 2_147_483_647, scale: 0, caseSensitive: true };
  expect(metadataFile('q', [column]).toString('hex')).toBe(
    '0a0171' +
      '2221' +
      '0a0468697665' +
      '22016e' +
      '2a016e' +
      '320776617263686172' +
      '38ffffffff07' +
      '4000' +
      '4803' +
      '5001',
  );
});
