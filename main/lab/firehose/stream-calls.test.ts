// Calls about a stream beside its records, by the real SDK client: tags, encryption, settings of its destination.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  ListTagsForDeliveryStreamCommand,
  PutRecordCommand,
  StartDeliveryStreamEncryptionCommand,
  StopDeliveryStreamEncryptionCommand,
  TagDeliveryStreamCommand,
  UntagDeliveryStreamCommand,
  UpdateDestinationCommand,
  type ExtendedS3DestinationConfiguration,
  type ExtendedS3DestinationUpdate,
} from '@aws-sdk/client-firehose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFirehose, type RunningFirehose } from './test-firehose.ts';

const bucket = 'lake';
const DeliveryStreamName = 'weather';

let folder: string;
let running: RunningFirehose;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stream-calls-'));
  running = await startFirehose(folder, bucket);
});
afterEach(async () => {
  await running.close();
  await rm(folder, { recursive: true });
});

function create(more: Partial<ExtendedS3DestinationConfiguration> = {}) {
  const { client, identity } = running;
  const destination = { RoleARN: identity.roleArn, BucketARN: `arn:aws:s3:::${bucket}`, ...more };
  return client.send(
    new CreateDeliveryStreamCommand({ DeliveryStreamName, ExtendedS3DestinationConfiguration: destination }),
  );
}

const describe = async () =>
  (await running.client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }))).DeliveryStreamDescription;

async function update(ExtendedS3DestinationUpdate: ExtendedS3DestinationUpdate): Promise<void> {
  await running.client.send(
    new UpdateDestinationCommand({
      DeliveryStreamName,
      CurrentDeliveryStreamVersionId: (await describe())?.VersionId,
      DestinationId: 'destinationId-000000000001',
      ExtendedS3DestinationUpdate,
    }),
  );
}

async function putAndFlush(text: string): Promise<readonly string[]> {
  const Record = { Data: Buffer.from(text) };
  await running.client.send(new PutRecordCommand({ DeliveryStreamName, Record }));
  await running.firehose.flush(null);
  return running.store.list(bucket, { prefix: '' }).map(({ key }) => key);
}

test('tags are added, changed, listed in pages, taken away, and still there after a restart', async () => {
  await create();
  const { client } = running;
  const tag = (Tags: { Key: string; Value?: string }[]) =>
    client.send(new TagDeliveryStreamCommand({ DeliveryStreamName, Tags }));
  const list = async (more: object = {}) => {
    const command = new ListTagsForDeliveryStreamCommand({ DeliveryStreamName, ...more });
    const { Tags = [], HasMoreTags } = await running.client.send(command);
    return [Tags.map(({ Key, Value }) => `${Key}=${Value}`), HasMoreTags];
  };
  expect(await list()).toEqual([[], false]);
  await tag([{ Key: 'site', Value: 'north pole' }, { Key: 'empty' }, { Key: 'made-by', Value: 'isobar' }]);
  await tag([{ Key: 'site', Value: 'süd+1' }]);
  expect(await list()).toEqual([['empty=', 'made-by=isobar', 'site=süd+1'], false]);
  expect(await list({ Limit: 2 })).toEqual([['empty=', 'made-by=isobar'], true]);
  expect(await list({ ExclusiveStartTagKey: 'made-by' })).toEqual([['site=süd+1'], false]);
  await client.send(new UntagDeliveryStreamCommand({ DeliveryStreamName, TagKeys: ['empty', 'never there'] }));
  await running.close();
  running = await startFirehose(folder, bucket);
  expect(await list()).toEqual([['made-by=isobar', 'site=süd+1'], false]);
});

test('tags beyond the limits of AWS and of a stream that is not there are refused', async () => {
  await create();
  const { client } = running;
  const tag = (Tags: { Key: string; Value?: string }[], name = DeliveryStreamName) =>
    client.send(new TagDeliveryStreamCommand({ DeliveryStreamName: name, Tags }));
  const many = Array.from({ length: 30 }, (_, index) => ({ Key: `k${index}` }));
  await tag(many);
  await expect(tag(many.map(({ Key }) => ({ Key: `more-${Key}` })))).rejects.toMatchObject({
    name: 'LimitExceededException',
  });
  for (const Key of ['aws:mine', 'k*', 'k'.repeat(129), '']) {
    await expect(tag([{ Key }]), Key).rejects.toMatchObject({ name: 'ValidationException' });
  }
  await expect(tag([])).rejects.toMatchObject({ name: 'ValidationException' });
  const none = { DeliveryStreamName: 'none' };
  for (const call of [
    tag([{ Key: 'k' }], 'none'),
    client.send(new UntagDeliveryStreamCommand({ ...none, TagKeys: ['k'] })),
    client.send(new ListTagsForDeliveryStreamCommand(none)),
    client.send(new StartDeliveryStreamEncryptionCommand(none)),
    client.send(new StopDeliveryStreamEncryptionCommand(none)),
  ]) {
    await expect(call).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  }
  const { Tags } = await client.send(new ListTagsForDeliveryStreamCommand({ DeliveryStreamName, Limit: 50 }));
  expect(Tags?.length).toBe(30);
});

