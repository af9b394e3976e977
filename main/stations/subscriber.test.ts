/** The topic viewer against a real TLS broker: counts that add up under a flood, overlapping filters, refusals, restarts. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { TopicBatch, TopicRow } from '../../preload/shapes-topics.ts';
import { connectDevice } from './mqtt.ts';
import { createScheduler, realTiming } from './scheduler.ts';
import { createSubscriber } from './subscriber.ts';
import { createAuthority, startTestBroker, type Faults } from './test-broker.ts';
import { ALL, until } from './test-files.ts';
import { exportTo, recordTo } from './topic-files.ts';

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function openViewer(faults: Faults = {}) {
  const authority = await createAuthority('Test authority');
  const broker = await startTestBroker(authority, faults);
  const batches = new Map<number, TopicBatch[]>();
  const held = new Set<number>();
  const subscriber = createSubscriber({
    connect: connectDevice,
    scheduler: createScheduler(realTiming),
    random: () => 0,
    onBatch: (subscription, batch) => {
      batches.set(subscription, [...(batches.get(subscription) ?? []), batch]);
      if (!held.has(subscription)) setImmediate(() => subscriber.acknowledgeBatch(subscription));
    },
  });
  cleanUp.push(
    () => broker.stop(),
    () => subscriber.stop(),
  );
  await subscriber.use(broker.address, await authority.issue('viewer'));
  const last = (subscription: number): TopicBatch | undefined => batches.get(subscription)?.at(-1);
  /** Oldest first, as the window has them after all batches. */
  const rows = (subscription: number): readonly TopicRow[] =>
    (batches.get(subscription) ?? [])
      .reduce<readonly TopicRow[]>((listed, batch) => (batch.isRefill ? batch.rows : [...batch.rows, ...listed]), [])
      .slice()
      .reverse();
  const reaches = (subscription: number, state: TopicBatch['state']) =>
    until(
      `subscription ${subscription} is ${state}`,
      () => last(subscription)?.state === state,
      () => last(subscription),
    );
  return { broker, subscriber, batches, held, last, rows, reaches };
}

test('overlapping filters each count every message once', async () => {
  const { broker, subscriber, last, rows, reaches } = await openViewer();
  subscriber.subscribe(1, { filter: 'weather/+/data', qos: 1, look: ALL });
  subscriber.subscribe(2, { filter: 'weather/#', qos: 1, look: ALL });
  subscriber.subscribe(3, { filter: 'weather/#', qos: 1, look: ALL });
  for (const subscription of [1, 2, 3]) await reaches(subscription, 'subscribed');
  for (let n = 0; n < 20; n++) await broker.publish(n % 2 === 0 ? 'weather/a/data' : 'weather/a/state', `é ${n}`);
  await until('all are there', () => [1, 2, 3].every((id) => rows(id).length === (id === 1 ? 10 : 20)));
  expect([1, 2, 3].map((id) => last(id)).map((batch) => [batch?.received, batch?.shown])).toEqual([
    [10, 10],
    [20, 20],
    [20, 20],
  ]);
  expect(rows(2).map(({ n, preview, bytes, qos }) => [n, preview, bytes, qos])).toEqual(
    Array.from({ length: 20 }, (_entry, n) => [n + 1, `é ${n}`, n < 10 ? 4 : 5, 1]),
  );
  // The wide filter goes: the narrow one keeps what it asked for.
  await subscriber.unsubscribe(2);
  await subscriber.unsubscribe(3);
  await until('the narrow filter is asked for by itself', () => last(1)?.state === 'subscribed');
  await broker.publish('weather/b/data', 'later');
  await until('it still receives', () => rows(1).at(-1)?.preview === 'later');
  expect(last(1)?.received).toBe(11);
});

test('a flood is counted in full while a window that does not take its batches is handed the newest ones', async () => {
  const { broker, subscriber, batches, held, last, reaches } = await openViewer();
  held.add(2);
  subscriber.subscribe(1, { filter: 'flood/#', qos: 1, look: ALL });
  subscriber.subscribe(2, { filter: 'flood/#', qos: 1, look: ALL });
  await reaches(1, 'subscribed');
  await until('the first batch is out', () => batches.has(2));
  const total = 5_000;
  for (let n = 1; n <= total; n++) await broker.publish(`flood/${n % 10}`, String(n));
  await until(
    'all are counted',
    () => last(1)?.received === total,
    () => last(1),
  );
  expect((last(1)?.shown ?? 0) + (last(1)?.notShown ?? 0) + (last(1)?.waiting ?? 0)).toBe(total);
  expect(batches.get(2)?.length).toBe(1);
  subscriber.acknowledgeBatch(2);
  await until('the window has caught up', () => last(2)?.received === total);
  expect(last(2)).toMatchObject({ received: total, shown: 100, notShown: total - 100, waiting: 0 });
  expect(last(2)?.rows.map((row) => row.preview)).toEqual(
    Array.from({ length: 100 }, (_entry, n) => String(total - n)),
  );
});

