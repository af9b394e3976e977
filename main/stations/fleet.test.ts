/** The fleet against a real TLS broker: nothing lost, nothing out of order, one station's trouble is its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StationStatus } from '../../preload/shapes.ts';
import type { MqttIdentity, StationSpec } from './api.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { connectDevice } from './mqtt.ts';
import { createScheduler, realTiming } from './scheduler.ts';
import { createAuthority, startTestBroker, type Authority, type Faults, type TestBroker } from './test-broker.ts';
import { until, writeHours } from './test-files.ts';

let folder: string;
let authority: Authority;
const cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-stations-'));
  authority = await createAuthority('Test authority');
});
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function openFleet(faults: Faults = {}) {
  const broker = await startTestBroker(authority, faults);
  const statuses = new Map<string, StationStatus>();
  const fleet = createFleet({
    connect: connectDevice,
    scheduler: createScheduler(realTiming),
    random: () => 0,
    onStatus: ({ stations }) => {
      for (const station of stations) statuses.set(station.id, station);
    },
  });
  cleanUp.push(
    () => broker.stop(),
    () => fleet.stop(),
  );
  fleet.useBroker(broker.address);
  const status = (id: string): StationStatus => {
    const found = statuses.get(id);
    if (found === undefined) throw new Error(`no status of ${id} yet`);
    return found;
  };
  const reaches = (id: string, state: StationStatus['state']) =>
    until(
      `${id} is ${state}`,
      () => statuses.get(id)?.state === state,
      () => statuses.get(id),
    );
  return { broker, fleet, status, reaches };
}

function spec(identity: MqttIdentity, file: string, more: Partial<StationSpec> = {}): StationSpec {
  return {
    ...identity,
    id: identity.clientId,
    name: 'Test',
    kind: 'file',
    thingName: identity.clientId,
    topic: `weather/${identity.clientId}`,
    latitude: null,
    longitude: null,
    elevation: null,
    file,
    speed: 3_600,
    position: 0,
    acknowledged: 0,
    ...more,
  };
}

/** The tenths of °C a station's messages say, in order of arrival: which observations they are. */
function observationsOf(broker: TestBroker, clientId: string): number[] {
  return broker.received
    .filter((message) => message.clientId === clientId)
    .map(({ payload }) => {
      const { air_temperature: temperature } = JSON.parse(payload) as { air_temperature: { value: number } };
      return Math.round(temperature.value * 10);
    });
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_entry, n) => n);

/** Sends an hourly file of a few hundred observations in a second or two. */
const FAST = 500_000;

async function put(fleet: Fleet, name: string, file: string, more: Partial<StationSpec> = {}): Promise<void> {
  await fleet.put(spec(await authority.issue(name), file, more));
}

test('every observation arrives once, in order, whatever pauses and speeds come in between', async () => {
  const { broker, fleet, status, reaches } = await openFleet();
  const file = await writeHours(folder, 'pauses', 400);
  await put(fleet, 'swift', file, { speed: FAST });
  await put(fleet, 'slow', file, { speed: FAST / 4 });
  fleet.start(['swift', 'slow']);
  await until('a few have arrived', () => observationsOf(broker, 'swift').length >= 20);
  fleet.pause(['swift']);
  await reaches('swift', 'paused');
  const paused = observationsOf(broker, 'swift').length;
  expect(status('swift')).toMatchObject({
    position: paused,
    acknowledged: paused,
    sent: paused,
    rate: expect.any(Number),
  });
  fleet.setSpeed(['swift'], FAST / 2);
  fleet.start(['swift']);
  await until('some more have arrived', () => observationsOf(broker, 'swift').length >= paused + 30);
  expect(status('swift').state).toBe('live');
  fleet.setSpeed(['swift', 'slow'], 1e12);
  await reaches('swift', 'finished');
  await reaches('slow', 'finished');
  expect(observationsOf(broker, 'swift')).toEqual(upTo(400));
  expect(observationsOf(broker, 'slow')).toEqual(upTo(400));
  expect(broker.received.every(({ payload }) => payload.endsWith('}\n'))).toBe(true);
  const kept = fleet.sentMessages();
  const newest = (clientId: string): unknown => kept.find((message) => message.clientId === clientId);
  const last = broker.received.findLast(({ clientId }) => clientId === 'slow');
  expect(kept).toHaveLength(500);
  expect(newest('slow')).toMatchObject({ topic: 'weather/slow', payload: last?.payload });
  expect(status('swift')).toMatchObject({
    position: 400,
    length: 400,
    sent: 400,
    acknowledged: 400,
    failed: 0,
    behind: 0,
    error: null,
    simulatedTime: '2023-01-17T15:00:00.000Z',
    latest: { temperature: 39.9 },
  });
  expect(status('swift').sparkline).toEqual(
    upTo(400)
      .slice(-60)
      .map((n) => n / 10),
  );
});

test('two speeds are two rates: the due times follow the slider', async () => {
  const { broker, fleet, status } = await openFleet();
  const file = await writeHours(folder, 'rates', 3_000);
  await put(fleet, 'one', file, { speed: 3_600 * 20 });
  await put(fleet, 'four', file, { speed: 3_600 * 80 });
  fleet.start(['one', 'four']);
  await until('the slow one has sent 40', () => observationsOf(broker, 'one').length >= 40);
  const [one, four] = [observationsOf(broker, 'one').length, observationsOf(broker, 'four').length];
  expect(four / one).toBeGreaterThan(2);
  expect([status('one').targetRate, status('four').targetRate].map(Math.round)).toEqual([20, 80]);
});