test('a stream is not encrypted, says so, and cannot be: the lab has no keys', async () => {
  await create();
  const { client } = running;
  for (const DeliveryStreamEncryptionConfigurationInput of [
    undefined,
    { KeyType: 'AWS_OWNED_CMK' as const },
    { KeyType: 'CUSTOMER_MANAGED_CMK' as const, KeyARN: 'arn:aws:kms:us-east-1:123456789012:key/x' },
  ]) {
    const input = {
      DeliveryStreamName,
      ...(DeliveryStreamEncryptionConfigurationInput && { DeliveryStreamEncryptionConfigurationInput }),
    };
    await expect(client.send(new StartDeliveryStreamEncryptionCommand(input))).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: expect.stringContaining('no KMS keys') as string,
    });
  }
  await client.send(new StopDeliveryStreamEncryptionCommand({ DeliveryStreamName }));
  expect((await describe())?.DeliveryStreamEncryptionConfiguration).toEqual({ Status: 'DISABLED' });
  const Record = { Data: Buffer.from('x') };
  expect((await client.send(new PutRecordCommand({ DeliveryStreamName, Record }))).Encrypted).toBe(false);
});

test('file extension and time zone change with the destination, the version in the names too, and an empty one takes them back', async () => {
  await create({ Prefix: 'a/', CompressionFormat: 'GZIP', FileExtension: '.json.gz' });
  const [first = ''] = await putAndFlush('1');
  expect(first).toMatch(/^a\/\d{4}\/\d\d\/\d\d\/\d\d\/weather-1-[-0-9a-f]+\.json\.gz$/);
  await update({
    FileExtension: '',
    CustomTimeZone: 'Asia/Kolkata',
    Prefix: 'b/!{timestamp:VV}/!{timestamp:xxx}/',
    ErrorOutputPrefix: 'e/!{firehose:error-output-type}/',
  });
  const [, second = ''] = await putAndFlush('2');
  expect(second).toMatch(/^b\/Asia\/Kolkata\/\+05:30\/weather-2-[-0-9a-f]+\.gz$/);
  await update({ CustomTimeZone: '', CompressionFormat: 'UNCOMPRESSED' });
  const third = (await putAndFlush('3')).find((key) => key.includes('weather-3-'));
  expect(third).toMatch(/^b\/UTC\/\+00:00\/weather-3-[-0-9a-f]{56}$/);
  for (const more of [{ FileExtension: 'json' }, { CustomTimeZone: 'Mars/Olympus' }, { CustomTimeZone: 'GMT+5' }]) {
    await expect(update(more)).rejects.toMatchObject({
      name: expect.stringMatching(/^(ValidationException|InvalidArgumentException)$/) as string,
    });
  }
});

test('buffering hints come as a pair, and 0 seconds deliver what came at once', async () => {
  for (const BufferingHints of [
    { SizeInMBs: 5 },
    { IntervalInSeconds: 60 },
    { SizeInMBs: 0, IntervalInSeconds: 60 },
    { SizeInMBs: 129, IntervalInSeconds: 60 },
    { SizeInMBs: 5, IntervalInSeconds: 901 },
  ]) {
    await expect(create({ BufferingHints }), JSON.stringify(BufferingHints)).rejects.toMatchObject({
      name: 'ValidationException',
    });
  }
  await create({ BufferingHints: { SizeInMBs: 128, IntervalInSeconds: 0 } });
  for (let count = 1; count <= 3; count++) {
    const Record = { Data: Buffer.from(`record ${count}`) };
    await running.client.send(new PutRecordCommand({ DeliveryStreamName, Record }));
    await expect.poll(() => running.store.list(bucket, { prefix: '' }).length, { timeout: 20_000 }).toBe(count);
  }
});

test('a key that S3 does not take keeps the records until the prefix is shortened', async () => {
  await create({ Prefix: `${'long/'.repeat(200)}` });
  await expect(putAndFlush('patient')).rejects.toMatchObject({ code: 'KeyTooLongError' });
  expect(running.firehose.buffers()[0]).toMatchObject({
    bufferedRecords: 1,
    lastError: { message: 'Your key is too long' },
  });
  await update({ Prefix: 'short/' });
  await running.firehose.flush(null);
  expect(running.store.list(bucket, { prefix: 'short/' }).length).toBe(1);
});
