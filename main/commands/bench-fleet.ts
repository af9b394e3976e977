/** `isobar bench fleet`: a thousand stations with a certificate each: how fast they are provisioned and connected, how true their rate is, what it costs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../preload/errors.ts';
import type { FleetStatus } from '../../preload/shapes.ts';
import { nodeFork } from '../control/child.ts';
import { openControl, type Control } from '../control/control.ts';
import { createDeviceKey } from '../control/device-identity.ts';
import { viewerIdentity } from '../control/provisioning.ts';
import { openVault } from '../control/vault.ts';
import type { BenchLine, BenchOptions } from './bench-line.ts';
import { processSeconds } from './process-accounts.ts';
import { connectAll } from './shared-certificate.ts';
import { until } from './until.ts';

const STATIONS = 1_000;
const CONNECTED_AT_ONCE = 500;
const LIMIT_MS = 180_000;
/** After a start or a change of speed the first seconds hold connections and catching up, which are no part of the rate. */
const SETTLE_MS = 3_000;
/** Messages a second a station, and how many stations are asked for it: what AWS allows one connection ends at 100. */
const RATES = [
  { rate: 1, stations: STATIONS },
  { rate: 10, stations: 100 },
  { rate: 100, stations: 50 },
] as const;

const WAYS = { direct: 'by calls for each', bulk: 'by one bulk task' } as const;

const SETTINGS = { theme: 'system', language: 'system', finalNewline: true, awsQuotas: false } as const;

