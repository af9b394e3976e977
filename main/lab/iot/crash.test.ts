import { build } from 'esbuild';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openIot } from './iot.ts';
import { callRoute, IDENTITY, makeDevice, NO_OBJECTS, openRecordingStreams, testFolder } from './test-lab.ts';
import { openTestMqttClient, until } from './test-mqtt-client.ts';

const MESSAGES_PER_LIFE = 3_000;
const IN_FLIGHT = 100;

it('loses nothing that it acknowledged and delivers nothing twice when it is killed again and again', async () => {
  const folder = await testFolder();
  const device = await prepare(folder);
  const program = join(folder, 'child.cjs');
  await build({
    entryPoints: [join(process.cwd(), 'main/lab/iot/crash-child.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    logLevel: 'error',
  });

  const acknowledged: string[] = [];
  for (let life = 0; life < 3; life++) {
    const { child, port } = await startChild(program, folder);
    acknowledged.push(...(await publishUntilKilled(child, port, device, life)));
  }
  const { child } = await startChild(program, folder);
  const drained = once(child, 'message');
  child.send('drain');
  expect((await drained)[0]).toBe('drained');
  child.kill('SIGKILL');

  const delivered = openRecordingStreams(join(folder, 'streams'), []).records();
  const distinct = new Set(delivered);
  const missing = acknowledged.filter((payload) => !distinct.has(payload));
  expect({
    missing: missing.length,
    repeated: delivered.length - distinct.size,
    acknowledged: acknowledged.length >= 3 * MESSAGES_PER_LIFE,
  }).toEqual({ missing: 0, repeated: 0, acknowledged: true });
});

async function prepare(folder: string) {
  const iot = await openIot({
    folder,
    identity: IDENTITY,
    mqttPort: 0,
    streams: openRecordingStreams(join(folder, 'streams'), []),
    objects: NO_OBJECTS,
    onChange: () => undefined,
  });
  const device = await makeDevice(iot, 'st-1', [
    { Action: 'iot:Connect', Resource: 'client/st-1' },
    { Action: 'iot:Publish', Resource: 'topic/t' },
  ]);
  await callRoute(iot.routes, 'CreateTopicRule', {
    params: { ruleName: 'all' },
    body: {
      sql: "SELECT * FROM 't'",
      actions: [{ firehose: { deliveryStreamName: 'weather', roleArn: IDENTITY.roleArn } }],
    },
  });
  await iot.close();
  return device;
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
): Promise<string[]> {
  const client = await openTestMqttClient({ port, credentials, clientId: 'st-1' });
  await until('CONNACK arrives', () => client.received.length > 0);
  const acknowledged: string[] = [];
  const inFlight = new Map<number, string>();
  let sent = 0;
  let isKilled = false;
  await until('the child is dead', () => {
    for (const [id, payload] of inFlight) {
      if (!client.takeAck(id)) continue;
      inFlight.delete(id);
      acknowledged.push(payload);
    }
    while (!client.isClosed() && inFlight.size < IN_FLIGHT) {
      const payload = `life ${life} message ${++sent}`;
      inFlight.set(sent, payload);
      client.publish('t', payload, { id: sent });
    }
    if (acknowledged.length >= MESSAGES_PER_LIFE && !isKilled) {
      isKilled = true;
      child.kill('SIGKILL');
    }
    return client.isClosed();
  });
  return acknowledged;
}
