/** kill -9 of the lab and of the stations process while messages flow: both come back, and no acknowledged observation is missing from the lake. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { queryRows, runQuery } from '../cloud/query.ts';
import { until } from '../commands/until.ts';
import { messageText } from '../noaa/message.ts';
import { readObservations } from '../noaa/observation-file.ts';
import { nodeFork } from './child.ts';
import { openControl, type Control } from './control.ts';
import { openVault } from './vault.ts';

const root = join(import.meta.dirname, '..', '..');
const cleanUp: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function startFleet(): Promise<{ control: Control; ids: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-crash-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const control = await openControl({
    folder,
    dataFolder: join(root, 'data'),
    fork: nodeFork(join(root, 'dist')),
    vault: await openVault(join(folder, 'vault'), null),
    settings: () => ({ theme: 'system', language: 'system', finalNewline: true, awsQuotas: false }),
    firstStations: true,
    port: 0,
    mqttPort: 0,
  });
  cleanUp.push(() => control.stop());
  await control.ready;
  const ids = control.fleet.status().stations.map((station) => station.id);
  await control.pipeline.setUp();
  return { control, ids };
}

const acknowledged = (control: Control) =>
  control.fleet.status().stations.reduce((sum, station) => sum + station.acknowledged, 0);

/** Ends a process the hard way and waits until it was seen to fall, is back, and every station publishes again. */
async function killAndRecover(control: Control, name: 'lab' | 'stations'): Promise<void> {
  const state = () => control.health().processes.find((process) => process.name === name)?.state;
  const pid = control.pids()[name];
  if (pid === null) throw new Error(`the ${name} process is not running`);
  process.kill(pid, 'SIGKILL');
  await until(`the fall of ${name} to be noticed`, 10_000, () => state() === 'restarting');
  await until(`${name} to be back`, 20_000, () => state() === 'ready');
  const before = new Map(control.fleet.status().stations.map((station) => [station.id, station.acknowledged]));
  await until('every station to publish again', 40_000, () =>
    control.fleet
      .status()
      .stations.every((station) => station.state === 'live' && station.acknowledged > (before.get(station.id) ?? 0)),
  );
}

test('a killed lab and a killed stations process lose no acknowledged observation', { timeout: 180_000 }, async () => {
  const { control, ids } = await startFleet();
  await control.fleet.setSpeed(ids, 86_400);
  await control.fleet.start(ids);
  await until('messages to flow', 30_000, () => acknowledged(control) > 200);

  await killAndRecover(control, 'lab');
  await killAndRecover(control, 'stations');
  await killAndRecover(control, 'lab');

  await control.fleet.pause(ids);
  await until('every sent message to be acknowledged', 60_000, () =>
    control.fleet
      .status()
      .stations.every(
        (station) => station.state === 'paused' && station.sent === station.acknowledged + station.failed,
      ),
  );
  await control.lab.drain();
  await control.lab.flush();
  await control.pipeline.crawl();

  const { clients } = control.connection();
  const { database, table, output } = control.pipeline.names();
  const inLake = new Set<string>();
  const sql = `SELECT DISTINCT weather_station, time FROM ${table}`;
  const { id } = await runQuery(clients, { sql, database, output }, AbortSignal.timeout(60_000));
  let token: string | null = null;
  do {
    const page = await queryRows(clients, { id, token });
    for (const [station, time] of page.rows) inLake.add(`${station} ${time}`);
    token = page.token;
  } while (token !== null);

  const missing: string[] = [];
  for (const station of control.fleet.status().stations) {
    let left = station.position;
    expect(left).toBeGreaterThan(0);
    for await (const { record } of readObservations(control.fileOf(station.id))) {
      const message = JSON.parse(messageText(record)) as { weather_station: string; time: string };
      const key = `${message.weather_station} ${message.time}`;
      if (!inLake.has(key)) missing.push(key);
      left -= 1;
      if (left === 0) break;
    }
  }
  expect(missing).toEqual([]);
});
