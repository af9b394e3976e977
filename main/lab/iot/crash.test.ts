import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { bundleProgram } from '../../test-program.ts';
import { openIot } from './iot.ts';
import { testFolder } from './test-folder.ts';
import { callRoute, IDENTITY, makeDevice, NO_OBJECTS, NO_TABLES, openRecordingStreams } from './test-lab.ts';
import { openStore } from './append-log-store.ts';
import { openRegistry } from './registry.ts';
import {
  messageOf,
  openTestMqttClient,
  PUBLISH,
  SUBACK,
  until,
  type TestCredentials,
  type TestMqttClient,
} from './test-mqtt-client.ts';
import { openLabSeal } from '../lab-seal.ts';

const MESSAGES_PER_LIFE = 3_000;
const IN_FLIGHT = 100;

it('loses nothing that it acknowledged and delivers nothing twice when it is killed again and again', async () => {
  const folder = await testFolder();
  const { device, watching } = await prepare(folder);
  const program = await bundleProgram(join(import.meta.dirname, 'crash-child.ts'), folder);

  const acknowledged: string[] = [];
  const seen = new Set<string>();
  // The session is away in the first life, takes and acknowledges in the second, takes without acknowledging in the third.
  for (const life of [0, 1, 2]) {
    const { child, port } = await startChild(program, folder);
    child.send(`thing-${life}`);
    const watcher = life === 0 ? undefined : await openWatcher(port, watching);
    acknowledged.push(
      ...(await publishUntilKilled(child, port, device, life, () => {
        if (life === 1 && watcher !== undefined) takeAll(watcher, seen);
      })),
    );
  }
  const { child, port } = await startChild(program, folder);
  const last = await openWatcher(port, watching);
  last.subscribe(9, [{ filter: 'retained/+', qos: 0 }]);
  const forSession = acknowledged.filter((payload) => payload.endsWith('0'));
  await until('the session has everything', () => {
    takeAll(last, seen);
    return forSession.every((payload) => seen.has(payload)) && [0, 1, 2].every((life) => seen.has(`retained ${life}`));
  });
  expect(last.received[0]?.body).toEqual(Buffer.from([1, 0]));
  expect(forSession.length).toBeGreaterThan(MESSAGES_PER_LIFE / 10);
  const drained = once(child, 'message');
  child.send('drain');
  expect((await drained)[0]).toBe('drained');
  child.kill('SIGKILL');
  await once(child, 'exit');

  const delivered = openRecordingStreams(join(folder, 'streams'), []).records();
  const distinct = new Set(delivered);
  const missing = acknowledged.filter((payload) => !distinct.has(payload));
  expect({
    missing: missing.length,
    repeated: delivered.length - distinct.size,
    acknowledged: acknowledged.length >= 3 * MESSAGES_PER_LIFE,
  }).toEqual({ missing: 0, repeated: 0, acknowledged: true });
  const registry = openRegistry(openStore(join(folder, 'iot', 'registry.log')), IDENTITY);
  expect(registry.things.values().map(({ thingName }) => thingName)).toEqual(['thing-0', 'thing-1', 'thing-2']);
});

async function prepare(folder: string) {
  const iot = await openIot({
    folder,
    identity: IDENTITY,
    seal: await openLabSeal(folder, null),
    mqttPort: 0,
    streams: openRecordingStreams(join(folder, 'streams'), []),
    objects: NO_OBJECTS,
    tables: NO_TABLES,
    onChange: () => undefined,
  });
  const device = await makeDevice(iot, 'st-1', [
    { Action: 'iot:Connect', Resource: 'client/st-1' },
    { Action: 'iot:Publish', Resource: 'topic/t/*' },
    { Action: 'iot:Publish', Resource: 'topic/retained/*' },
    { Action: 'iot:RetainPublish', Resource: 'topic/retained/*' },
  ]);
  const watching = await makeDevice(iot, 'watcher', [
    { Action: 'iot:Connect', Resource: 'client/watcher' },
    { Action: 'iot:Subscribe', Resource: 'topicfilter/*' },
    { Action: 'iot:Receive', Resource: 'topic/*' },
  ]);
  const watcher = await openWatcher(iot.mqttPort, watching);
  watcher.subscribe(1, [{ filter: 't/session', qos: 1 }]);
  await until('SUBACK arrives', () => watcher.received.some(({ type }) => type === SUBACK));
  watcher.end();
  await callRoute(iot.routes, 'CreateTopicRule', {
    params: { ruleName: 'all' },
    body: {
      sql: "SELECT * FROM 't/+'",
      actions: [{ firehose: { deliveryStreamName: 'weather', roleArn: IDENTITY.roleArn } }],
    },
  });
  await iot.close();
  return { device, watching };
}

async function openWatcher(port: number, credentials: TestCredentials): Promise<TestMqttClient> {
  const watcher = await openTestMqttClient({ port, credentials, clientId: 'watcher', isClean: false });
  await until('CONNACK arrives', () => watcher.received.length > 0);
  return watcher;
}

/** Acknowledges what came and remembers it. */
function takeAll(client: TestMqttClient, seen: Set<string>): void {
  for (const packet of client.received) {
    if (packet.type !== PUBLISH) continue;
    const { payload } = messageOf(packet);
    if (!seen.has(payload) && (packet.flags & 6) !== 0) client.acknowledge(packet);
    seen.add(payload);
  }
}

async function startChild(program: string, folder: string): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(program, [folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [message]: unknown[] = await once(child, 'message');
  return { child, port: z.object({ port: z.number() }).parse(message).port };
}

/** Each message is sent once. The child is killed in full flow, after enough acknowledgements. */
async function publishUntilKilled(
  child: ChildProcess,
  port: number,
  credentials: { ca: string; cert: string; key: string },
  life: number,
  onTurn: () => void,
): Promise<string[]> {
  const client = await openTestMqttClient({ port, credentials, clientId: 'st-1' });
  await until('CONNACK arrives', () => client.received.length > 0);
  const acknowledged: string[] = [];
  const inFlight = new Map<number, string>();
  let sent = 0;
  let isKilled = false;
  client.publish('retained/' + String(life), `retained ${life}`, { id: 60_000, retain: true });
  await until('the retained message is acknowledged', () => client.takeAck(60_000));
  await until('the child is dead', () => {
    onTurn();
    for (const [id, payload] of inFlight) {
      if (!client.takeAck(id)) continue;
      inFlight.delete(id);
      acknowledged.push(payload);
    }
    while (!client.isClosed() && inFlight.size < IN_FLIGHT) {
      const payload = `life ${life} message ${++sent}`;
      inFlight.set(sent, payload);
      client.publish(sent % 10 === 0 ? 't/session' : 't/other', payload, { id: sent });
    }
    if (acknowledged.length >= MESSAGES_PER_LIFE && !isKilled) {
      isKilled = true;
      child.kill('SIGKILL');
    }
    return client.isClosed();
  });
  return acknowledged;
}