test('long payloads come whole on request, bytes that are no text in hexadecimal, retained messages marked', async () => {
  const { broker, subscriber, rows } = await openViewer();
  const long = 'x'.repeat(128 * 1_024);
  await broker.publish('odd/retained', 'kept', true);
  subscriber.subscribe(1, { filter: 'odd/#', qos: 1, look: ALL });
  await until('the retained one is there', () => rows(1).length === 1);
  await broker.publish('odd/long', long);
  await broker.publish('odd/bytes', Buffer.from([0xff, 0x00]));
  await until('all are there', () => rows(1).length === 3);
  expect(rows(1).map(({ preview, bytes, retained }) => ({ preview, bytes, retained }))).toEqual([
    { preview: 'kept', bytes: 4, retained: true },
    { preview: 'x'.repeat(240), bytes: 131_072, retained: false },
    { preview: 'ff 00', bytes: 2, retained: false },
  ]);
  expect([2, 3].map((n) => subscriber.log(1).message(n)).map((whole) => [whole?.text, whole?.base64])).toEqual([
    [long, null],
    [null, '/wA='],
  ]);
});

test('a filter that a wider one includes gets its retained messages, and nobody gets them twice', async () => {
  const { broker, subscriber, rows, last, reaches } = await openViewer();
  await broker.publish('keep/a', 'A', true);
  subscriber.subscribe(1, { filter: 'keep/#', qos: 1, look: ALL });
  await until('the wide one has it', () => rows(1).length === 1);
  subscriber.subscribe(2, { filter: 'keep/a', qos: 1, look: ALL });
  await reaches(2, 'subscribed');
  await until('the narrow one has it too', () => rows(2).length === 1);
  await broker.publish('keep/a', 'B');
  await until('both go on', () => last(1)?.received === 2 && last(2)?.received === 2);
  expect([1, 2].map((id) => rows(id).map(({ preview, retained }) => [preview, retained]))).toEqual([
    [
      ['A', true],
      ['B', false],
    ],
    [
      ['A', true],
      ['B', false],
    ],
  ]);
});

test('a message is published over the same connection, retained, at both QoS; a forbidden one is told as refused', async () => {
  const { broker, subscriber, rows, reaches } = await openViewer();
  const refusing = await openViewer({ refusedPublishers: ['viewer'] });
  const message = { topic: 'say/it', payload: Buffer.from('{"a":1}'), qos: 1, retain: true } as const;
  expect(await subscriber.publish(message)).toMatchObject({ isAcknowledged: true });
  expect(await subscriber.publish({ ...message, qos: 0, retain: false })).toMatchObject({ isAcknowledged: false });
  subscriber.subscribe(1, { filter: 'say/#', qos: 0, look: ALL });
  await reaches(1, 'subscribed');
  await until('the retained one is there', () => rows(1).length === 1);
  expect(rows(1)).toMatchObject([{ topic: 'say/it', retained: true, qos: 0, preview: '{"a":1}' }]);
  expect(broker.received.map(({ clientId, topic }) => [clientId, topic])).toEqual([
    ['viewer', 'say/it'],
    ['viewer', 'say/it'],
  ]);
  await expect(subscriber.publish({ ...message, topic: 'say/+' })).rejects.toMatchObject({ code: 'mqtt.badTopic' });
  await expect(refusing.subscriber.publish(message)).rejects.toMatchObject({ code: 'mqtt.publishRefused' });
});

test('a recording holds everything received, also what is not looked at; an export what is listed', async () => {
  const { broker, subscriber, last, reaches } = await openViewer();
  const folder = await mkdtemp(join(tmpdir(), 'isobar-record-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  subscriber.subscribe(1, { filter: 'rec/#', qos: 1, look: { ...ALL, search: 'n":7', isPaused: true } });
  await reaches(1, 'subscribed');
  const file = join(folder, 'all.ndjson');
  await recordTo(subscriber.log(1), { file, format: 'ndjson', before: null });
  for (let n = 0; n < 600; n++) await broker.publish('rec/a', `{"n":${n}.0}`);
  await until('all are written', () => last(1)?.recording?.written === 600);
  await subscriber.log(1).recorder()?.stop();
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  expect(lines.length).toBe(600);
  expect(lines[7]).toContain('"json":{"n":7.0}');
  expect(last(1)).toMatchObject({ received: 600, shown: 0, recording: { lost: 0, name: 'all.ndjson' } });
  subscriber.log(1).look({ ...ALL, search: 'N":7' });
  const exported = await exportTo(subscriber.log(1), { file: join(folder, 'some.csv'), format: 'csv' });
  // 7, 70-79 and 7.. up to 599: none of three digits begins with 7 there.
  expect(exported.written).toBe(11);
  expect((await readFile(join(folder, 'some.csv'), 'utf8')).split('\r\n')[1]).toMatch(
    /^[^,]+Z,rec\/a,1,false,9,text,"\{""n"":7\.0\}"$/,
  );
  const tooFull = recordTo(subscriber.log(1), { file, format: 'csv', before: null, leastFreeBytes: 1e18 });
  await expect(tooFull).rejects.toMatchObject({ code: 'record.noSpace' });
});

test('a refused filter is told so, others work on, and a broker that restarts is subscribed to again', async () => {
  const { broker, subscriber, last, rows, reaches } = await openViewer({ refusedFilters: ['secret/#'] });
  subscriber.subscribe(1, { filter: 'secret/#', qos: 1, look: ALL });
  subscriber.subscribe(2, { filter: 'open/#', qos: 1, look: ALL });
  await reaches(1, 'refused');
  await reaches(2, 'subscribed');
  expect(last(1)?.error?.code).toBe('mqtt.subscriptionRefused');
  expect(() => subscriber.subscribe(3, { filter: 'a/#/b', qos: 1, look: ALL })).toThrow(/is not a topic filter/);
  await broker.crash();
  await reaches(2, 'connecting');
  await broker.restart();
  await reaches(2, 'subscribed');
  await broker.publish('open/a', 'hello again');
  await until('it is there', () => rows(2).at(-1)?.preview === 'hello again');
});
