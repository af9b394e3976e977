/** `isobar bench tables`: puts a second in batches through the AWS SDK, beside a bare server that the same client asks in the same run; and the lab's memory per item. */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { AppError } from '../../preload/errors.ts';
import { openClients, type Clients } from '../cloud/clients.ts';
import { createTable } from '../cloud/tables.ts';
import { targetFromLab } from '../cloud/target.ts';
import type { BenchLine } from './bench-line.ts';
import { startCrashLab, type CrashLab } from './crash-lab.ts';
import { processSeconds, residentBytes } from './process-accounts.ts';

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
/** Turns, so that both meet the same machine; the best of each counts. */
const TURNS = 4;
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
  const write = openWriter();
  try {
    await createTable(clients, { name: TABLE, key: KEY });
    yield* speed(
      { clients, pid: lab.pid() },
      { clients: bareClients, pid: bare.pid },
      (seconds * 1_000) / TURNS / 2,
      write,
    );
    yield await memory(lab, clients, messages, write);
  } finally {
    clients.close();
    bareClients.close();
    bare.stop();
    await lab.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

type Server = { readonly clients: Clients; readonly pid: number };
type Measure = { readonly perSecond: number; readonly microseconds: number };

async function* speed(lab: Server, bare: Server, millis: number, write: Writer): AsyncGenerator<BenchLine> {
  let value: Measure = { perSecond: 0, microseconds: Number.POSITIVE_INFINITY };
  let reference = value;
  for (let turn = 0; turn < TURNS; turn++) {
    reference = best(reference, await measure(bare, millis, write));
    value = best(value, await measure(lab, millis, write));
  }
  const named = 'a bare HTTP server that parses the same requests';
  yield line(`puts in batches of ${BATCH}`, 'puts/s', value.perSecond, named, reference.perSecond);
  yield line('processor time of a put', 'µs', value.microseconds, named, reference.microseconds);
}

async function measure({ clients, pid }: Server, millis: number, write: Writer): Promise<Measure> {
  const processorBefore = await processSeconds(pid);
  const start = performance.now();
  let puts = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - start < millis) puts += await write(clients.dynamodb);
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

async function memory(lab: CrashLab, { dynamodb }: Clients, items: number, write: Writer): Promise<BenchLine> {
  const resident = async (): Promise<number> => {
    // Collects garbage first.
    await lab.rpc.call('usage', {}, { timeoutMs: HOUR_MS });
    return (await residentBytes(lab.pid())) ?? Number.NaN;
  };
  const before = await resident();
  let written = 0;
  const lane = async (): Promise<void> => {
    while (written < items) written += await write(dynamodb);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const json = Buffer.byteLength(JSON.stringify(itemOf(items)));
  return line(
    `resident memory of an item, ${written} written`,
    'bytes',
    ((await resident()) - before) / written,
    'its JSON',
    json,
  );
}

/** Writes a batch of new items; answers with how many. */
type Writer = (client: DynamoDBClient) => Promise<number>;

function openWriter(): Writer {
  let next = 0;
  return async (client) => {
    const requests: WriteRequest[] = [];
    while (requests.length < BATCH) requests.push({ PutRequest: { Item: itemOf(next++) } });
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
    if (Object.keys(UnprocessedItems ?? {}).length > 0) {
      throw new AppError('bench.unprocessed', 'The table did not take all items of a batch.');
    }
    return BATCH;
  };
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
