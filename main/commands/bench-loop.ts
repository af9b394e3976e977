/** `isobar bench loop`: messages/s acknowledged with both rules of the course deployed, against the same fleet on a bare broker in the same run; and the lab's memory over many. */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../preload/errors.ts';
import { createTable } from '../cloud/tables.ts';
import { nodeFork } from '../control/child.ts';
import { openControl, type Control } from '../control/control.ts';
import { labKey } from '../control/lab-key.ts';
import { openVault } from '../control/vault.ts';
import { CreateTopicRuleCommand } from '@aws-sdk/client-iot';
import type { BenchLine, BenchOptions } from './bench-line.ts';
import { acknowledgedBy, memoryOver, pauseAll } from './bench-loop-memory.ts';
import { addStations } from './demo-fleet.ts';
import { until } from './until.ts';

const STATIONS = 50;
const WARM_UP_MS = 2_000;
const LIMIT_MS = 60_000;
/** So fast that every observation is due at once: the fleet sends as fast as acknowledgements let it. */
const AS_FAST_AS_IT_CAN = 1e12;
const MESSAGES = 2_000_000;

/** The second rule of the course: the cold observations, some of their fields under names of their own. */
const COLD_SQL = `SELECT weather_station AS station, time AS observed_at, air_temperature.value AS temperature,
  air_temperature.quality AS details.quality, wind_speed.value AS details.wind_speed, sea_level_pressure.value AS details.pressure
  FROM 'sensor/weather/#' WHERE air_temperature.value < -5`;
const COLD_TABLE = 'cold-observations';

const SETTINGS = { theme: 'system', language: 'system', finalNewline: true, awsQuotas: false } as const;

export async function* benchLoop({
  distFolder,
  dataFolder,
  seconds,
  messages = MESSAGES,
}: BenchOptions): AsyncGenerator<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-bench-'));
  const control = await openControl({
    folder,
    dataFolder,
    fork: nodeFork(distFolder),
    vault: await openVault(join(folder, 'vault'), null),
    settings: () => SETTINGS,
    firstStations: false,
    port: 0,
    mqttPort: 0,
  });
  try {
    await control.ready;
    const ids = addStations(control, STATIONS);
    await until('all stations have their certificates', LIMIT_MS, () =>
      control.fleet.status().stations.every((station) => station.state === 'idle'),
    );
    await control.pipeline.setUp();
    await makeColdRule(control);
    await control.fleet.setSpeed(ids, AS_FAST_AS_IT_CAN);
    const loop = await measure(control, ids, seconds);
    await control.lab.drain();

    const bare = await startBare(distFolder, join(folder, 'lab'), await labKey(control.vault));
    const { target, clients } = control.connection();
    await control.fleet.useTarget({ target: { ...target, mqttPort: bare.port }, clients });
    const reference = await measure(control, ids, seconds);
    bare.stop();
    yield {
      bench: 'loop',
      figure: `acknowledged with the rules to Firehose and DynamoDB, ${STATIONS} stations`,
      value: Math.round(loop),
      unit: 'messages/s',
      reference: 'the same fleet on a bare aedes broker',
      referenceValue: Math.round(reference),
      ratio: Number((loop / reference).toFixed(3)),
    };
    await control.fleet.useTarget({ target, clients });
    yield* memoryOver(control, ids, messages);
  } finally {
    await control.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Acknowledged messages per second over `seconds`, after a warm-up, from the first observation on. */
async function measure(control: Control, ids: readonly string[], seconds: number): Promise<number> {
  await control.fleet.rewind(ids);
  await control.fleet.start(ids);
  await until('every station is connected', LIMIT_MS, () =>
    control.fleet.status().stations.every((station) => station.state === 'live' || station.state === 'finished'),
  );
  await pause(WARM_UP_MS);
  const before = acknowledgedBy(control);
  const start = performance.now();
  await pause(seconds * 1_000);
  const rate = (acknowledgedBy(control) - before) / ((performance.now() - start) / 1_000);
  if (control.fleet.status().stations.some((station) => station.state === 'finished')) {
    throw new AppError('bench.tooShort', 'A station ran out of observations while it was measured.', {
      hint: 'Give fewer --seconds.',
    });
  }
  await pauseAll(control, ids);
  return rate;
}

/** Everything to Firehose is there already. */
async function makeColdRule(control: Control): Promise<void> {
  const { target, clients } = control.connection();
  const { roleArn } = target;
  const key = { hash: { name: 'station', type: 'S' }, range: { name: 'observed_at', type: 'S' } } as const;
  await createTable(clients, { name: COLD_TABLE, key });
  await clients.iot.send(
    new CreateTopicRuleCommand({
      ruleName: 'cold_observations',
      topicRulePayload: {
        sql: COLD_SQL,
        awsIotSqlVersion: '2016-03-23',
        actions: [{ dynamoDBv2: { putItem: { tableName: COLD_TABLE }, roleArn } }],
      },
    }),
  );
}

async function startBare(
  distFolder: string,
  labFolder: string,
  sealKey: string,
): Promise<{ readonly port: number; readonly stop: () => void }> {
  const child = fork(join(distFolder, 'main', 'bare-broker.js'), [], {
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const answer = await new Promise<{ readonly port?: number; readonly error?: string }>((resolve) => {
    child.once('message', (message) => resolve(message as { port?: number; error?: string }));
    child.send({ labFolder, sealKey });
  });
  if (answer.port === undefined)
    throw new AppError(
      'bench.noReference',
      `The reference broker did not start: ${answer.error ?? 'no reason given'}.`,
    );
  return { port: answer.port, stop: () => child.kill() };
}
