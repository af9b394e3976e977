/** `isobar demo`: the whole loop headless in a temporary lab, each hop counted, and the lake's answer compared with the files'. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../preload/errors.ts';
import type { FleetStatus } from '../../preload/shapes.ts';
import { queryRows, runQuery } from '../cloud/query.ts';
import { nodeFork } from '../control/child.ts';
import { openControl, type Control } from '../control/control.ts';
import { openVault } from '../control/vault.ts';
import { addStations } from './demo-fleet.ts';
import { meansFromFiles, sameMean, type StationMean } from './demo-means.ts';
import { countLake } from './lake-count.ts';
import { until } from './until.ts';

export type DemoCommand = {
  readonly distFolder: string;
  readonly dataFolder: string;
  readonly stations: number;
  readonly seconds: number;
  readonly speed: number;
  /** Hears of each hop as it is done. */
  readonly say: (line: string) => void;
};

export type DemoReport = {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly stations: number;
  readonly seconds: number;
  readonly speed: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly rule: {
    readonly matched: number;
    readonly passed: number;
    readonly delivered: number;
    readonly failed: number;
  } | null;
  readonly lake: { readonly objects: number; readonly bytes: number; readonly records: number };
  readonly counted: number;
  readonly rows: readonly {
    readonly station: string;
    readonly meanTemperature: number | null;
    readonly fromFiles: number | null;
    readonly observations: number;
  }[];
};

const SETTLE_LIMIT_MS = 60_000;

const SETTINGS = { theme: 'system', language: 'system', finalNewline: true, awsQuotas: false } as const;

export async function runDemo(command: DemoCommand): Promise<DemoReport> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-demo-'));
  const control = await openControl({
    folder,
    dataFolder: command.dataFolder,
    fork: nodeFork(command.distFolder),
    vault: await openVault(join(folder, 'vault'), null),
    settings: () => SETTINGS,
    firstStations: false,
    port: 0,
    mqttPort: 0,
  });
  const stop = (): void => process.exit(130);
  process.once('SIGINT', stop);
  try {
    return await loop(control, command);
  } finally {
    await control.stop();
    await rm(folder, { recursive: true, force: true });
    process.off('SIGINT', stop);
  }
}

async function loop(control: Control, command: DemoCommand): Promise<DemoReport> {
  const { say } = command;
  await control.ready;
  say('The lab is up.');
  const ids = addStations(control, command.stations);
  await until('all stations have their certificates', SETTLE_LIMIT_MS, () =>
    checkFleet(control).stations.every((station) => station.state === 'idle'),
  );
  say(`${ids.length} stations have keys, certificates and policies of their own.`);
  await control.pipeline.setUp();
  say('Buckets, database, stream, rule and crawler are there.');

  await control.fleet.setSpeed(ids, command.speed);
  await control.fleet.start(ids);
  await replay(control, command);
  await control.fleet.pause(ids);
  await until('every sent message is acknowledged', SETTLE_LIMIT_MS, () => {
    const { stations } = checkFleet(control);
    return stations.every(
      (station) => station.state !== 'live' && station.sent === station.acknowledged + station.failed,
    );
  });
  const fleet = control.fleet.status();
  const sent = sum(fleet, (station) => station.sent);
  const acknowledged = sum(fleet, (station) => station.acknowledged);
  const failed = sum(fleet, (station) => station.failed);
  say(`${acknowledged} messages acknowledged.`);

  await control.lab.drain();
  await control.lab.flush();
  const { clients } = control.connection();
  const names = control.pipeline.names();
  const lake = await countLake(clients, names.raw, names.prefix);
  say(`${lake.records} records in ${lake.objects} objects of the lake.`);
  await control.pipeline.crawl();
  say('Crawled.');

  const ask = async (sql: string) => {
    const { id } = await runQuery(
      clients,
      { sql, database: names.database, output: names.output },
      AbortSignal.timeout(SETTLE_LIMIT_MS),
    );
    return (await queryRows(clients, { id, token: null })).rows;
  };
  const [[count] = []] = await ask(`SELECT count(*) FROM ${names.table}`);
  const counted = Number(count);
  const answer = await ask(
    `SELECT weather_station, avg(air_temperature.value) AS mean_temperature, count(*) AS observations FROM ${names.table} GROUP BY weather_station ORDER BY weather_station`,
  );
  const expected = await meansFromFiles(control, fleet);
  const rows = answer.map(([station, mean, observations]) => ({
    station: station ?? '',
    meanTemperature: mean === null || mean === undefined ? null : Number(mean),
    fromFiles: expected.get(station ?? '')?.mean ?? null,
    observations: Number(observations),
  }));
  const counters = control.lab.activity()?.rules.find((rule) => rule.name === names.rule);
  const rule =
    counters === undefined
      ? null
      : { matched: counters.matched, passed: counters.passed, delivered: counters.delivered, failed: counters.failed };
  const problems = findProblems({ acknowledged, records: lake.records, counted, rows, expected });
  const { stations, seconds, speed } = command;
  return {
    ok: problems.length === 0,
    problems,
    stations,
    seconds,
    speed,
    sent,
    acknowledged,
    failed,
    rule,
    lake,
    counted,
    rows,
  };
}

/** A station that cannot work ends the demo with its own sentence. */
function checkFleet(control: Control): FleetStatus {
  const status = control.fleet.status();
  const faulty = status.stations.find((station) => station.state === 'faulty');
  if (faulty?.error)
    throw new AppError(faulty.error.code, `Station ${faulty.id}: ${faulty.error.message}`, { hint: faulty.error.hint });
  return status;
}

/** Lets the fleet publish for the asked time; a fleet that has sent all it has ends it earlier. */
async function replay(control: Control, { seconds, say }: DemoCommand): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  await until('the replay to end', seconds * 1_000 + SETTLE_LIMIT_MS, () => {
    const status = checkFleet(control);
    return Date.now() >= end || status.stations.every((station) => station.state === 'finished');
  });
  say(`Published for ${seconds} s at ${control.fleet.status().rate.toFixed(0)} messages/s.`);
}

function sum(fleet: FleetStatus, value: (station: FleetStatus['stations'][number]) => number): number {
  return fleet.stations.reduce((total, station) => total + value(station), 0);
}

type Outcome = Pick<DemoReport, 'acknowledged' | 'counted' | 'rows'> & {
  readonly records: number;
  readonly expected: ReadonlyMap<string, StationMean>;
};

function findProblems({ acknowledged, records, counted, rows, expected }: Outcome): string[] {
  const problems: string[] = [];
  if (acknowledged === 0) problems.push('No message was acknowledged.');
  if (records !== acknowledged)
    problems.push(`${acknowledged} messages were acknowledged, but the lake holds ${records}.`);
  if (counted !== records) problems.push(`The lake holds ${records} records, but SQL counts ${counted}.`);
  const silent = [...expected].filter(([, { observations }]) => observations > 0).length;
  if (rows.length !== silent) problems.push(`SQL knows ${rows.length} stations instead of ${silent}.`);
  for (const row of rows) {
    if (!sameMean(row.meanTemperature, row.fromFiles)) {
      problems.push(
        `The mean temperature of ${row.station} is ${row.meanTemperature ?? 'null'} in the lake and ${row.fromFiles ?? 'null'} in the files.`,
      );
    }
  }
  return problems;
}
