import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from './append-log-store.ts';
import { openBroker } from './broker.ts';
import { openBrokerState } from './broker-state.ts';
import { openMqttDoor } from './mqtt-door.ts';
import { openCertificateAuthority } from './certificate-authority.ts';
import { certificateRoutes } from './certificate-routes.ts';
import { openIot, type Iot } from './iot.ts';
import { openJournal } from './journal.ts';
import { policyRoutes } from './policy-routes.ts';
import { openQuota } from './quota.ts';
import { openMessageLog } from './message-log.ts';
import { openRefusalLog } from './refusal-log.ts';
import { openRegistry, type Account } from './registry.ts';
import { testFolder } from './test-folder.ts';
import {
  callRoute,
  IDENTITY,
  makeDevice,
  makeRequest,
  NO_OBJECTS,
  NO_TABLES,
  openRecordingStreams,
  STATION,
  type TestDevice,
} from './test-lab.ts';
import { CONNACK, messageOf, openTestMqttClient, PUBLISH, SUBACK, until } from './test-mqtt-client.ts';
import { openLabSeal } from '../lab-seal.ts';

const run = promisify(execFile);
const ACCEPTED = [{ type: CONNACK, flags: 0, body: Buffer.from([0, 0]), bytes: 4 }];

let folder: string;
let iot: Iot;
let streams: ReturnType<typeof openRecordingStreams>;
let station: TestDevice;

beforeAll(async () => {
  folder = await testFolder();
  streams = openRecordingStreams(join(folder, 'streams'), ['weather']);
  iot = await openIot({
    folder,
    identity: IDENTITY,
    seal: await openLabSeal(folder, null),
    mqttPort: 0,
    streams,
    objects: NO_OBJECTS,
    tables: NO_TABLES,
    onChange: () => undefined,
  });
  station = await makeDevice(iot, 'st-1', STATION('st-1'));
  await rule('all', { sql: "SELECT * FROM 'sensor/weather/#'" });
});

afterAll(() => iot.close());

function rule(
  ruleName: string,
  more: { sql: string; separator?: string; deliveryStreamName?: string },
): Promise<object> {
  const { sql, ...action } = more;
  return callRoute(iot.routes, 'CreateTopicRule', {
    params: { ruleName },
    body: {
      sql,
      awsIotSqlVersion: '2016-03-23',
      actions: [{ firehose: { deliveryStreamName: 'weather', roleArn: IDENTITY.roleArn, ...action } }],
    },
  });
}

function open(device: TestDevice, clientId: string, isClean = true) {
  return openTestMqttClient({ port: iot.mqttPort, credentials: device, clientId, isClean });
}

async function connected(device: TestDevice, clientId: string, isClean = true) {
  const client = await open(device, clientId, isClean);
  await until('CONNACK arrives', () => client.received.length > 0);
  return client;
}

