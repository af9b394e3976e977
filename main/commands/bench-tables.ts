/** `isobar bench tables`: puts a second in batches, by the AWS SDK and without it, beside a bare server that is asked the same in the same run; and the lab's memory per item. */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriteItemCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { AppError } from '../../preload/errors.ts';
import { openClients } from '../cloud/clients.ts';
import { createTable } from '../cloud/tables.ts';
import { targetFromLab } from '../cloud/target.ts';
import type { BenchLine } from './bench-line.ts';
import { startCrashLab, type CrashLab } from './crash-lab.ts';
import { processSeconds, residentBytes } from './process-accounts.ts';
import { openSignedPuts, signBatch, type SignedBatch } from './signed-puts.ts';

type TablesOptions = {
  readonly distFolder: string;
  readonly seconds: number;
  /** Items in the table when its memory is looked at. */
  readonly messages?: number | undefined;
};

const TABLE = 'cold-observations';
const KEY = { hash: { name: 'station_id', type: 'S' }, range: { name: 'observation_time', type: 'S' } } as const;
const STATIONS = 50;
const BATCH = 25;
const LANES = 8;
const TURNS = 4;
const READY = 400;
const BARE = 'a bare HTTP server that parses the same requests';
const ITEMS = 1_000_000;
const FIRST_TIME = Date.parse('2014-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;

export async function* benchTables({
  distFolder,
  seconds,
  messages = ITEMS,
}: TablesOptions): AsyncGenerator<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-bench-'));
  const lab = await startCrashLab(distFolder, folder);
  const bare = await startBare(distFolder);
  const target = targetFromLab(lab.report);
  const clients = openClients(target);
  const bareClients = openClients({ ...target, endpoint: `http://127.0.0.1:${bare.port}` });
  const puts = openSignedPuts(LANES);
  const labPort = Number(new URL(lab.report.endpoint).port);
  const nextItems = openItems();
  const sign = (): SignedBatch => signBatch(lab.report, labPort, TABLE, nextItems());
  try {
    await createTable(clients, { name: TABLE, key: KEY });
    const millis = (seconds * 1_000) / TURNS / 4;

    const bySdk = await compare(millis, lab.pid(), bare.pid, (isLab) =>
      putBySdk((isLab ? clients : bareClients).dynamodb, nextItems()),
    );
    yield line(`puts in batches of ${BATCH} by the AWS SDK`, 'puts/s', bySdk.lab.perSecond, BARE, bySdk.bare.perSecond);

    // Signed beforehand, so that the machine works for the server alone. The bare one does not look at the signature.
    const ready = Array.from({ length: READY }, sign);
    let turn = 0;
    const send = async (isLab: boolean): Promise<void> => {
      const batch = ready[turn++ % READY];
      if (batch !== undefined) await puts.send(isLab ? labPort : bare.port, batch);
    };
    const signed = await compare(millis, lab.pid(), bare.pid, send);
    yield line(
      `puts in batches of ${BATCH}, signed beforehand`,
      'puts/s',
      signed.lab.perSecond,
      BARE,
      signed.bare.perSecond,
    );
    yield line('processor time of a put', 'µs', signed.lab.microseconds, BARE, signed.bare.microseconds);

    yield await memory(lab, messages, () => puts.send(labPort, sign()));
  } finally {
    puts.close();
    clients.close();
    bareClients.close();
    bare.stop();
    await lab.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

type Measure = { readonly perSecond: number; readonly microseconds: number };

/** Turn by turn, so that both meet the same machine; the best of each counts. The first turn warms up. */
async function compare(
  millis: number,
  labPid: number,
  barePid: number,
  put: (isLab: boolean) => Promise<void>,
): Promise<{ readonly lab: Measure; readonly bare: Measure }> {
  let lab: Measure = { perSecond: 0, microseconds: Number.POSITIVE_INFINITY };
  let bare = lab;
  for (let turn = 0; turn <= TURNS; turn++) {
    const bareNow = await measure(millis, barePid, () => put(false));
    const labNow = await measure(millis, labPid, () => put(true));
    if (turn === 0) continue;
    bare = best(bare, bareNow);
    lab = best(lab, labNow);
  }
  return { lab, bare };
}

async function measure(millis: number, pid: number, put: () => Promise<void>): Promise<Measure> {
  const processorBefore = await processSeconds(pid);
  const start = performance.now();
  let puts = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - start < millis) {
      await put();
      puts += BATCH;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const seconds = (performance.now() - start) / 1_000;
  const processor = ((await processSeconds(pid)) ?? Number.NaN) - (processorBefore ?? Number.NaN);
  return { perSecond: puts / seconds, microseconds: (processor * 1e6) / puts };
}

function best(one: Measure, other: Measure): Measure {
  return {
    perSecond: Math.max(one.perSecond, other.perSecond),
    microseconds: Math.min(one.microseconds, other.microseconds),
  };
}

async function memory(lab: CrashLab, items: number, put: () => Promise<void>): Promise<BenchLine> {
  const resident = async (): Promise<number> => {
    // Collects garbage first.
    await lab.rpc.call('usage', {}, { timeoutMs: HOUR_MS });
    return (await residentBytes(lab.pid())) ?? Number.NaN;
  };
  const before = await resident();
  let written = 0;
  const lane = async (): Promise<void> => {
    while (written < items) {
      written += BATCH;
      await put();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const grown = (await resident()) - before;
  const json = Buffer.byteLength(JSON.stringify(itemOf(items)));
  return line(`resident memory of an item, ${written} more written`, 'bytes', grown / written, 'its JSON', json);
}

async function putBySdk(client: DynamoDBClient, items: readonly Record<string, AttributeValue>[]): Promise<void> {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
  if (Object.keys(UnprocessedItems ?? {}).length > 0) {
    throw new AppError('bench.unprocessed', 'The table did not take all items of a batch.');
  }
}

/** Batch after batch of new items. */
function openItems(): () => readonly ReturnType<typeof itemOf>[] {
  let next = 0;
  return () => Array.from({ length: BATCH }, () => itemOf(next++));
}

/** What the course's projection makes of an observation. */
function itemOf(n: number) {
  return {
    station_id: { S: String(72_254_013_904 + (n % STATIONS)) },
    observation_time: { S: new Date(FIRST_TIME + Math.floor(n / STATIONS) * HOUR_MS).toISOString() },
    temperature: { N: ((n % 400) / -10).toFixed(1) },
    wind: { N: ((n % 137) / 10).toFixed(1) },
    direction: { N: String(n % 360) },
    pressure: { N: (1_000 + (n % 300) / 10).toFixed(1) },
  };
}

async function startBare(
  distFolder: string,
): Promise<{ readonly port: number; readonly pid: number; readonly stop: () => void }> {
  const child = fork(join(distFolder, 'main', 'bare-tables.js'), [], { stdio: ['ignore', 2, 2, 'ipc'] });
  const answer = await new Promise<{ readonly port?: number }>((resolve) => {
    child.once('message', (message) => resolve(message as { port?: number }));
    child.send({});
  });
  if (answer.port === undefined || child.pid === undefined) {
    throw new AppError('bench.noReference', 'The reference server did not start.');
  }
  return { port: answer.port, pid: child.pid, stop: () => child.kill() };
}

function line(figure: string, unit: string, value: number, reference: string, referenceValue: number): BenchLine {
  return {
    bench: 'tables',
    figure,
    value: Math.round(value),
    unit,
    reference,
    referenceValue: Math.round(referenceValue),
    ratio: Number((value / referenceValue).toFixed(3)),
  };
}
