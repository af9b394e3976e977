// Dynamic partitioning by the real SDK client: one object for each partition, failed records in the error output, rules of creation, a repeat after a cut.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
  UpdateDestinationCommand,
  type ExtendedS3DestinationConfiguration,
} from '@aws-sdk/client-firehose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LabIdentity, ObjectStore } from '../services.ts';
import { startFirehose, type RunningFirehose } from './test-firehose.ts';

const bucket = 'lake';
const DeliveryStreamName = 'weather';
let folder: string;
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'partitioning-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(folder, { recursive: true });
});

async function start(options: Parameters<typeof startFirehose>[2] = {}): Promise<RunningFirehose> {
  const running = await startFirehose(folder, bucket, options);
  closers.push(running.close);
  return running;
}

function destination(
  { roleArn }: LabIdentity,
  more: Partial<ExtendedS3DestinationConfiguration> = {},
): ExtendedS3DestinationConfiguration {
  return {
    RoleARN: roleArn,
    BucketARN: `arn:aws:s3:::${bucket}`,
    Prefix: 'data/station=!{partitionKeyFromQuery:station}/day=!{partitionKeyFromQuery:day}/',
    ErrorOutputPrefix: 'failed/!{firehose:error-output-type}/',
    CompressionFormat: 'GZIP',
    BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
    DynamicPartitioningConfiguration: { Enabled: true },
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        {
          Type: 'MetadataExtraction',
          Parameters: [
            {
              ParameterName: 'MetadataExtractionQuery',
              ParameterValue: '{station: .station_id, day: .epoch | strftime("%d")}',
            },
            { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
          ],
        },
        { Type: 'AppendDelimiterToRecord', Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }] },
      ],
    },
    ...more,
  };
}

const reading = (station_id: string, day: number) => JSON.stringify({ station_id, epoch: day * 86_400, t: 7 });

test('each partition becomes its own object; records without their keys go to the error output with the reason', async () => {
  const { client, firehose, store, identity } = await start();
  const ExtendedS3DestinationConfiguration = destination(identity);
  await client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration }));
  const records = [
    reading('A', 0),
    reading('B', 1),
    'no json',
    reading('A', 0),
    '{"station_id":null}',
    reading('A', 1),
  ];
  await client.send(
    new PutRecordBatchCommand({ DeliveryStreamName, Records: records.map((text) => ({ Data: Buffer.from(text) })) }),
  );
  await firehose.flush(null);
  const found = store.list(bucket, { prefix: '' });
  const texts = await Promise.all(
    found.map(async ({ key, path }) => {
      const bytes = await readFile(path);
      const lines = (key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trimEnd().split('\n');
      return [key.replace(/\/weather-1-.*?(\.gz)?$/, '/*$1'), lines] as const;
    }),
  );
  expect(texts.slice(0, 3)).toEqual([
    ['data/station=A/day=01/*.gz', [records[0], records[3]]],
    ['data/station=A/day=02/*.gz', [records[5]]],
    ['data/station=B/day=02/*.gz', [records[1]]],
  ]);
  const [key, failures = []] = texts[3] ?? [];
  expect(key).toBe('failed/processing-failed/*');
  expect(failures.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      attemptsMade: 1,
      arrivalTimestamp: expect.any(Number) as number,
      errorCode: 'DynamicPartitioning.MetadataExtractionFailed',
      errorMessage: 'The record is not one JSON document.',
      attemptEndingTimestamp: expect.any(Number) as number,
      rawData: Buffer.from('no json').toString('base64'),
    },
    expect.objectContaining({ errorMessage: 'The partition key "station" is null or empty.' }),
  ]);
  const delivery = firehose.buffers()[0]?.lastDelivery;
  expect(delivery?.objectCount).toBe(4);
  expect(delivery?.objects.map(({ records: count, isError }) => [count, isError])).toEqual([
    [2, false],
    [1, false],
    [1, false],
    [2, true],
  ]);
  expect(await readdir(store.stagingFolder)).toEqual([]);
  const { DeliveryStreamDescription } = await client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }));
  expect(DeliveryStreamDescription?.Destinations?.[0]?.ExtendedS3DestinationDescription).toMatchObject({
    DynamicPartitioningConfiguration: { Enabled: true, RetryOptions: { DurationInSeconds: 300 } },
    ProcessingConfiguration: ExtendedS3DestinationConfiguration.ProcessingConfiguration,
  });
});

