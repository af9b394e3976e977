/** What clients are refused, and what became of one message, as the lab tells it: over real TLS, MQTT, HTTP, rules, Firehose and S3. */
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicRuleCommand, UpdateCertificateCommand } from '@aws-sdk/client-iot';
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Refusal } from '../../../preload/shapes-trace.ts';
import type { Lab } from '../lab.ts';
import { certificateIdOf } from './certificate-authority.ts';
import { testFolder } from './test-folder.ts';
import { openTestMqttClient, until, type TestCredentials } from './test-mqtt-client.ts';
import { clientOptions, enrol, iotClient, listen, openWholeLab } from './test-whole-lab.ts';

let lab: Lab;
let able: TestCredentials;

beforeAll(async () => {
  lab = await openWholeLab(await testFolder());
  able = await enrol(lab, 'able');
});

afterAll(() => lab.close());

const idOf = ({ cert }: TestCredentials): string => certificateIdOf(new X509Certificate(cert).raw);

/** The refusal with this in its reason, when it is told. */
async function refusalOf(words: string): Promise<Refusal> {
  const find = () => lab.refusals().refusals.find(({ reason }) => reason.includes(words));
  await until(`"${words}" is told`, () => find() !== undefined);
  const found = find();
  if (found === undefined) throw new Error('it is gone');
  return found;
}

it('tells of a publish without permission, with the statement that is missing, and counts what is the same', async () => {
  const mute = await enrol(lab, 'mute', ['iot:Connect']);
  for (let round = 0; round < 2; round++) {
    const client = await listen(lab, mute, 'mute-1', []);
    client.publish('sensor/weather/mute', '{}');
    await until('it is closed', () => client.isClosed());
  }
  const { region, account } = lab.report;
  const resource = `arn:aws:iot:${region}:${account}:topic/sensor/weather/mute`;
  expect(await refusalOf(resource)).toMatchObject({
    clientId: 'mute-1',
    certificateId: idOf(mute),
    action: 'iot:Publish',
    resource,
    count: 2,
    outcome: 'closed',
    fix: {
      kind: 'add',
      policyName: null,
      statement: JSON.stringify({ Effect: 'Allow', Action: ['iot:Publish'], Resource: [resource] }, null, 2),
    },
  });
});

it('tells at the door: no certificate, an inactive one; and inside: a limit, what is no MQTT', async () => {
  const { ca, mqttPort: port } = { ...lab.report };
  const bare = connect({ host: '127.0.0.1', port, servername: 'localhost', ca });
  bare.on('error', () => undefined);
  bare.write(Buffer.from([0x10, 12, 0, 4, 77, 81, 84, 84, 4, 2, 0, 60, 0, 0]));
  expect(await refusalOf('without a client certificate')).toMatchObject({ certificateId: null, fix: null });
  bare.destroy();

  const asleep = await enrol(lab, 'asleep');
  const iot = iotClient(lab);
  await iot.send(new UpdateCertificateCommand({ certificateId: idOf(asleep), newStatus: 'INACTIVE' }));
  await openTestMqttClient({ port, credentials: asleep, clientId: 'asleep' });
  expect(await refusalOf('is INACTIVE')).toMatchObject({ clientId: null, certificateId: idOf(asleep), fix: null });

  const greedy = await listen(lab, able, 'greedy', []);
  greedy.subscribe(
    1,
    Array.from({ length: 9 }, (_, index) => ({ filter: `a/${index}`, qos: 0 as const })),
  );
  expect(await refusalOf('more than 8 filters')).toMatchObject({ clientId: 'greedy', outcome: 'closed', fix: null });

  const wild = await listen(lab, able, 'wild', []);
  wild.socket.write(Buffer.from([0xf0, 0]));
  expect(await refusalOf('not as it should be')).toMatchObject({ clientId: 'wild', outcome: 'closed', fix: null });
});

