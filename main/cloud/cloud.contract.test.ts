/** What we ask of AWS, through the SDK clients alone: provision, set up twice, deliver, crawl, query, remove. The target here is an in-process lab. */
import { PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import {
  CreatePolicyCommand,
  CreateThingCommand,
  DetachPolicyCommand,
  ListCertificatesCommand,
  ListPoliciesCommand,
  ListThingsCommand,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PipelineStep } from '../../preload/shapes.ts';
import { createDeviceKey } from '../control/device-identity.ts';
import { openTestTarget, type TestTarget } from '../test-target.ts';
import { openClients } from './clients.ts';
import { listLake, previewObject, runCrawler } from './lake.ts';
import { OBSERVATIONS_SQL, pipelineNames, setUpPipeline, type PipelineNames } from './pipeline.ts';
import { readPipeline } from './pipeline-reading.ts';
import { policyNameOf } from './policy.ts';
import { provisionDevice, removeDevice } from './provision.ts';
import { listDatabases, queryRows, queryStatus, runQuery, startQuery } from './query.ts';
import { checkPermissions } from './station-check.ts';
import { targetFromLab } from './target.ts';
import { waitFor } from './waiting.ts';

let lab: TestTarget['lab'];
let clients: TestTarget['clients'];
let ledger: TestTarget['ledger'];
let opened: TestTarget;
let names: PipelineNames;
const ANY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}';
const patience = () => AbortSignal.timeout(60_000);

beforeAll(async () => {
  opened = await openTestTarget();
  ({ lab, clients, ledger } = opened);
  names = pipelineNames(opened.target.account);
});

afterAll(() => opened.close());

test('a device is provisioned, again, and removed without a trace', async () => {
  const things = async () =>
    ((await clients.iot.send(new ListThingsCommand({}))).things ?? []).map((thing) => thing.thingName);
  const device = {
    thingName: 'station-1',
    topic: 'sensor/weather/1',
    csrPem: (await createDeviceKey('station-1')).csrPem,
  };
  const first = await provisionDevice(clients, device);
  const second = await provisionDevice(clients, device);
  expect(first.certificatePem).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(second.certificateId).not.toBe(first.certificateId);
  expect(await things()).toEqual(['station-1']);
  await removeDevice(clients, { thingName: 'station-1', certificateId: second.certificateId });
  expect(await things()).toEqual([]);
  expect(ledger.entriesOf(clients)).toEqual([]);
  expect((await clients.iot.send(new ListCertificatesCommand({}))).certificates).toEqual([]);
  expect((await clients.iot.send(new ListPoliciesCommand({}))).policies).toEqual([]);
});

test('a thing that was made by hand stays when its station is removed', async () => {
  await clients.iot.send(new CreatePolicyCommand({ policyName: 'by-hand', policyDocument: ANY }));
  const before = openClients(targetFromLab(lab.report));
  await before.iot.send(new CreateThingCommand({ thingName: 'station-2' }));
  before.close();
  const csrPem = (await createDeviceKey('station-2')).csrPem;
  const { certificateId } = await provisionDevice(clients, {
    thingName: 'station-2',
    topic: 'sensor/weather/2',
    csrPem,
  });
  await removeDevice(clients, { thingName: 'station-2', certificateId });
  expect((await clients.iot.send(new ListThingsCommand({}))).things?.map((thing) => thing.thingName)).toEqual([
    'station-2',
  ]);
  expect((await clients.iot.send(new ListCertificatesCommand({}))).certificates).toEqual([]);
  expect(ledger.entriesOf(clients).map(({ kind, name }) => [kind, name])).toEqual([['policy', 'by-hand']]);
});

