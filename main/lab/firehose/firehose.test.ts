// Firehose by the real SDK client: layout of keys, both buffering limits, gzip, origins, refusals, restart and kill -9.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  ListDeliveryStreamsCommand,
  ListTagsForDeliveryStreamCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
  UpdateDestinationCommand,
  type ExtendedS3DestinationConfiguration,
} from '@aws-sdk/client-firehose';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openObjectStore } from '../s3/object-store.ts';
import type { ObjectStore } from '../services.ts';
import { openFirehose } from './firehose.ts';
import { startFirehose, type RunningFirehose } from './test-firehose.ts';

let folder: string;
let running: RunningFirehose;
const bucket = 'lake';
const DeliveryStreamName = 'weather';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firehose-'));
  running = await startFirehose(folder, bucket);
});

afterEach(async () => {
  await running.close();
  await rm(folder, { recursive: true });
});

function destination(more: Partial<ExtendedS3DestinationConfiguration> = {}): ExtendedS3DestinationConfiguration {
  return { RoleARN: running.identity.roleArn, BucketARN: `arn:aws:s3:::${bucket}`, ...more };
}

async function create(more: Partial<ExtendedS3DestinationConfiguration> = {}): Promise<void> {
  const ExtendedS3DestinationConfiguration = destination(more);
  await running.client.send(
    new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration }),
  );
}

const put = (text: string) =>
  running.client.send(new PutRecordCommand({ DeliveryStreamName, Record: { Data: Buffer.from(text) } }));

const keys = () => running.store.list(bucket, { prefix: '' }).map(({ key }) => key);

