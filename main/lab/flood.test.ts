// Crowds at the doors: half-open connections, handshakes that never finish, heads that come byte by byte; who is in, and who knocks properly, is served.
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  NO_OBJECTS,
  NO_TABLES,
  IDENTITY,
  makeDevice,
  openRecordingStreams,
  STATION,
  type TestDevice,
} from './iot/test-lab.ts';
import { openTestMqttClient, until } from './iot/test-mqtt-client.ts';
import { openIot, type Iot } from './iot/iot.ts';
import { edgeServices } from './dispatch.ts';
import { openEdge, type Edge } from './edge.ts';
import { openLabSeal } from './lab-seal.ts';

let folder: string;
let iot: Iot;
let edge: Edge;
let station: TestDevice;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flood-'));
  const streams = openRecordingStreams(join(folder, 'streams'), []);
  const onChange = () => undefined;
  iot = await openIot({
    folder,
    identity: IDENTITY,
    seal: await openLabSeal(folder, null),
    mqttPort: 0,
    streams,
    objects: NO_OBJECTS,
    tables: NO_TABLES,
    onChange,
  });
  station = await makeDevice(iot, 'st-1', STATION('st-1'));
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  edge = await openEdge({ port: 0, credentials, region: IDENTITY.region, services: edgeServices({}) });
});

afterAll(async () => {
  await edge.close();
  await iot.close();
  await rm(folder, { recursive: true });
});

/** Opens connections that send `bytes` and then nothing; resolves when all are open. */
async function crowd(port: number, size: number, bytes: Buffer): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for (let index = 0; index < size; index++) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    await new Promise<void>((resolve) => {
      socket.once('connect', () => {
        if (bytes.length > 0) socket.write(bytes);
        resolve();
      });
      socket.once('close', () => resolve());
    });
  }
  return sockets;
}

async function publishOne(id: number): Promise<void> {
  const client = await openTestMqttClient({ port: iot.mqttPort, credentials: station, clientId: 'st-1' });
  client.publish('sensor/weather/st-1', '{}', { id });
  await until('the message is acknowledged', () => client.ackOf(id));
  client.end();
}

test('3,000 half-open connections to the TLS port keep nobody out, and the oldest of them make room', async () => {
  const inside = await openTestMqttClient({ port: iot.mqttPort, credentials: station, clientId: 'st-1' });
  await until('CONNACK arrives', () => inside.received.length > 0);
  // The beginning of a TLS record of 512 bytes that never comes.
  const silent = await crowd(iot.mqttPort, 1_500, Buffer.alloc(0));
  const begun = await crowd(iot.mqttPort, 1_500, Buffer.from([0x16, 3, 1, 2, 0, 1]));
  await until('the oldest are put out', () => silent.filter(({ closed }) => closed).length >= 500);
  inside.publish('sensor/weather/st-1', '{}', { id: 2 });
  await until('who is inside is served', () => inside.ackOf(2));
  inside.end();
  await publishOne(3);
  await until('all are put out in the end', () => [...silent, ...begun].every(({ closed }) => closed));
});

test('headers that are never finished, byte by byte, are cut off; others are answered meanwhile', async () => {
  const slow = await crowd(edge.port, 600, Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\nx-'));
  const dripping = setInterval(() => {
    for (const socket of slow) if (!socket.closed) socket.write('x');
  }, 200);
  const answer = await fetch(`http://127.0.0.1:${edge.port}/`);
  expect(answer.status).toBe(403);
  await until('all are cut off', () => slow.every(({ closed }) => closed));
  clearInterval(dripping);
});