test('what a device may do is told by the registry: ready, one statement short, without policy, inactive, gone', async () => {
  const thingName = 'station-asked';
  const topic = 'sensor/weather/asked';
  const { csrPem } = await createDeviceKey(thingName);
  const { certificateId, certificateArn } = await provisionDevice(clients, { thingName, topic, csrPem });
  const ask = async (about: string) => {
    const { problem } = await checkPermissions(clients, { certificateId, clientId: thingName, topic: about });
    return problem === null ? null : [problem.code, problem.hint ?? ''];
  };
  expect(await ask(topic)).toBeNull();
  const resource = `arn:aws:iot:${clients.region}:${clients.account}:topic/elsewhere`;
  expect(await ask('elsewhere')).toEqual([
    'check.notAllowed',
    `Add this statement to its policy: {"Effect":"Allow","Action":"iot:Publish","Resource":"${resource}"}`,
  ]);
  const policyName = policyNameOf(thingName);
  await clients.iot.send(new DetachPolicyCommand({ policyName, target: certificateArn }));
  expect(await ask(topic)).toMatchObject(['check.noPolicy', expect.any(String)]);
  await clients.iot.send(new UpdateCertificateCommand({ certificateId, newStatus: 'INACTIVE' }));
  expect(await ask(topic)).toMatchObject(['check.certificateInactive', expect.any(String)]);
  await removeDevice(clients, { thingName, certificateId });
  expect(await ask(topic)).toMatchObject(['check.certificateGone', expect.any(String)]);
});

test('the pipeline is set up, may be set up again, and carries records to rows', async () => {
  const setUp = async (): Promise<readonly PipelineStep[]> => {
    const ended: PipelineStep[] = [];
    const options = {
      roleArn: lab.report.roleArn,
      sql: OBSERVATIONS_SQL,
      bufferSizeMiB: 5,
      bufferIntervalSeconds: 60,
      separator: null,
    };
    await setUpPipeline(clients, names, options, (step) => step.state === 'done' && ended.push(step), patience());
    return ended;
  };
  expect((await readPipeline(clients, names)).steps.every((step) => step.state === 'waiting')).toBe(true);
  expect((await setUp()).map((step) => step.id)).toEqual(['buckets', 'database', 'stream', 'rule', 'crawler']);
  const once = await readPipeline(clients, names);
  await setUp();
  expect(await readPipeline(clients, names)).toEqual(once);

  const records = ['{"station":"a","t":7.0}\n', '{"station":"b","t":8.5}\n', '{"station":"b","t":null}\n'];
  await clients.firehose.send(
    new PutRecordBatchCommand({
      DeliveryStreamName: names.stream,
      Records: records.map((text) => ({ Data: Buffer.from(text) })),
    }),
  );
  await lab.flush(null);
  const reading = await readPipeline(clients, names);
  const [object] = reading.lake?.latest ?? [];
  expect(object?.key).toMatch(
    /^observations\/\d{4}\/\d\d\/\d\d\/\d\d\/isobar-observations-1-\d{4}(-\d\d){5}-[0-9a-f-]{36}$/,
  );
  expect((await previewObject(clients, names.raw, object?.key ?? '')).text).toBe(records.join(''));
  expect((await listLake(clients, { bucket: names.raw, prefix: '', token: null })).prefixes).toEqual(['observations/']);

  await runCrawler(clients, names.crawler, patience());
  const [database] = await listDatabases(clients);
  expect(
    database?.tables.map((table) => [table.name, table.columns, table.partitionKeys.map((key) => key.name)]),
  ).toEqual([
    [
      'observations',
      [
        { name: 'station', type: 'string' },
        { name: 't', type: 'double' },
      ],
      ['partition_0', 'partition_1', 'partition_2', 'partition_3'],
    ],
  ]);

  const ask = (sql: string) => ({ sql, database: names.database, output: names.output });
  const { id } = await runQuery(
    clients,
    ask('SELECT station, avg(t) AS mean, count(*) FROM observations GROUP BY station ORDER BY station'),
    patience(),
  );
  const { columns, rows, token } = await queryRows(clients, { id, token: null });
  expect({ columns, rows, token }).toEqual({
    columns: [
      { name: 'station', type: 'varchar' },
      { name: 'mean', type: 'double' },
      { name: '_col2', type: 'bigint' },
    ],
    rows: [
      ['a', '7.0', '1'],
      ['b', '8.5', '2'],
    ],
    token: null,
  });

  await expect(startQuery(clients, ask('SELEC 1'))).rejects.toMatchObject({ name: 'InvalidRequestException' });
  const failing = await startQuery(clients, ask('SELECT nothing FROM observations'));
  const failed = await waitFor(
    async () => {
      const status = await queryStatus(clients, failing);
      return status.state === 'FAILED' ? status : undefined;
    },
    { what: 'the query to fail', limitMs: 30_000, firstPauseMs: 50, longestPauseMs: 500, signal: patience() },
  );
  expect(failed.reason).toMatch(/^COLUMN_NOT_FOUND: line 1:8: Column 'nothing' cannot be resolved/);
});
