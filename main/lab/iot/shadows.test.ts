// Device shadows as their clients see them: the AWS SDK, and the shadow client of the device SDK for JavaScript.
import {
  DeleteThingShadowCommand,
  GetThingShadowCommand,
  ListNamedShadowsForThingCommand,
  UpdateThingShadowCommand,
} from '@aws-sdk/client-iot-data-plane';
import { io, iotshadow, mqtt } from 'aws-iot-device-sdk-v2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../lab.ts';
import { testFolder } from './test-folder.ts';
import { until, type TestCredentials } from './test-mqtt-client.ts';
import { dataClient, enrol, listen, messagesOf, openWholeLab } from './test-whole-lab.ts';

let folder: string;
let lab: Lab;
let device: TestCredentials;

beforeAll(async () => {
  folder = await testFolder();
  lab = await openWholeLab(folder);
  device = await enrol(lab, 'all');
});

afterAll(() => lab.close());

function parsed(payload: Uint8Array | undefined): unknown {
  return JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
}

async function update(thingName: string, document: unknown, shadowName?: string): Promise<unknown> {
  const payload = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  const { payload: answer } = await dataClient(lab).send(
    new UpdateThingShadowCommand({ thingName, ...(shadowName === undefined ? {} : { shadowName }), payload }),
  );
  return parsed(answer);
}

async function read(thingName: string): Promise<unknown> {
  const { payload } = await dataClient(lab).send(new GetThingShadowCommand({ thingName }));
  return parsed(payload);
}

it('merges deeply, removes with null, tells the delta, counts versions, and is there after a restart', async () => {
  await update('lamp', {
    state: { desired: { colour: { r: 1, g: 2 }, list: [1, 2], on: true } },
    clientToken: 'first',
  });
  const answer = await update('lamp', {
    state: { desired: { colour: { g: null, b: 3 } }, reported: { on: true, list: [1] } },
    version: 1,
  });
  const time = { timestamp: expect.any(Number) as number };
  expect(answer).toEqual({
    state: { desired: { colour: { g: null, b: 3 } }, reported: { on: true, list: [1] } },
    metadata: { desired: { colour: { b: time } }, reported: { on: time, list: [time] } },
    version: 2,
    ...time,
  });
  const { mqttPort } = lab.report;
  await lab.close();
  lab = await openWholeLab(folder, mqttPort);
  expect(await read('lamp')).toEqual({
    state: {
      desired: { colour: { r: 1, b: 3 }, list: [1, 2], on: true },
      reported: { on: true, list: [1] },
      delta: { colour: { r: 1, b: 3 }, list: [1, 2] },
    },
    metadata: {
      desired: { colour: { r: time, b: time }, list: [time, time], on: time },
      reported: { on: time, list: [time] },
    },
    version: 2,
    ...time,
  });
});

it('refuses with AWS’s numbers and words', async () => {
  await update('strict', { state: { desired: { a: 1 } } });
  const deep = (levels: number): object => (levels === 0 ? {} : { x: deep(levels - 1) });
  const refusals: readonly (readonly [unknown, string, string])[] = [
    ['{', 'InvalidRequestException', 'Invalid JSON'],
    [{}, 'InvalidRequestException', 'Missing required node: state'],
    [{ state: [] }, 'InvalidRequestException', 'State node must be an object'],
    [{ state: { desired: 1 } }, 'InvalidRequestException', 'Desired node must be an object'],
    [{ state: { wished: {} } }, 'InvalidRequestException', 'State contains an invalid node'],
    [{ state: {}, version: 'one' }, 'InvalidRequestException', 'Invalid version'],
    [{ state: {}, clientToken: 'x'.repeat(65) }, 'InvalidRequestException', 'Invalid clientToken'],
    [
      { state: { desired: deep(7) } },
      'InvalidRequestException',
      'JSON contains too many levels of nesting; maximum is 6',
    ],
    [{ state: { desired: { a: 2 } }, version: 7 }, 'ConflictException', 'Version conflict'],
    [
      { state: { desired: { long: 'x'.repeat(8200) } } },
      'RequestEntityTooLargeException',
      'The payload exceeds the maximum size allowed',
    ],
  ];
  for (const [document, name, message] of refusals) {
    await expect(update('strict', document)).rejects.toMatchObject({ name, message });
  }
  await expect(read('nobody')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: "No shadow exists with name: 'nobody'",
  });
  expect(await read('strict')).toMatchObject({ state: { desired: { a: 1 } }, version: 1 });
});