it('tells what a WebSocket page and a device over HTTPS cannot read or show', async () => {
  const page = new WebSocket(`${lab.report.endpoint.replace('http', 'ws')}/mqtt`, 'mqtt');
  page.on('error', () => undefined);
  expect(await refusalOf('MQTT over WebSocket')).toMatchObject({ clientId: null, outcome: 'answered', fix: null });

  const mute = await enrol(lab, 'mute-https', ['iot:Connect']);
  const socket = connect({ host: '127.0.0.1', port: lab.report.mqttPort, servername: 'localhost', ...mute });
  socket.on('error', () => undefined);
  socket.write('POST /topics/https%2F1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}');
  expect(await refusalOf('topic/https/1')).toMatchObject({
    clientId: null,
    certificateId: idOf(mute),
    action: 'iot:Publish',
    outcome: 'answered',
    fix: { kind: 'add' },
  });
  socket.destroy();
});

it('tells what the quotas discard', async () => {
  lab.setQuotas(true);
  const busy = await listen(lab, able, 'busy', []);
  for (let index = 1; index <= 300; index++) busy.publish('busy/1', 'x', { qos: 0 });
  expect(await refusalOf('100 publishes')).toMatchObject({ clientId: 'busy', outcome: 'discarded', fix: null });
  lab.setQuotas(false);
  busy.end();
});

it('follows a message to its object', async () => {
  const s3 = new S3Client({ ...clientOptions(lab), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'traced' }));
  const firehose = new FirehoseClient(clientOptions(lab));
  await firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: 'weather',
      ExtendedS3DestinationConfiguration: { BucketARN: 'arn:aws:s3:::traced', RoleARN: lab.report.roleArn },
    }),
  );
  const rule = (ruleName: string, sql: string) =>
    iotClient(lab).send(
      new CreateTopicRuleCommand({
        ruleName,
        topicRulePayload: {
          sql,
          awsIotSqlVersion: '2016-03-23',
          actions: [{ firehose: { deliveryStreamName: 'weather', roleArn: lab.report.roleArn } }],
        },
      }),
    );
  await rule('every', "SELECT t FROM 'traced/#'");
  await rule('hot', "SELECT * FROM 'traced/#' WHERE t > 30");

  const client = await listen(lab, able, 'able-1', []);
  client.publish('traced/1', '{"t":12,"u":1}');
  await until('it is acknowledged', () => client.ackOf(1));
  await lab.drain();
  const trace = () =>
    lab.trace({
      topic: 'traced/1',
      payload: Buffer.from('{"t":12,"u":1}').toString('base64'),
      at: Date.now(),
    });
  const action = { kind: 'firehose', target: 'weather', error: null };
  expect(trace()).toMatchObject({
    clientId: 'able-1',
    bytes: 14,
    allowedBy: expect.stringContaining('is allowed by statement 1 of "able"') as unknown,
    furtherRules: 0,
    rules: [
      {
        name: 'every',
        outcome: 'passed',
        output: '{"t":12}',
        actions: [{ ...action, state: 'buffered', object: null }],
      },
      { name: 'hot', outcome: 'filtered', output: null, actions: [] },
    ],
  });

  await lab.flush('weather');
  client.publish('traced/1', '{"t":13,"u":1}', { id: 2 });
  await until('it is acknowledged', () => client.ackOf(2));
  await lab.drain();
  // What came after the object was written is not in it.
  const later = lab.trace({
    topic: 'traced/1',
    payload: Buffer.from('{"t":13,"u":1}').toString('base64'),
    at: Date.now(),
  });
  expect(later?.rules[0]?.actions).toMatchObject([{ state: 'buffered', object: null }]);
  expect(trace()?.rules[0]?.actions).toMatchObject([
    {
      ...action,
      state: 'delivered',
      object: { bucket: 'traced', key: expect.stringContaining('weather-1-') as unknown },
    },
  ]);
  expect(lab.trace({ topic: 'traced/1', payload: '', at: Date.now() })).toBeNull();
  client.end();
});

it('never holds a key', () => {
  expect(JSON.stringify(lab.refusals())).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE/);
  expect(lab.refusals().total).toBeGreaterThanOrEqual(6);
  expect(JSON.stringify(lab.refusals())).not.toContain(lab.report.secretAccessKey);
});
