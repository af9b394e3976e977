/** `isobar bench fuzz`: broken and hostile bytes at every door of a lab, beside a well-behaved station that must not notice. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, connect as connectTls, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { AppError } from '../../preload/errors.ts';
import { openClients } from '../cloud/clients.ts';
import { provisionDevice } from '../cloud/provision.ts';
import { targetFromLab } from '../cloud/target.ts';
import { nodeFork } from '../control/child.ts';
import { createDeviceKey } from '../control/device-identity.ts';
import { openLocalLab, type LocalLab } from '../control/local-lab.ts';
import type { BenchLine } from './bench-line.ts';
import { FUZZ_BUCKET, httpCase, type HttpCase } from './fuzz/http-cases.ts';
import { mqttCase } from './fuzz/mqtt-cases.ts';
import { seeded } from './fuzz/random.ts';
import { openSteadyClient, type SteadyClient } from './fuzz/steady-client.ts';
import { strike, type Outcome } from './fuzz/strike.ts';
import { webSocketCase } from './fuzz/websocket-cases.ts';

type FuzzOptions = {
  readonly distFolder: string;
  /** For each of the three doors. */
  readonly cases: number;
  readonly seed: number;
};

/** Cases under way at the same time. */
const ABREAST = 8;
/** What the lab takes into memory once (compiled code, caches) is there after so many cases. */
const WARM_UP_CASES = 200;
const QUIET_MS = 2_000;
/** Longer than the lab gives a refused upload to end (30 s). */
const SETTLE_MS = 45_000;

/** Throws AppError `bench.fuzz`, with the case's seed, at the first case that the lab does not bear. */
export async function* benchFuzz({ distFolder, cases, seed }: FuzzOptions): AsyncGenerator<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-fuzz-'));
  const lab = openLocalLab({
    fork: nodeFork(distFolder),
    folder,
    port: 0,
    mqttPort: 0,
    onChange: () => undefined,
    onRefused: () => undefined,
  });
  try {
    const { doors, openStation } = await openDoors(lab);
    const steady = await openStation();
    await pause(QUIET_MS);
    const quiet = steady.takeTimes();
    for (const door of doors) await storm(door, Math.min(WARM_UP_CASES, cases), seed);
    const pid = lab.pids().lab;
    const before = await lab.usage();
    for (const door of doors) {
      steady.takeTimes();
      const survived = await storm(door, cases, seed + 1);
      yield line(`${door.name}: cases borne`, 'cases', survived, 'cases sent', cases);
      const times = steady.takeTimes();
      yield line(
        `${door.name}: slowest 1% of the station's acknowledgements`,
        'ms',
        rank(times),
        'with nobody else there',
        rank(quiet),
      );
    }
    await steady.stop();
    yield line(
      'the station’s messages acknowledged',
      'messages',
      steady.acknowledged(),
      'published',
      steady.published(),
    );
    if (steady.acknowledged() !== steady.published()) throw failed('the well-behaved station lost its connection');
    if (lab.pids().lab !== pid) throw failed('the lab did not live through it');
    // The last connections and their timers go within their limits.
    await pause(cases > WARM_UP_CASES ? SETTLE_MS : 0);
    const after = await lab.usage();
    yield line(
      'heap of the lab after all cases',
      'MB',
      megabytes(after.heapBytes),
      'before',
      megabytes(before.heapBytes),
    );
    yield line('open handles of the lab after all cases', 'handles', after.handles, 'before', before.handles);
  } finally {
    await lab.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Door = {
  readonly name: string;
  readonly strike: (seed: number) => Promise<Outcome & { readonly isForged: boolean }>;
};

async function openDoors(
  lab: LocalLab,
): Promise<{ readonly doors: readonly Door[]; readonly openStation: () => Promise<SteadyClient> }> {
  const report = await lab.ready();
  const clients = openClients(targetFromLab(report));
  const host = `127.0.0.1:${report.port}`;
  const openTls = async (thingName: string): Promise<() => TLSSocket> => {
    const { csrPem, keyPem } = await createDeviceKey(thingName);
    const { certificatePem } = await provisionDevice(clients, { thingName, topic: `fuzz/${thingName}`, csrPem });
    const secureContext = createSecureContext({ ca: report.ca, cert: certificatePem, key: keyPem });
    return () => connectTls({ host: '127.0.0.1', port: report.mqttPort, servername: report.mqttHost, secureContext });
  };
  const station = await openTls('steady');
  const broken = await openTls('broken');
  await clients.s3.send(new CreateBucketCommand({ Bucket: FUZZ_BUCKET }));
  clients.close();
  const overHttp = (make: (seed: number) => HttpCase) => async (seed: number) => {
    const { bytes, isForged } = make(seed);
    return { ...(await strike(connect(report.port, '127.0.0.1'), 'connect', bytes)), isForged };
  };
  return {
    doors: [
      {
        name: 'MQTT over TLS',
        strike: async (seed) => {
          const bytes = mqttCase(seeded(seed), 'broken', 'fuzz/broken');
          return { ...(await strike(broken(), 'secureConnect', bytes)), isForged: false };
        },
      },
      { name: 'WebSocket', strike: overHttp((seed) => webSocketCase(seeded(seed), report, host)) },
      { name: 'HTTP', strike: overHttp((seed) => httpCase(seeded(seed), report, host)) },
    ],
    openStation: async () => {
      const socket = station();
      await once(socket, 'secureConnect');
      return openSteadyClient(socket, 'steady', 'fuzz/steady');
    },
  };
}

/** Resolves with the number of cases the door has borne, which is all of them. */
async function storm(door: Door, cases: number, seed: number): Promise<number> {
  let started = 0;
  let borne = 0;
  const one = async (): Promise<void> => {
    while (started < cases) {
      const caseSeed = Math.imul(seed, 0x9e3779b1) + started++;
      const problem = await door.strike(caseSeed).then(problemOf, (error: unknown) => String(error));
      if (problem !== null) throw failed(`${door.name}, case seed ${caseSeed}: ${problem}`);
      borne += 1;
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, one));
  return borne;
}

function problemOf({ answer, hasEnded, isForged }: Outcome & { readonly isForged: boolean }): string | null {
  if (!hasEnded) return 'the lab did not end the connection';
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  if (status === 500) return 'the lab met a bug of its own';
  if (isForged && status < 400) return `a forged signature was answered with "${answer.slice(0, 40)}"`;
  return null;
}

function failed(what: string): AppError {
  return new AppError('bench.fuzz', `Fuzzing found something: ${what}.`);
}

function line(figure: string, unit: string, value: number, reference: string, referenceValue: number): BenchLine {
  const ratio = Number((value / referenceValue).toFixed(3));
  return { bench: 'fuzz', figure, value, unit, reference, referenceValue, ratio };
}

/** The time that 99% of all stay below, in ms. */
function rank(times: readonly number[]): number {
  return Number((times[Math.floor(times.length * 0.99)] ?? Number.NaN).toFixed(1));
}

function megabytes(bytes: number): number {
  return Number((bytes / 2 ** 20).toFixed(1));
}