async function objects(): Promise<readonly string[]> {
  const infos = running.store.list(bucket, { prefix: '' });
  return Promise.all(
    infos.map(async ({ key, path }) => {
      const bytes = await readFile(path);
      return (key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    }),
  );
}

async function until(isDone: () => boolean): Promise<void> {
  for (let left = 500; !isDone(); left--) {
    if (left === 0) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('records become one object under a literal prefix and the UTC hour, nothing between them', async () => {
  await create({ Prefix: 'raw' });
  await put('{"t":7.0}\n');
  await running.client.send(
    new PutRecordBatchCommand({
      DeliveryStreamName,
      Records: [{ Data: Buffer.from('b') }, { Data: Buffer.from('c') }],
    }),
  );
  const [state] = running.firehose.buffers();
  expect(state).toEqual({
    stream: 'weather',
    bufferedBytes: 12,
    bufferedRecords: 3,
    since: expect.any(Number) as number,
    sizeLimitBytes: 5_242_880,
    intervalSeconds: 300,
    dueAt: (state?.since ?? 0) + 300_000,
    isPartitioned: false,
    deliveredObjects: 0,
    deliveredRecords: 0,
    lastDelivery: null,
    lastError: null,
  });
  await running.firehose.flush(null);
  expect(await objects()).toEqual(['{"t":7.0}\nbc']);
  expect(keys()[0]).toMatch(
    /^raw(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/weather-1-\1-\2-\3-\4-\d\d-\d\d-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  );
  expect(running.firehose.buffers()[0]).toMatchObject({
    bufferedBytes: 0,
    bufferedRecords: 0,
    since: null,
    dueAt: null,
    deliveredObjects: 1,
    deliveredRecords: 3,
    lastDelivery: { objectCount: 1, objects: [{ bucket, key: keys()[0], records: 3, bytes: 12, isError: false }] },
  });
});

test('whichever limit is reached first delivers: size, or the interval from the first record', async () => {
  await create({ BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 900 } });
  const chunk = 'x'.repeat(262_144);
  for (let count = 0; count < 4; count++) await put(chunk);
  await until(() => keys().length === 1);
  expect((await objects())[0]?.length).toBe(1_048_576);

  await running.client.send(
    new UpdateDestinationCommand({
      DeliveryStreamName,
      CurrentDeliveryStreamVersionId: '1',
      DestinationId: 'destinationId-000000000001',
      ExtendedS3DestinationUpdate: {
        BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 0 },
        CompressionFormat: 'GZIP',
        Prefix: 'zipped/',
      },
    }),
  );
  await put('soon');
  await until(() => keys().length === 2);
  expect(keys()[1]).toMatch(/^zipped\/.*\/weather-2-.*\.gz$/);
  expect((await objects())[1]).toBe('soon');
  expect(running.store.bucket(bucket).get(keys()[1] ?? '')?.headers).toEqual({
    'content-type': 'application/octet-stream',
    'content-encoding': 'gzip',
  });
});

test('a stream describes itself, lists, takes tags and goes; what the lab cannot do is refused at creation', async () => {
  const { client, identity } = running;
  const AppendDelimiter = { Type: 'AppendDelimiterToRecord' as const };
  await create({ ProcessingConfiguration: { Enabled: true, Processors: [AppendDelimiter] } });
  await put('one');
  await put('two');
  await running.firehose.flush(DeliveryStreamName);
  expect(await objects()).toEqual(['one\ntwo\n']);

  const { DeliveryStreamDescription } = await client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }));
  expect(DeliveryStreamDescription).toMatchObject({
    DeliveryStreamARN: `arn:aws:firehose:us-east-1:${identity.account}:deliverystream/weather`,
    DeliveryStreamStatus: 'ACTIVE',
    VersionId: '1',
    CreateTimestamp: expect.any(Date) as Date,
    Destinations: [
      { ExtendedS3DestinationDescription: { BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 300 }, Prefix: '' } },
    ],
  });
  const listed = await client.send(new ListDeliveryStreamsCommand({}));
  expect([listed.DeliveryStreamNames, listed.HasMoreDeliveryStreams]).toEqual([['weather'], false]);
  await expect(create()).rejects.toMatchObject({ name: 'ResourceInUseException' });

  const other = (more: object) =>
    client.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: 'other',
        ExtendedS3DestinationConfiguration: destination(),
        Tags: [{ Key: 'made-by', Value: 'isobar' }],
        ...more,
      }),
    );
  for (const more of [
    { DeliveryStreamType: 'KinesisStreamAsSource' },
    { DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' } },
    { ExtendedS3DestinationConfiguration: destination({ DynamicPartitioningConfiguration: { Enabled: true } }) },
    { ExtendedS3DestinationConfiguration: destination({ DataFormatConversionConfiguration: { Enabled: true } }) },
    { ExtendedS3DestinationConfiguration: destination({ RoleARN: 'arn:aws:iam::123456789012:role/Other' }) },
    {
      ExtendedS3DestinationConfiguration: destination({
        S3BackupMode: 'Enabled',
      }),
    },
    { ExtendedS3DestinationConfiguration: undefined },
  ]) {
    await expect(other(more)).rejects.toMatchObject({ name: 'InvalidArgumentException' });
  }
  await expect(
    other({
      ExtendedS3DestinationConfiguration: destination({
        ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'Lambda' }] },
      }),
    }),
  ).rejects.toThrow('ProcessingConfiguration cannot hold Lambda: the lab has no Lambda functions');
  await other({});
  const tags = await client.send(new ListTagsForDeliveryStreamCommand({ DeliveryStreamName: 'other' }));
  expect(tags.Tags).toEqual([{ Key: 'made-by', Value: 'isobar' }]);

  await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName }));
  await expect(put('late')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const large = Buffer.alloc(1_024_001);
  await expect(
    client.send(new PutRecordCommand({ DeliveryStreamName: 'other', Record: { Data: large } })),
  ).rejects.toMatchObject({ name: 'ValidationException' });
});

test('a replayed source adds nothing, not even after its records were delivered and the lab restarted', async () => {
  await create();
  const from = (sequence: number) =>
    running.firehose.put(DeliveryStreamName, [Buffer.from(`${sequence};`)], { source: 'rule:weather', sequence });
  await Promise.all([from(1), from(2), from(2), from(3)]);
  await running.firehose.flush(null);
  await from(3);
  await from(4);
  await running.close();
  running = await startFirehose(folder, bucket);
  for (let sequence = 1; sequence <= 5; sequence++) await from(sequence);
  await running.firehose.flush(null);
  expect((await objects()).toSorted()).toEqual(['1;2;3;', '4;5;']);
});

