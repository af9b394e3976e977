/** The catalogue and its crawler, through the real Glue client, the lab's own edge and its own object store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  GetCrawlerCommand,
  GetCrawlerMetricsCommand,
  GetDatabaseCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GetTablesCommand,
  GlueClient,
  paginateGetPartitions,
  paginateGetTables,
  StartCrawlerCommand,
  UpdateCrawlerCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { edgeServices } from '../dispatch.ts';
import { openEdge, type Edge } from '../edge.ts';
import { openIdentity } from '../identity.ts';
import { openObjectStore, type S3Store } from '../s3/object-store.ts';
import { openGlue, type Glue } from './glue.ts';
import { openLabSeal } from '../lab-seal.ts';

let folder: string;
let objects: S3Store;
let glue: Glue;
let edge: Edge;
let client: GlueClient;

async function open(): Promise<void> {
  const identity = await openIdentity(folder, await openLabSeal(folder, null));
  objects = await openObjectStore(join(folder, 's3'));
  glue = await openGlue({ folder: join(folder, 'glue'), identity, objects });
  const { region } = identity;
  edge = await openEdge({
    port: 0,
    credentials: identity,
    region,
    services: edgeServices({ glue: { kind: 'json', targetPrefix: 'AWSGlue', operations: glue.operations } }),
  });
  client = new GlueClient({ endpoint: `http://127.0.0.1:${edge.port}`, region, credentials: identity, maxAttempts: 1 });
}

async function close(): Promise<void> {
  client.destroy();
  await edge.close();
  await glue.close();
  await objects.close();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-glue-'));
  await open();
  await objects.createBucket('isobar-raw');
  await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'Weather' } }));
});

afterEach(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});

async function put(key: string, ...lines: readonly string[]): Promise<void> {
  const text = lines.map((line) => `${line}\n`).join('');
  await objects.put('isobar-raw', key, key.endsWith('.gz') ? gzipSync(text) : Buffer.from(text));
}

async function createCrawler(path = 's3://isobar-raw/raw/', more: object = {}): Promise<void> {
  const Targets = { S3Targets: [{ Path: path }] };
  const settings = { Name: 'raw', Role: 'arn:aws:iam::123456789012:role/LabRole', DatabaseName: 'weather', Targets };
  await client.send(new CreateCrawlerCommand({ ...settings, ...more }));
}

async function crawl(): Promise<{ readonly status: string | undefined; readonly message: string | undefined }> {
  await client.send(new StartCrawlerCommand({ Name: 'raw' }));
  for (let turn = 0; turn < 500; turn += 1) {
    const { Crawler } = await client.send(new GetCrawlerCommand({ Name: 'raw' }));
    if (Crawler?.State === 'READY')
      return { status: Crawler.LastCrawl?.Status, message: Crawler.LastCrawl?.ErrorMessage };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the crawler did not finish');
}

async function tableColumns(name: string): Promise<Record<string, string | undefined>> {
  const { Table } = await client.send(new GetTableCommand({ DatabaseName: 'weather', Name: name }));
  return columnsOf(Table?.StorageDescriptor?.Columns);
}

function columnsOf(
  columns: readonly { Name?: string | undefined; Type?: string | undefined }[] = [],
): Record<string, string | undefined> {
  return Object.fromEntries(columns.map(({ Name, Type }) => [Name, Type]));
}

describe('the crawler', () => {
  it('makes a partitioned table of the Firehose layout, each partition with its own columns', async () => {
    await put('raw/2026/11/24/03/s-1', '{"Station":"a","t":{"value":1,"quality":"1"},"sky":[],"w":null}', '');
    await put('raw/2026/11/24/03/s-2.gz', '{"Station":"b","t":{"value":2,"quality":"1"},"sky":[]}');
    await put(
      'raw/2026/11/24/04/s-1',
      '{"Station":"a","t":{"value":2.5,"quality":"1"},"sky":[{"coverage":7.0}],"w":3}',
    );
    await put('raw/2026/11/24/04/_hidden', 'no json');
    await createCrawler();
    expect(await crawl()).toEqual({ status: 'SUCCEEDED', message: undefined });

    const { Table } = await client.send(new GetTableCommand({ DatabaseName: 'weather', Name: 'raw' }));
    expect(Table).toMatchObject({
      Name: 'raw',
      DatabaseName: 'weather',
      TableType: 'EXTERNAL_TABLE',
      PartitionKeys: [0, 1, 2, 3].map((level) => ({ Name: `partition_${level}`, Type: 'string' })),
      Parameters: {
        classification: 'json',
        compressionType: 'gzip',
        objectCount: '3',
        recordCount: '3',
        typeOfData: 'file',
        UPDATED_BY_CRAWLER: 'raw',
      },
      StorageDescriptor: {
        Location: 's3://isobar-raw/raw/',
        InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        SerdeInfo: {
          SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
          Parameters: { paths: 'Station,sky,t,w' },
        },
        Columns: [
          { Name: 'station', Type: 'string' },
          { Name: 't', Type: 'struct<value:double,quality:string>' },
          { Name: 'sky', Type: 'array<struct<coverage:double>>' },
          { Name: 'w', Type: 'int' },
        ],
      },
    });
    const { Partitions = [] } = await client.send(
      new GetPartitionsCommand({ DatabaseName: 'weather', TableName: 'raw' }),
    );
    const told = Partitions.map(({ Values, StorageDescriptor }) => [
      Values,
      StorageDescriptor?.Location,
      columnsOf(StorageDescriptor?.Columns),
    ]);
    expect(told).toEqual([
      [
        ['2026', '11', '24', '03'],
        's3://isobar-raw/raw/2026/11/24/03/',
        { station: 'string', t: 'struct<value:int,quality:string>', sky: 'array<string>', w: 'string' },
      ],
      [
        ['2026', '11', '24', '04'],
        's3://isobar-raw/raw/2026/11/24/04/',
        {
          station: 'string',
          t: 'struct<value:double,quality:string>',
          sky: 'array<struct<coverage:double>>',
          w: 'int',
        },
      ],
    ]);
  });

  it('updates what it made, counts it, and cures a mismatch when told to', async () => {
    await put('raw/2026/a', '{"v":1}');
    await createCrawler();
    await crawl();
    await put('raw/2027/a', '{"v":1.5,"extra":"x"}');
    await crawl();
    expect(await tableColumns('raw')).toEqual({ v: 'double', extra: 'string' });
    const counted = async (): Promise<unknown> => {
      const { CrawlerMetricsList } = await client.send(new GetCrawlerMetricsCommand({}));
      return CrawlerMetricsList?.map(({ TablesCreated, TablesUpdated }) => [TablesCreated, TablesUpdated]);
    };
    expect(await counted()).toEqual([[0, 1]]);
    await crawl();
    expect(await counted()).toEqual([[0, 0]]);

    const Configuration = JSON.stringify({
      Version: 1.0,
      CrawlerOutput: { Partitions: { AddOrUpdateBehavior: 'InheritFromTable' } },
    });
    await client.send(new UpdateCrawlerCommand({ Name: 'raw', Configuration }));
    await crawl();
    const { Partitions = [] } = await client.send(
      new GetPartitionsCommand({ DatabaseName: 'weather', TableName: 'raw' }),
    );
    const columns = Partitions.map(({ StorageDescriptor }) => columnsOf(StorageDescriptor?.Columns));
    expect(columns).toEqual([1, 2].map(() => ({ v: 'double', extra: 'string' })));
  });

  it('reads named folders, whole-bucket paths, and records without or with many newlines', async () => {
    await put('year=2026/Month=11/one', '{"a":1}{"a":2}', '{', '"b": [', '{"c": "x"}]', '}');
    await objects.put('isobar-raw', 'year=2026/Month=12/two', Buffer.from('{"a":2147483648}'));
    await createCrawler('s3://isobar-raw');
    expect(await crawl()).toEqual({ status: 'SUCCEEDED', message: undefined });
    const { Table } = await client.send(new GetTableCommand({ DatabaseName: 'weather', Name: 'isobar_raw' }));
    expect(Table?.PartitionKeys?.map(({ Name }) => Name)).toEqual(['year', 'month']);
    expect(Table?.Parameters?.['recordCount']).toBe('4');
    expect(await tableColumns('isobar_raw')).toEqual({ a: 'bigint', b: 'array<struct<c:string>>' });
  });

  it('says what it cannot read', async () => {
    await put('raw/a', 'station,temperature', 'x,1');
    await createCrawler();
    expect(await crawl()).toEqual({
      status: 'FAILED',
      message:
        "None of the 1 objects below s3://isobar-raw/raw/ holds JSON objects, which is what the lab's crawler reads.",
    });
    await put('raw/a', '{"a":1}');
    await put('raw/deeper/b', '{"a":1}');
    expect((await crawl()).message).toMatch(/^The folders below s3:\/\/isobar-raw\/raw\/ are not equally deep/);
  });

  it('refuses what it would have to ignore, and a second start', async () => {
    await expect(createCrawler('s3://isobar-raw/raw/', { Schedule: 'cron(0 12 * * ? *)' })).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
    const jdbc = { Targets: { JdbcTargets: [{ ConnectionName: 'x' }] } };
    await expect(createCrawler('s3://isobar-raw/raw/', jdbc)).rejects.toMatchObject({ name: 'InvalidInputException' });
    for (let part = 0; part < 20; part += 1) await put(`raw/${part}`, ...Array.from({ length: 2000 }, () => '{"a":1}'));
    await createCrawler();
    await client.send(new StartCrawlerCommand({ Name: 'raw' }));
    await expect(client.send(new StartCrawlerCommand({ Name: 'raw' }))).rejects.toMatchObject({
      name: 'CrawlerRunningException',
    });
  });
});

describe('the catalogue', () => {
  it('keeps everything over a restart and pages through it', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `table_${index}`);
    for (const Name of names) {
      const TableInput = { Name, StorageDescriptor: { Columns: [{ Name: 'a', Type: 'int' }] } };
      await client.send(new CreateTableCommand({ DatabaseName: 'weather', TableInput }));
    }
    await put('raw/1/a', '{"a":1}');
    await put('raw/2/a', '{"a":1}');
    await createCrawler();
    await crawl();
    await close();
    await open();
    const found: (string | undefined)[] = [];
    const pages: number[] = [];
    for await (const { TableList = [] } of paginateGetTables({ client, pageSize: 3 }, { DatabaseName: 'WEATHER' })) {
      pages.push(TableList.length);
      found.push(...TableList.map(({ Name }) => Name));
    }
    expect([pages, found]).toEqual([
      [3, 3, 2],
      ['raw', ...names],
    ]);
    const values: unknown[] = [];
    for await (const { Partitions = [] } of paginateGetPartitions(
      { client, pageSize: 1 },
      { DatabaseName: 'weather', TableName: 'raw' },
    )) {
      values.push(...Partitions.map(({ Values }) => Values));
    }
    expect(values).toEqual([['1'], ['2']]);
    const { Crawler } = await client.send(new GetCrawlerCommand({ Name: 'raw' }));
    expect(Crawler).toMatchObject({ State: 'READY', Role: 'LabRole', LastCrawl: { Status: 'SUCCEEDED' } });
    expect(Crawler?.LastCrawl?.StartTime).toBeInstanceOf(Date);
  });

  it('answers with Glue’s errors', async () => {
    const refusal = (name: string, message?: string): object => ({
      name,
      ...(message === undefined ? {} : { message }),
    });
    await expect(client.send(new GetDatabaseCommand({ Name: 'none' }))).rejects.toMatchObject(
      refusal('EntityNotFoundException', 'Database none not found.'),
    );
    await expect(client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'weather' } }))).rejects.toMatchObject(
      refusal('AlreadyExistsException', 'Database already exists.'),
    );
    await expect(client.send(new GetTableCommand({ DatabaseName: 'weather', Name: 'none' }))).rejects.toMatchObject(
      refusal('EntityNotFoundException', 'Table none not found.'),
    );
    await expect(
      client.send(new GetTablesCommand({ DatabaseName: 'weather', Expression: 'a*' })),
    ).rejects.toMatchObject(refusal('InvalidInputException'));
    await client.send(new DeleteDatabaseCommand({ Name: 'weather' }));
    await expect(
      client.send(new UpdateTableCommand({ DatabaseName: 'weather', TableInput: { Name: 'x' } })),
    ).rejects.toMatchObject(refusal('EntityNotFoundException'));
  });
});