it('lists named shadows page by page, and goes on counting after a deletion', async () => {
  const data = dataClient(lab);
  for (const name of ['three', 'one', 'two']) await update('box', { state: { reported: { name } } }, name);
  const first = await data.send(new ListNamedShadowsForThingCommand({ thingName: 'box', pageSize: 2 }));
  const { nextToken } = first;
  const second = await data.send(new ListNamedShadowsForThingCommand({ thingName: 'box', pageSize: 2, nextToken }));
  expect([first.results, second.results, second.nextToken]).toEqual([['one', 'three'], ['two'], undefined]);
  const gone = await data.send(new DeleteThingShadowCommand({ thingName: 'box', shadowName: 'one' }));
  expect(parsed(gone.payload)).toMatchObject({ version: 1 });
  expect(await update('box', { state: { reported: { back: true } } }, 'one')).toMatchObject({ version: 2 });
});

it('answers the shadow client of the device SDK, and tells others of changes and deltas', async () => {
  const observer = await listen(lab, device, 'observer', ['$aws/things/thermostat/shadow/update/+']);
  const builder = iotConnection();
  const connection = new mqtt.MqttClient(new io.ClientBootstrap()).new_connection(builder);
  await connection.connect();
  const shadow = new iotshadow.IotShadowClient(connection);
  const rejected: iotshadow.model.ErrorResponse[] = [];
  const accepted: iotshadow.model.UpdateShadowResponse[] = [];
  const deltas: iotshadow.model.ShadowDeltaUpdatedEvent[] = [];
  const { AtLeastOnce } = mqtt.QoS;
  const thing = { thingName: 'thermostat' };
  await shadow.subscribeToUpdateShadowRejected(
    thing,
    AtLeastOnce,
    (_error, event) => void (event && rejected.push(event)),
  );
  await shadow.subscribeToUpdateShadowAccepted(
    thing,
    AtLeastOnce,
    (_error, event) => void (event && accepted.push(event)),
  );
  await shadow.subscribeToShadowDeltaUpdatedEvents(
    thing,
    AtLeastOnce,
    (_error, event) => void (event && deltas.push(event)),
  );
  await shadow.publishUpdateShadow({ ...thing, clientToken: 't1', state: { reported: { heat: 18 } } }, AtLeastOnce);
  await until('the report is accepted', () => accepted.length === 1);
  await update('thermostat', { state: { desired: { heat: 21 } } });
  await until('the device hears of the delta', () => deltas.length === 1);
  await shadow.publishUpdateShadow({ ...thing, clientToken: 't2', version: 1, state: { reported: {} } }, AtLeastOnce);
  await until('the old version is rejected', () => rejected.length === 1);
  await connection.disconnect();
  expect(accepted[0]).toMatchObject({ clientToken: 't1', version: 1, state: { reported: { heat: 18 } } });
  expect(deltas[0]).toMatchObject({ version: 2, state: { heat: 21 } });
  expect(rejected[0]).toMatchObject({ clientToken: 't2', code: 409, message: 'Version conflict' });
  await until('the observer has all', () => messagesOf(observer).length === 6);
  expect(messagesOf(observer).map(({ topic }) => topic.split('/').at(-1))).toEqual([
    'accepted',
    'documents',
    'accepted',
    'delta',
    'documents',
    'rejected',
  ]);
  expect(JSON.parse(messagesOf(observer)[4]?.payload ?? '')).toMatchObject({
    previous: { version: 1, state: { reported: { heat: 18 } } },
    current: { version: 2, state: { desired: { heat: 21 }, reported: { heat: 18 } } },
  });
  observer.disconnect();
});

function iotConnection(): mqtt.MqttConnectionConfig {
  const tls = new io.TlsContextOptions();
  tls.override_default_trust_store(device.ca);
  tls.certificate = device.cert;
  tls.private_key = device.key;
  return {
    client_id: 'thermostat',
    clean_session: true,
    host_name: 'localhost',
    port: lab.report.mqttPort,
    socket_options: new io.SocketOptions(),
    tls_ctx: new io.ClientTlsContext(tls),
  };
}
