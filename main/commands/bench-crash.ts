/** `isobar bench crash`: messages through S3, Firehose and DynamoDB actions while the lab is killed again and again: is every acknowledged one there? */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { AppError } from '../../preload/errors.ts';
import { openClients } from '../cloud/clients.ts';
import { provisionDevice } from '../cloud/provision.ts';
import { targetFromLab } from '../cloud/target.ts';
import { createDeviceKey } from '../control/device-identity.ts';
import type { BenchLine } from './bench-line.ts';
import { countDestinations, setUpDestinations, type Arrivals } from './crash-destinations.ts';
import { startCrashLab, type CrashLab } from './crash-lab.ts';
import { openCrashPublisher } from './crash-publisher.ts';
import { seeded } from './fuzz/random.ts';

type CrashOptions = {
  readonly distFolder: string;
  /** Acknowledged ones. */
  readonly messages?: number | undefined;
  readonly kills: number;
  /** Where chance begins: it says when the lab is killed. */
  readonly seed: number;
};

const STATION = 'crash-station';
const TOPIC = 'crash/messages';
const HOUR_MS = 3_600_000;
const STALL_LIMIT_MS = 120_000;

/** Throws AppError `bench.lost` when an acknowledged message is missing anywhere, `bench.stuck` when the lab takes no more. */
export async function* benchCrash({
  distFolder,
  messages = 1_000_000,
  kills,
  seed,
}: CrashOptions): AsyncGenerator<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-crash-'));
  let lab = await startCrashLab(distFolder, folder);
  try {
    const clients = openClients(targetFromLab(lab.report));
    await setUpDestinations(clients, lab.report.roleArn, TOPIC);
    const { csrPem, keyPem } = await createDeviceKey(STATION);
    const { certificatePem } = await provisionDevice(clients, { thingName: STATION, topic: TOPIC, csrPem });
    clients.close();

    const acknowledged = new Set<number>();
    let sent = 0;
    const numbers = { nextNumber: () => sent++, onAcknowledged: (n: number) => void acknowledged.add(n) };
    const publish = async ({ report }: CrashLab, count: number): Promise<void> => {
      const { ca, mqttPort: port, mqttHost: servername } = report;
      const socket = connect({ host: '127.0.0.1', port, servername, ca, cert: certificatePem, key: keyPem });
      await once(socket, 'secureConnect');
      const publisher = await openCrashPublisher(socket, STATION, TOPIC, numbers);
      await publisher.publish(count);
      socket.destroy();
    };

    const startedAt = performance.now();
    for (const until of killTimes(messages, kills, seed)) {
      // While messages are under way: the lab dies in the middle of everything it does with them.
      // Its connection may not even be open when the lab dies.
      const publishing = publish(lab, messages).catch(() => undefined);
      await acknowledgedUpTo(until, acknowledged, publishing);
      await lab.kill();
      await publishing;
      lab = await startCrashLab(distFolder, folder);
    }
    await acknowledgedUpTo(messages, acknowledged, publish(lab, messages - acknowledged.size));
    const publishedAt = performance.now();
    await lab.rpc.call('drain', {}, { timeoutMs: HOUR_MS });
    await lab.rpc.call('flush', { stream: null }, { timeoutMs: HOUR_MS });
    const seconds = (performance.now() - startedAt) / 1000;
    const publishing = (publishedAt - startedAt) / 1000;

    const after = openClients(targetFromLab(lab.report));
    const destinations = await countDestinations(after);
    after.close();
    for (const [name, arrivals] of Object.entries(destinations)) yield* report(name, arrivals, acknowledged, kills);
    const rate = acknowledged.size / seconds;
    const reference = 'acknowledged by the lab, its restarts included';
    yield line(
      `in all destinations, with ${kills} kills`,
      'messages/s',
      rate,
      reference,
      acknowledged.size / publishing,
    );
  } finally {
    await lab.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function* report(
  name: string,
  arrivals: Arrivals,
  acknowledged: ReadonlySet<number>,
  kills: number,
): Generator<BenchLine> {
  let there = 0;
  let repeated = 0;
  for (const n of acknowledged) {
    const times = arrivals.get(n) ?? 0;
    if (times > 0) there++;
    if (times > 1) repeated += times - 1;
  }
  yield line(`${name}: acknowledged messages that are there`, 'messages', there, 'acknowledged', acknowledged.size);
  yield line(`${name}: duplicates after ${kills} kills`, 'messages', repeated, 'acknowledged', acknowledged.size);
  if (there < acknowledged.size) {
    throw new AppError('bench.lost', `${name} misses ${acknowledged.size - there} acknowledged messages.`);
  }
}

/** Numbers of acknowledged messages at which the lab is killed, ascending. */
function killTimes(messages: number, kills: number, seed: number): readonly number[] {
  const random = seeded(seed);
  return Array.from({ length: kills }, () => 1 + random.whole(Math.max(1, messages - 1))).sort((a, b) => a - b);
}

/** Rejects with AppError `bench.stuck` when the publisher ends before, or nothing is acknowledged for long. */
async function acknowledgedUpTo(
  count: number,
  acknowledged: ReadonlySet<number>,
  publishing: Promise<void>,
): Promise<void> {
  let isEnded = false;
  const onEnd = (): void => void (isEnded = true);
  publishing.then(onEnd, onEnd);
  let last = { size: 0, at: performance.now() };
  while (acknowledged.size < count) {
    if (acknowledged.size > last.size) last = { size: acknowledged.size, at: performance.now() };
    if (isEnded || performance.now() - last.at > STALL_LIMIT_MS) {
      const what = isEnded ? 'closed the connection' : `acknowledged nothing for ${STALL_LIMIT_MS / 1000} s`;
      throw new AppError('bench.stuck', `The lab ${what} after ${acknowledged.size} of ${count} messages.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function line(figure: string, unit: string, value: number, reference: string, referenceValue: number): BenchLine {
  const ratio = Number((value / referenceValue).toFixed(3));
  const rounded = { value: Math.round(value), referenceValue: Math.round(referenceValue) };
  return { bench: 'crash', figure, unit, reference, ratio, ...rounded };
}