test('a broker that goes away and comes back has every observation in the end', async () => {
  const { broker, fleet, status, reaches } = await openFleet();
  await put(fleet, 'steady', await writeHours(folder, 'restart', 300), { speed: FAST });
  fleet.start(['steady']);
  await until('some have arrived', () => observationsOf(broker, 'steady').length >= 50);
  await broker.crash();
  await reaches('steady', 'connecting');
  expect(status('steady').error?.code).toMatch(/^mqtt\.(connectionLost|noListener)$/);
  await broker.restart();
  await reaches('steady', 'finished');
  const arrived = observationsOf(broker, 'steady');
  expect([...new Set(arrived)].toSorted((a, b) => a - b)).toEqual(upTo(300));
  // Only what was under way when the broker died may have come twice.
  expect(arrived.length).toBeLessThanOrEqual(350);
  expect(status('steady')).toMatchObject({ acknowledged: 300, position: 300, error: null });
});

test('a message without acknowledgement is sent again, in its place', async () => {
  const { broker, fleet, status, reaches } = await openFleet({ dropAfter: 25 });
  await put(fleet, 'dropped', await writeHours(folder, 'dropped', 60), { speed: 1e12 });
  fleet.start(['dropped']);
  await reaches('dropped', 'finished');
  const { sent, acknowledged, failed } = status('dropped');
  expect([...new Set(observationsOf(broker, 'dropped'))]).toEqual(upTo(60));
  expect(acknowledged).toBe(60);
  expect(failed).toBeGreaterThan(0);
  expect(sent).toBe(acknowledged + failed);
});

test('a replay goes on from its position, and from the beginning after a rewind', async () => {
  const { broker, fleet, status, reaches } = await openFleet();
  await put(fleet, 'again', await writeHours(folder, 'again', 30), { speed: 1e12, position: 20, acknowledged: 20 });
  await reaches('again', 'paused');
  expect(await fleet.preview('again')).toEqual({
    topic: 'weather/again',
    payload: expect.stringContaining('"2023-01-01') as string,
  });
  fleet.start(['again']);
  await reaches('again', 'finished');
  fleet.rewind(['again']);
  await reaches('again', 'idle');
  expect(status('again').position).toBe(0);
  fleet.setFinalNewline(false);
  fleet.start(['again']);
  await reaches('again', 'finished');
  expect(observationsOf(broker, 'again')).toEqual([...upTo(30).slice(20), ...upTo(30)]);
  expect(broker.received.at(-1)?.payload.endsWith('}')).toBe(true);
  expect(status('again').acknowledged).toBe(60);
});

test('observations out of time order are sent in file order', async () => {
  const { broker, fleet, reaches } = await openFleet();
  const jumbled = await writeHours(folder, 'jumbled', 40, (n) => (n % 7 === 3 ? n - 3 : n));
  await put(fleet, 'jumbled', jumbled, { speed: FAST });
  fleet.start(['jumbled']);
  await reaches('jumbled', 'finished');
  expect(observationsOf(broker, 'jumbled')).toEqual(upTo(40));
});

test('a station whose certificate or client id is refused becomes faulty and stops no other', async () => {
  const { broker, fleet, status, reaches } = await openFleet({
    refusedClients: ['unwelcome'],
    refusedPublishers: ['silenced'],
  });
  const file = await writeHours(folder, 'faulty', 200);
  const stranger = await createAuthority('Another authority');
  await fleet.put(spec(await stranger.issue('stranger'), file));
  const mixed = { ...(await authority.issue('mixed')), keyPem: (await authority.issue('other')).keyPem };
  await fleet.put(spec(mixed, file));
  await put(fleet, 'unwelcome', file);
  await put(fleet, 'silenced', file);
  await put(fleet, 'good', file, { speed: FAST });
  fleet.start(['stranger', 'mixed', 'unwelcome', 'silenced', 'good']);
  await reaches('good', 'finished');
  await reaches('mixed', 'faulty');
  await reaches('unwelcome', 'faulty');
  await reaches('stranger', 'faulty');
  await reaches('silenced', 'faulty');
  expect(['stranger', 'mixed', 'unwelcome', 'silenced'].map((id) => status(id).error?.code)).toEqual([
    'mqtt.certificateRefused',
    'mqtt.badIdentity',
    'mqtt.connectRefused',
    'mqtt.keepsClosing',
  ]);
  expect(observationsOf(broker, 'good')).toEqual(upTo(200));
});

test('a broker of another authority is not trusted, and a file that is none is refused at once', async () => {
  const { broker, fleet, status, reaches } = await openFleet();
  const other = await createAuthority('Another authority');
  await put(fleet, 'careful', await writeHours(folder, 'careful', 10));
  fleet.useBroker({ ...broker.address, ca: other.ca });
  fleet.start(['careful']);
  await reaches('careful', 'faulty');
  expect(status('careful').error?.code).toBe('mqtt.untrustedServer');
  const text = join(folder, 'text.csv');
  await writeFile(text, 'this,is\nno,weather\n');
  await expect(put(fleet, 'text', text)).rejects.toMatchObject({ code: expect.stringMatching(/^noaa\./) as string });
});
