/** The process as main starts it: bundled, forked, spoken to over its port, gone when its parent is. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleProgram } from '../test-program.ts';
import type { FleetStatus } from '../../preload/shapes.ts';
import type { TopicBatch } from '../../preload/shapes-topics.ts';
import { openRpc, type Listener } from '../rpc.ts';
import type { StationsProcess } from './api.ts';
import { createAuthority, startTestBroker } from './test-broker.ts';
import { ALL, until, writeHours } from './test-files.ts';

let folder: string;
let child: ChildProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-stations-process-'));
  const program = await bundleProgram(resolve('main/stations/process.ts'), folder);
  child = fork(program, [], {
    serialization: 'advanced',
    env: { ...process.env, NODE_PATH: resolve('node_modules') },
  });
});
afterAll(async () => {
  child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('it reports ready, replays a station, shows its messages, stops cleanly and goes with its parent', async () => {
  const rpc = openRpc<StationsProcess, Listener>(
    {
      post: (message) => child.send(message as object),
      onMessage: (listener) => child.on('message', listener),
      onClose: (listener) => child.once('exit', listener),
    },
    {},
  );
  await new Promise<void>((ready) => rpc.on('ready', () => ready()));
  const authority = await createAuthority('Test authority');
  const broker = await startTestBroker(authority);
  const fleet: FleetStatus[] = [];
  const batches: TopicBatch[] = [];
  rpc.on('status', (status) => fleet.push(status));
  rpc.on('topics', ({ batch }) => {
    batches.push(batch);
    void rpc.call('acknowledgeBatch', { subscription: 1 });
  });
  await rpc.call('useBroker', { broker: broker.address, viewer: await authority.issue('viewer') });
  await rpc.call('subscribe', { subscription: 1, filter: 'weather/#', qos: 1, look: ALL });
  await until('the viewer is subscribed', () => batches.at(-1)?.state === 'subscribed');
  await rpc.call('put', {
    ...(await authority.issue('device')),
    id: 'device',
    name: 'Test',
    kind: 'file',
    thingName: 'device',
    topic: 'weather/device',
    latitude: null,
    longitude: null,
    elevation: null,
    file: await writeHours(folder, 'device', 120),
    speed: 1e12,
    position: 0,
    acknowledged: 0,
  });
  await rpc.call('start', { ids: ['device'] });
  await until('the station has sent all', () => fleet.at(-1)?.stations[0]?.state === 'finished');
  await until('the viewer has seen all', () => batches.at(-1)?.received === 120);
  expect(fleet.at(-1)).toMatchObject({ acknowledged: 120, stations: [{ position: 120, failed: 0 }] });
  const sent = await Promise.all(
    broker.received.map((_message, index) => rpc.call('topicMessage', { subscription: 1, n: index + 1 })),
  );
  expect(sent.map((message) => message.text)).toEqual(broker.received.map((message) => message.payload));
  await expect(rpc.call('start', { ids: ['nobody'] })).rejects.toMatchObject({ code: 'stations.unknown' });
  await rpc.call('stop', {});
  await broker.stop();
  const exit = once(child, 'exit');
  child.disconnect();
  expect(await exit).toEqual([0, null]);
});