describe('the broker', () => {
  it('takes a certificate made from a CSR, and its messages reach the stream of the rule as they were', async () => {
    await rule('warm', { sql: "SELECT t AS temperature, site FROM 'sensor/weather/+' WHERE t > 7", separator: '\n' });
    const client = await connected(station, 'st-1');
    const payload = '{"site": "Vik",  "t": 7.50}\n';
    client.publish('sensor/weather/st-1', payload, { id: 11 });
    client.publish('sensor/weather/st-1', '{"t":7.0}\n', { id: 12 });
    await until('both are acknowledged', () => client.ackOf(11) && client.ackOf(12));
    await iot.drain();
    expect([...streams.records()].sort()).toEqual(
      [payload, '{"t":7.0}\n', '{"temperature":7.50,"site":"Vik"}\n'].sort(),
    );
    expect(iot.counters()).toMatchObject([
      { name: 'all', matched: 2, passed: 2, delivered: 2, failed: 0 },
      { name: 'warm', matched: 2, passed: 1, delivered: 1, failed: 0 },
    ]);
    expect(iot.connections()).toBe(1);
    client.end();
    await until('the connection is gone', () => iot.connections() === 0);
    await callRoute(iot.routes, 'DeleteTopicRule', { params: { ruleName: 'warm' } });
  });

  it('serves mosquitto_pub and mosquitto_sub', async ({ skip }) => {
    const version = await run('mosquitto_pub', ['--help']).catch((error: { stdout?: string }) => error.stdout ?? '');
    if (version === '') skip('mosquitto-clients is not installed');
    const viewer = await makeDevice(iot, 'viewer', [
      { Action: 'iot:Connect', Resource: 'client/viewer*' },
      { Action: 'iot:Subscribe', Resource: 'topicfilter/sensor/*' },
      { Action: 'iot:Receive', Resource: 'topic/sensor/*' },
    ]);
    const files = async (name: string, device: TestDevice): Promise<string[]> => {
      const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}-key.pem`)];
      await Promise.all([writeFile(cert, device.cert), writeFile(key, device.key)]);
      return ['--cafile', iot.caFile, '--cert', cert, '--key', key, '-h', 'localhost', '-p', String(iot.mqttPort)];
    };
    const listening = iot.connections();
    const subscriber = run('mosquitto_sub', [
      ...(await files('viewer', viewer)),
      ...['-i', 'viewer-1', '-t', 'sensor/weather/+', '-q', '1', '-C', '1', '-W', '20', '-v'],
    ]);
    await until('the subscriber is there', () => iot.connections() > listening);
    const publish = ['-i', 'st-1', '-t', 'sensor/weather/st-1', '-q', '1', '-m', 'not JSON'];
    // The subscription may come a moment after the connection: publish until it is answered.
    let isDone = false;
    const watched = subscriber.finally(() => (isDone = true));
    while (!isDone) await run('mosquitto_pub', [...(await files('st-1', station)), ...publish]);
    expect((await watched).stdout).toBe('sensor/weather/st-1 not JSON\n');
    await iot.drain();
    expect(streams.records().at(-1)).toBe('not JSON');
  });

  it('refuses unknown authorities, unregistered and inactive certificates, and other client ids', async () => {
    const elsewhere = await testFolder();
    const otherLab = await openCertificateAuthority(elsewhere, await openLabSeal(elsewhere, null));
    const { csr, key } = await makeRequest('stranger');
    const stranger = { ca: iot.ca, cert: otherLab.signRequest(csr).pem, key };
    // Signed by the right authority, yet never registered.
    const authority = await openCertificateAuthority(folder, await openLabSeal(folder, null));
    const unregistered = { ca: iot.ca, cert: authority.signRequest(csr).pem, key };
    const inactive = await makeDevice(iot, 'st-2', STATION('st-2'));
    const withoutPolicy = await makeDevice(iot, 'st-3', []);
    await callRoute(iot.routes, 'UpdateCertificate', {
      params: { certificateId: inactive.certificateId },
      query: { newStatus: 'INACTIVE' },
    });
    const attempts = [
      { credentials: stranger, clientId: 'st-1' },
      { credentials: unregistered, clientId: 'st-1' },
      { credentials: inactive, clientId: 'st-2' },
      { credentials: withoutPolicy, clientId: 'st-3' },
      { credentials: station, clientId: 'st-2' },
    ];
    for (const { credentials, clientId } of attempts) {
      const client = await openTestMqttClient({ port: iot.mqttPort, credentials, clientId });
      await until(`${clientId} is refused`, client.isClosed);
      expect(client.received).toEqual([]);
    }
  });

  it('closes the connection on a forbidden publish and does not acknowledge it', async () => {
    const forbidden: [string, string | Buffer, { qos?: 1 | 2; retain?: boolean }][] = [
      ['sensor/weather/st-2', '{}', {}],
      ['$SYS/anything', '{}', {}],
      ['$aws/things/st-1/shadow/update', '{}', {}],
      ['sensor/weather/st-1', '{}', { qos: 2 }],
      ['sensor/weather/st-1', '{}', { retain: true }],
      ['sensor/weather/st-1', Buffer.alloc(128 * 1024 + 1), {}],
      ['sensor/weather/st-1', Buffer.alloc(8 * 1024 * 1024), {}],
      ['1/2/3/4/5/6/7/8/9', '{}', {}],
    ];
    for (const [topic, payload, options] of forbidden) {
      const client = await connected(station, 'st-1');
      client.publish(topic, payload, { id: 5, ...options });
      await until(`${topic} is refused`, client.isClosed);
      expect(client.received).toEqual(ACCEPTED);
      expect(client.ackOf(5)).toBe(false);
    }
  });

  it('answers 0x80 to a forbidden subscription, also in a session that comes back, and delivers only what may be received', async () => {
    const viewer = await makeDevice(iot, 'reader', [
      { Action: 'iot:Connect', Resource: 'client/reader' },
      { Action: 'iot:Subscribe', Resource: 'topicfilter/sensor/#' },
      { Action: 'iot:Receive', Resource: 'topic/sensor/weather/st-1' },
    ]);
    const other = await makeDevice(iot, 'st-4', STATION('st-4'));
    const first = await connected(viewer, 'reader', false);
    first.subscribe(3, [
      { filter: 'sensor/#', qos: 1 },
      { filter: '#', qos: 1 },
      { filter: '$SYS/#', qos: 0 },
    ]);
    await until('SUBACK arrives', () => first.received.some(({ type }) => type === SUBACK));
    expect(first.received.at(-1)?.body).toEqual(Buffer.from([0, 3, 1, 128, 128]));
    first.end();
    await until('the reader is gone', () => first.isClosed() && iot.connections() === 0);
    const publishers = [await connected(station, 'st-1'), await connected(other, 'st-4')];
    publishers[1]?.publish('sensor/weather/st-4', 'hidden');
    publishers[0]?.publish('sensor/weather/st-1', 'seen');
    await until('both are acknowledged', () => publishers.every((client) => client.ackOf(1)));
    const again = await connected(viewer, 'reader', false);
    await until('the message arrives', () => again.received.some(({ type }) => type === PUBLISH));
    expect(again.received[0]?.body).toEqual(Buffer.from([1, 0]));
    expect(again.received.slice(1).map(messageOf)).toEqual([{ topic: 'sensor/weather/st-1', payload: 'seen' }]);
    for (const client of [again, ...publishers]) client.end();
  });

  it('tells policies the host name that the client asked for', async () => {
    const device = await makeDevice(iot, 'named', [{ Action: 'iot:Connect', Resource: 'client/${iot:DomainName}' }]);
    const client = await connected(device, 'localhost');
    expect(client.received).toEqual(ACCEPTED);
    const other = await open(device, 'elsewhere');
    await until('the other client id is refused', other.isClosed);
    client.end();
  });

  it('gives the client id to the newcomer, and ends connections with their certificate', async () => {
    const device = await makeDevice(iot, 'st-5', STATION('st-5'));
    const first = await connected(device, 'st-5');
    const second = await connected(device, 'st-5');
    await until('the first is put out', first.isClosed);
    expect(second.isClosed()).toBe(false);
    await callRoute(iot.routes, 'UpdateCertificate', {
      params: { certificateId: device.certificateId },
      query: { newStatus: 'REVOKED' },
    });
    await until('the second is put out', second.isClosed);
  });

  it('ends connections whose policies no longer allow them, at once', async () => {
    const document = (Resource: string): { policyDocument: string } => ({
      policyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource }],
      }),
    });
    const device = await makeDevice(iot, 'st-6', STATION('st-6'));
    const detach = { params: { policyName: 'st-6' }, body: { target: device.certificateArn } };
    const byDetach = await connected(device, 'st-6');
    const other = await connected(station, 'st-1');
    await callRoute(iot.routes, 'DetachPolicy', detach);
    await until('it is put out with its policy', byDetach.isClosed);
    await callRoute(iot.routes, 'AttachPolicy', detach);
    const byVersion = await connected(device, 'st-6');
    await callRoute(iot.routes, 'CreatePolicyVersion', { params: { policyName: 'st-6' }, body: document('*') });
    const allowed = await connected(device, 'st-6');
    await until('the newcomer has taken over', byVersion.isClosed);
    await callRoute(iot.routes, 'CreatePolicyVersion', {
      params: { policyName: 'st-6' },
      query: { setAsDefault: 'true' },
      body: document('arn:aws:iot:eu-north-1:123456789012:client/someone-else'),
    });
    await until('it is put out by the new version', allowed.isClosed);
    await callRoute(iot.routes, 'SetDefaultPolicyVersion', { params: { policyName: 'st-6', policyVersionId: '2' } });
    const again = await connected(device, 'st-6');
    expect(other.isClosed()).toBe(false);
    for (const client of [again, other]) client.end();
  });

  it('goes on for others when a subscriber stops reading', async () => {
    const sleeper = await makeDevice(iot, 'sleeper', [
      { Action: 'iot:Connect', Resource: 'client/sleeper' },
      { Action: 'iot:Subscribe', Resource: 'topicfilter/sensor/*' },
      { Action: 'iot:Receive', Resource: 'topic/sensor/*' },
    ]);
    const asleep = await connected(sleeper, 'sleeper');
    asleep.subscribe(1, [{ filter: 'sensor/#', qos: 1 }]);
    await until('SUBACK arrives', () => asleep.received.some(({ type }) => type === SUBACK));
    asleep.socket.pause();
    const publisher = await connected(station, 'st-1');
    // Far more than the buffers of both sockets and the bound of the broker.
    for (let id = 1; id <= 400; id++) {
      publisher.publish('sensor/weather/st-1', Buffer.alloc(100_000, 32), { id });
      await until(`message ${id} is acknowledged`, () => publisher.ackOf(id));
    }
    publisher.end();
    asleep.socket.resume();
    await until('the sleeper has lost its connection', asleep.isClosed);
  });

  it('sends Basic Ingest to its rule and to nobody else', async () => {
    const device = await makeDevice(iot, 'direct', [
      { Action: 'iot:Connect', Resource: 'client/direct' },
      { Action: 'iot:Publish', Resource: 'topic/$aws/rules/all/*' },
    ]);
    const client = await connected(device, 'direct');
    const before = streams.records().length;
    client.publish('$aws/rules/all/any/topic', 'straight');
    await until('it is acknowledged', () => client.ackOf(1));
    await iot.drain();
    expect(streams.records().slice(before)).toEqual(['straight']);
    client.end();
  });

  it('counts an action that fails and goes on with the others', async () => {
    await rule('lost', { sql: "SELECT x FROM 'sensor/weather/st-1'", deliveryStreamName: 'missing' });
    const before = streams.records().length;
    const client = await connected(station, 'st-1');
    client.publish('sensor/weather/st-1', '{"x":1}');
    await until('it is acknowledged', () => client.ackOf(1));
    await iot.drain();
    expect(streams.records().slice(before)).toEqual(['{"x":1}']);
    expect(iot.counters().find(({ name }) => name === 'lost')).toMatchObject({
      matched: 1,
      passed: 1,
      delivered: 0,
      failed: 1,
      actions: [{ kind: 'firehose', failed: 1, lastFailure: { resource: 'missing', cause: 'noStream' } }],
    });
    client.end();
  });
});

describe('a disk that takes no more', () => {
  it('leaves the message without acknowledgement and ends the connection', async () => {
    const place = await testFolder();
    const store = openStore(join(place, 'registry.log'));
    const registry = openRegistry(store, IDENTITY);
    const authority = await openCertificateAuthority(place, await openLabSeal(place, null));
    const options = { firstSequence: 1, actedSequence: 0, segmentBytes: 1 };
    const journal = openJournal(join(place, 'journal'), options);
    const quota = openQuota(false, () => undefined);
    const { records, ...state } = await openBrokerState(join(place, 'sessions'));
    const refusals = openRefusalLog(() => undefined);
    const broker = await openBroker({
      registry,
      identity: IDENTITY,
      journal,
      ...state,
      quota,
      refusals,
      messages: openMessageLog(),
      onChange: () => undefined,
    });
    const door = await openMqttDoor({ registry, authority, broker, refusals, port: 0 });
    const account: Account = {
      registry,
      authority,
      identity: IDENTITY,
      onInactive: broker.dropCertificate,
      onDetached: broker.dropCertificate,
    };
    const routes = [...certificateRoutes(account), ...policyRoutes(account)];
    const credentials = await makeDevice({ routes, ca: authority.pem }, 'st-1', STATION('st-1'));
    const publish = async () => {
      const client = await openTestMqttClient({ port: door.port, credentials, clientId: 'st-1' });
      await until('CONNACK arrives', () => client.received.length > 0);
      client.publish('sensor/weather/st-1', '{}', { id: 7 });
      return client;
    };
    const first = await publish();
    await until('the first is acknowledged', () => first.ackOf(7));
    // The file the journal would make next cannot be made.
    const last = journal.lastSequence();
    await mkdir(join(place, 'journal', `${String(last + 1).padStart(16, '0')}.journal`));
    const refused = await publish();
    await until('the connection ends', refused.isClosed);
    expect(refused.ackOf(7)).toBe(false);
    expect(journal.lastSequence()).toBe(last);
    await broker.close();
    await door.close();
    await journal.close();
    state.sessions.close();
    await records.close();
    store.close();
  });
});

describe('the port', () => {
  it('moves on from a taken port it only prefers, and says so of one it must have', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const seal = await openLabSeal(await testFolder(), null);
    const options = {
      identity: IDENTITY,
      seal,
      streams,
      objects: NO_OBJECTS,
      tables: NO_TABLES,
      onChange: () => undefined,
    };
    await expect(openIot({ ...options, folder: await testFolder(), mqttPort: port })).rejects.toMatchObject({
      code: 'lab.portTaken',
    });
    const moved = await openIot({ ...options, folder: await testFolder(), mqttPort: { prefer: port } });
    expect(moved.mqttPort).toBeGreaterThan(port);
    await moved.close();
    taken.close();
  });
});