export async function* benchFleet({ distFolder, dataFolder, seconds }: BenchOptions): AsyncGenerator<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-bench-'));
  const vault = await openVault(join(folder, 'vault'), null);
  const control = await openControl({
    folder,
    dataFolder,
    fork: nodeFork(distFolder),
    vault,
    settings: () => SETTINGS,
    firstStations: false,
    port: 0,
    mqttPort: 0,
  });
  try {
    await control.ready;
    const keys = await secondsOf(async () => {
      for (let n = 0; n < STATIONS; n++) await createDeviceKey(`station-${n}`);
    });
    let ids: readonly string[] = [];
    for (const way of ['direct', 'bulk'] as const) {
      const provisioned = await secondsOf(async () => {
        ids = await provision(control, way);
      });
      yield line('provisioned', `${STATIONS} stations with a certificate each, ${WAYS[way]}`, {
        value: provisioned,
        unit: 's',
        reference: `making ${STATIONS} keys and signing requests alone`,
        referenceValue: keys,
      });
    }

    // At real time nothing falls due while they connect.
    await control.fleet.setSpeed(ids, 1);
    const { target } = control.connection();
    const viewer = await viewerIdentity(vault, control.connection());
    const shared =
      (await connectAll(CONNECTED_AT_ONCE, {
        host: target.mqttHost,
        port: target.mqttPort,
        ca: target.mqttCa,
        certificatePem: viewer.certificatePem,
        keyPem: viewer.keyPem,
        clientId: viewer.clientId,
      })) / 1_000;
    const half = ids.slice(0, CONNECTED_AT_ONCE);
    const distinct = await secondsOf(() => connect(control, half));
    yield line('connected', `${CONNECTED_AT_ONCE} stations with ${CONNECTED_AT_ONCE} certificates`, {
      value: distinct,
      unit: 's',
      reference: `${CONNECTED_AT_ONCE} plain clients with one shared certificate`,
      referenceValue: shared,
    });
    const rest = await secondsOf(() => connect(control, ids.slice(CONNECTED_AT_ONCE)));
    yield line('connected', `${STATIONS} stations with ${STATIONS} certificates`, {
      value: distinct + rest,
      unit: 's',
      reference: `${CONNECTED_AT_ONCE} plain clients with one shared certificate, twice`,
      referenceValue: 2 * shared,
    });

    for (const { rate, stations } of RATES) yield* measureRate(control, ids.slice(0, stations), rate, seconds);
  } finally {
    await control.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves with the ids of the new stations when each is ready to be started. */
async function provision(control: Control, way: keyof typeof WAYS): Promise<readonly string[]> {
  const before = new Set(control.fleet.status().stations.map(({ id }) => id));
  await control.provisioner.start({
    way,
    pattern: `${way}-{n}`,
    count: STATIONS,
    first: 1,
    set: null,
    thingType: null,
    group: null,
    attributes: {},
    policy: null,
  });
  await until(`the stations are provisioned by ${way}`, LIMIT_MS, () => {
    const { job } = control.provisioner.status();
    if (job === null || job.failed > 0 || job.error !== null) {
      const failure = job?.error ?? job?.items.find(({ error }) => error !== null)?.error;
      throw new AppError(failure?.code ?? 'bench.noJob', failure?.message ?? 'The provisioning job is gone.');
    }
    return job.state === 'done';
  });
  const made = control.fleet.status().stations.flatMap(({ id }) => (before.has(id) ? [] : [id]));
  await untilAll(control, made, 'is ready', ({ state }) => state === 'idle');
  return made;
}

async function connect(control: Control, ids: readonly string[]): Promise<void> {
  await control.fleet.start(ids);
  await untilAll(control, ids, 'is connected', ({ state }) => state === 'live');
}

async function* measureRate(
  control: Control,
  ids: readonly string[],
  rate: number,
  seconds: number,
): AsyncGenerator<BenchLine> {
  await control.fleet.pause(control.fleet.status().stations.map(({ id }) => id));
  await control.fleet.rewind(ids);
  await setRate(control, ids, rate);
  await control.fleet.start(ids);
  await untilAll(control, ids, 'sends', ({ acknowledged }) => acknowledged > 0);
  await pause(SETTLE_MS);

  const pid = control.pids().stations;
  const cpu = async () => (pid === null ? null : processSeconds(pid));
  const [before, cpuBefore, begun] = [acknowledgedBy(control, ids), await cpu(), performance.now()];
  await pause(seconds * 1_000);
  const [after, cpuAfter, ended] = [acknowledgedBy(control, ids), await cpu(), performance.now()];
  const elapsed = (ended - begun) / 1_000;
  if (chosen(control.fleet.status(), ids).some(({ state }) => state !== 'live')) {
    throw new AppError(
      'bench.tooShort',
      `A station did not send through the whole measurement at ${rate} messages/s.`,
      {
        hint: 'Give fewer --seconds.',
      },
    );
  }
  yield line('rate', `acknowledged, ${ids.length} stations at ${rate} messages/s each`, {
    value: (after - before) / elapsed,
    unit: 'messages/s',
    reference: 'asked',
    referenceValue: rate * ids.length,
  });
  if (cpuBefore !== null && cpuAfter !== null) {
    yield line('cpu', `stations process, ${ids.length} stations at ${rate} messages/s each`, {
      value: cpuAfter - cpuBefore,
      unit: 's',
      reference: 'one core for the same time',
      referenceValue: elapsed,
    });
  }
}

/** The speed at which the file of each station yields so many messages a second. */
async function setRate(control: Control, ids: readonly string[], rate: number): Promise<void> {
  await control.fleet.setSpeed(ids, 1);
  await control.fleet.start(ids);
  await untilAll(control, ids, 'knows its pace', ({ targetRate, speed }) => speed === 1 && targetRate > 0);
  await control.fleet.pause(ids);
  const bySpeed = new Map<number, string[]>();
  for (const { id, targetRate } of chosen(control.fleet.status(), ids)) {
    const speed = rate / targetRate;
    bySpeed.set(speed, [...(bySpeed.get(speed) ?? []), id]);
  }
  for (const [speed, group] of bySpeed) await control.fleet.setSpeed(group, speed);
}

function acknowledgedBy(control: Control, ids: readonly string[]): number {
  return chosen(control.fleet.status(), ids).reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}

function chosen({ stations }: FleetStatus, ids: readonly string[]): FleetStatus['stations'] {
  const wanted = new Set(ids);
  return stations.filter(({ id }) => wanted.has(id));
}

async function untilAll(
  control: Control,
  ids: readonly string[],
  what: string,
  isTrue: (station: FleetStatus['stations'][number]) => boolean,
): Promise<void> {
  await until(`every station ${what}`, LIMIT_MS, () => {
    const stations = chosen(control.fleet.status(), ids);
    const faulty = stations.find(({ state }) => state === 'faulty');
    if (faulty?.error) throw new AppError(faulty.error.code, `Station ${faulty.id}: ${faulty.error.message}`);
    return stations.every(isTrue);
  });
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1_000;
}

function line(
  bench: string,
  figure: string,
  measured: Pick<BenchLine, 'value' | 'unit' | 'reference' | 'referenceValue'>,
): BenchLine {
  const { value, unit, reference, referenceValue } = measured;
  return {
    bench: `fleet.${bench}`,
    figure,
    value: rounded(value),
    unit,
    reference,
    referenceValue: rounded(referenceValue),
    ratio: rounded(value / referenceValue),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