test('a delivery cut off between its objects is repeated under the same names', async () => {
  let adopted = 0;
  const cut = (store: ObjectStore): ObjectStore => ({
    ...store,
    adopt: (...input) => {
      if (++adopted === 2) return Promise.reject(new Error('the process ends here'));
      return store.adopt(...input);
    },
  });
  const { client, firehose, store, identity } = await start({ change: cut });
  const ExtendedS3DestinationConfiguration = destination(identity);
  await client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration }));
  await firehose.put(
    DeliveryStreamName,
    [reading('A', 0), reading('B', 0), reading('C', 0)].map((text) => Buffer.from(text)),
  );
  await expect(firehose.flush(null)).rejects.toThrow('the process ends here');
  expect(store.list(bucket, { prefix: '' }).length).toBe(1);
  await firehose.flush(null);
  expect(store.list(bucket, { prefix: '' }).map(({ key }) => key.split('/')[1])).toEqual([
    'station=A',
    'station=B',
    'station=C',
  ]);
});

test('each object shows the arrival of its own oldest record, in the time zone of the stream', async () => {
  const { client, firehose, store, identity } = await start();
  const ExtendedS3DestinationConfiguration = destination(identity, {
    Prefix:
      'data/!{timestamp:yyyyMMdd-HHmmss}/!{partitionKeyFromQuery:station}/!{partitionKeyFromQuery:day}/!{firehose:random-string}/',
    CustomTimeZone: 'Asia/Tokyo',
    CompressionFormat: 'UNCOMPRESSED',
  });
  await client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration }));
  const put = (station: string) => firehose.put(DeliveryStreamName, [Buffer.from(reading(station, 0))]);
  const begun = Date.now();
  await put('A');
  // The next second begins: only then are the times of the two objects different ones.
  await expect
    .poll(() => Math.floor(Date.now() / 1000), { timeout: 5_000 })
    .toBeGreaterThan(Math.floor(begun / 1000) + 1);
  await put('B');
  await put('A');
  await firehose.flush(null);
  const times = store.list(bucket, { prefix: 'data/' }).map(({ key }) => {
    const [, time = '', station, , random = '', name = ''] = key.split('/');
    const [date, hour] = [/^weather-1-(.{10})-(.{8})-/.exec(name)?.[1], /^weather-1-(.{10})-(.{8})-/.exec(name)?.[2]];
    expect(`${date?.replaceAll('-', '')}-${hour?.replaceAll('-', '')}`).toBe(time);
    expect(random).toMatch(/^[A-Za-z0-9]{11}$/);
    const [, year, month, day, hours, minutes, seconds] = /^(....)(..)(..)-(..)(..)(..)$/.exec(time) ?? [];
    return [station, Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}+09:00`)] as const;
  });
  const [a = 0, b = 0] = ['A', 'B'].map((station) => times.find(([of]) => of === station)?.[1] ?? 0);
  expect(a).toBeGreaterThanOrEqual(begun - 1_000);
  expect(b).toBeGreaterThan(a);
});

test('values are told apart whatever they hold, and those that no key can hold go to the error output', async () => {
  const { client, firehose, store, identity } = await start();
  const ExtendedS3DestinationConfiguration = destination(identity, {
    CompressionFormat: 'UNCOMPRESSED',
    FileExtension: '.jsonl',
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        {
          Type: 'MetadataExtraction',
          Parameters: [
            { ParameterName: 'MetadataExtractionQuery', ParameterValue: '{station: .a, day: .b}' },
            { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
          ],
        },
      ],
    },
  });
  await client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration }));
  const records = [
    { a: 'x\u0000y', b: 'z' },
    { a: 'x', b: 'y\u0000z' },
    { a: 'l'.repeat(1000), b: 'z' },
    { a: 7, b: true },
  ];
  const bodies = records.map((record) => Buffer.from(JSON.stringify(record)));
  await firehose.put(DeliveryStreamName, bodies);
  await firehose.flush(null);
  const found = store.list(bucket, { prefix: 'data/' });
  expect(found.map(({ key, size }) => [key.replace(/weather-1-.*(?=\.jsonl)/, '*'), size])).toEqual([
    ['data/station=7/day=true/*.jsonl', bodies[3]?.length],
    ['data/station=x\u0000y/day=z/*.jsonl', bodies[0]?.length],
    ['data/station=x/day=y\u0000z/*.jsonl', bodies[1]?.length],
  ]);
  const [errors] = store.list(bucket, { prefix: 'failed/processing-failed/' });
  const failure = JSON.parse(await readFile(errors?.path ?? '', 'utf8')) as Record<string, unknown>;
  expect(failure).toMatchObject({
    errorCode: 'DynamicPartitioning.ExpressionEvaluationFailed',
    rawData: bodies[2]?.toString('base64'),
  });
  // Nothing waits behind them.
  expect(firehose.buffers()[0]).toMatchObject({ bufferedRecords: 0, lastError: null });
});

test('more partitions than AWS allows go to the error output', async () => {
  const { client, firehose, store, identity } = await start();
  const ExtendedS3DestinationConfiguration = destination(identity, { CompressionFormat: 'UNCOMPRESSED' });
  await client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration }));
  const records = Array.from({ length: 503 }, (_, index) => Buffer.from(reading(`S${index}`, 0)));
  await firehose.put(DeliveryStreamName, records);
  await firehose.flush(null);
  expect(store.list(bucket, { prefix: 'data/' }).length).toBe(500);
  const [errors] = store.list(bucket, { prefix: 'failed/' });
  const lines = (await readFile(errors?.path ?? '', 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { errorCode: string }).errorCode)).toEqual(
    Array<string>(3).fill('DynamicPartitioning.ActivePartitionLimitExceeded'),
  );
});

test('what AWS forbids with dynamic partitioning is refused', async () => {
  const { client, identity } = await start();
  const create = (more: Partial<ExtendedS3DestinationConfiguration>) =>
    client.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName,
        ExtendedS3DestinationConfiguration: destination(identity, more),
      }),
    );
  for (const [more, message] of [
    [{ BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 60 } }, 'at least 64 MiB and 60 seconds'],
    [{ BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 0 } }, 'at least 64 MiB and 60 seconds'],
    [{ Prefix: 'data/!{partitionKeyFromQuery:station}/' }, 'The partition key "day" is not used'],
    [{ ErrorOutputPrefix: '' }, 'ErrorOutputPrefix must be given'],
    [{ ProcessingConfiguration: { Enabled: false } }, 'needs the MetadataExtraction processor'],
    [{ DynamicPartitioningConfiguration: { Enabled: false } }, 'to be enabled'],
    [
      { DynamicPartitioningConfiguration: { Enabled: true, RetryOptions: { DurationInSeconds: 10 } } },
      'never gives up a delivery',
    ],
    [
      { ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'RecordDeAggregation' }] } },
      'does not split it',
    ],
  ] as const) {
    await expect(create({ ...more } as Partial<ExtendedS3DestinationConfiguration>), message).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: expect.stringContaining(message) as string,
    });
  }
  await create({});
  await expect(
    client.send(
      new UpdateDestinationCommand({
        DeliveryStreamName,
        CurrentDeliveryStreamVersionId: '1',
        DestinationId: 'destinationId-000000000001',
        ExtendedS3DestinationUpdate: { DynamicPartitioningConfiguration: { Enabled: false } },
      }),
    ),
  ).rejects.toThrow('only when the stream is created');
});

test('a new stream is CREATING for a moment and takes no records; deleting it waits that moment out', async () => {
  const { client, identity } = await start({ creationMs: 600 });
  const ExtendedS3DestinationConfiguration = destination(identity);
  await client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration }));
  const put = () => client.send(new PutRecordCommand({ DeliveryStreamName, Record: { Data: Buffer.from('{}') } }));
  const status = async () =>
    (await client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }))).DeliveryStreamDescription
      ?.DeliveryStreamStatus;
  if ((await status()) === 'CREATING') {
    await expect(put()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  }
  await expect.poll(status, { timeout: 20_000 }).toBe('ACTIVE');
  expect((await put()).Encrypted).toBe(false);
  await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName }));
  await client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration }));
  await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName }));
  await expect(status()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