test('a missing bucket keeps the records until it is there', async () => {
  await create({ BucketARN: 'arn:aws:s3:::not-yet' });
  await put('patient');
  await expect(running.firehose.flush(null)).rejects.toMatchObject({ code: 'NoSuchBucket' });
  expect(running.firehose.buffers()[0]).toMatchObject({
    bufferedRecords: 1,
    lastError: {
      code: 'NoSuchBucket',
      bucket: 'not-yet',
      message: 'The bucket not-yet of the delivery stream does not exist.',
    },
  });
  await running.store.createBucket('not-yet');
  await running.firehose.flush(null);
  expect(running.store.list('not-yet', { prefix: '' }).length).toBe(1);
  expect(running.firehose.buffers()[0]?.lastError).toBe(null);
});

test('while a delivery is under way the next records are closed at the size of the buffer', async () => {
  await create({
    BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 900 },
    BucketARN: 'arn:aws:s3:::not-yet',
  });
  const chunk = Buffer.alloc(262_144, 'x');
  for (let count = 0; count < 20; count++) await running.firehose.put(DeliveryStreamName, [chunk]);
  await running.store.createBucket('not-yet');
  await running.firehose.flush(null);
  const sizes = running.store.list('not-yet', { prefix: '' }).map(({ size }) => size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20 * chunk.length);
  expect(sizes.length).toBeGreaterThanOrEqual(4);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 1_048_576);
});

test('a delivery cut off after the object was written is repeated under the same name', async () => {
  await create();
  await running.close();
  const store = await openObjectStore(join(folder, 's3'));
  const cut: ObjectStore = {
    ...store,
    adopt: async (...input) => {
      await store.adopt(...input);
      throw new Error('the process ends here');
    },
  };
  const firehose = await openFirehose({
    folder: join(folder, 'firehose'),
    identity: running.identity,
    objects: cut,
    onChange: () => undefined,
  });
  await firehose.put(DeliveryStreamName, [Buffer.from('once')]);
  await expect(firehose.flush(null)).rejects.toThrow('the process ends here');
  await firehose.close();
  await store.close();
  running = await startFirehose(folder, bucket);
  expect(keys().length).toBe(1);
  await running.firehose.flush(null);
  expect([await objects(), running.firehose.buffers()[0]?.bufferedRecords]).toEqual([['once'], 0]);
});

test('kill -9 loses no acknowledged record and delivers none twice', async () => {
  await create();
  await running.close();
  const acknowledged = await putUntilKilled(folder, 3000);
  running = await startFirehose(folder, bucket);
  await running.firehose.flush(null);
  const found = (await objects())
    .join('')
    .split('\n')
    .filter((line) => line !== '');
  const counts = new Set(found);
  expect(counts.size).toBe(found.length);
  expect(acknowledged).toBeGreaterThanOrEqual(3000);
  for (let number = 1; number <= acknowledged; number++) expect(counts.has(`record ${number}`)).toBe(true);
  const left = await readdir(join(folder, 'firehose'), { recursive: true });
  expect(left.filter((file) => file.includes('delivery'))).toEqual([]);
}, 60_000);

/** A child process puts records and flushes now and then; it is killed in full run once it has acknowledged enough. */
async function putUntilKilled(home: string, enough: number): Promise<number> {
  const outfile = join(home, 'child.cjs');
  await build({
    stdin: {
      contents: `
        import { openObjectStore } from './s3/object-store.ts';
        import { openFirehose } from './firehose/firehose.ts';
        import { openIdentity } from './identity.ts';
        import { openLabSeal } from './lab-seal.ts';
        const main = async () => {
          const home = ${JSON.stringify(home)};
          const objects = await openObjectStore(home + '/s3');
          const identity = await openIdentity(home, await openLabSeal(home, null));
          const firehose = await openFirehose({ folder: home + '/firehose', identity, objects, onChange: () => {} });
          let next = 1;
          const lane = async () => {
            for (;;) {
              const number = next++;
              await firehose.put('weather', [Buffer.from('record ' + number + '\\n')]);
              process.stdout.write(number + '\\n');
              if (number % 500 === 0) void firehose.flush(null);
            }
          };
          for (let lanes = 0; lanes < 20; lanes++) void lane();
        };
        void main();`,
      resolveDir: join(import.meta.dirname, '..'),
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  const child = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const numbers = new Set<number>();
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) numbers.add(Number(line));
    if (numbers.size >= enough) child.kill('SIGKILL');
  });
  await once(child, 'close');
  // The lanes acknowledge out of order: what counts is the unbroken run.
  let run = 0;
  while (numbers.has(run + 1)) run++;
  return run;
}
