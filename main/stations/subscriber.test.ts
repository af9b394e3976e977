/** The topic viewer against a real TLS broker: counts that add up under a flood, overlapping filters, refusals, restarts. */
import { afterEach, expect, test } from 'vitest';
import type { TopicBatch, TopicMessage } from '../../preload/shapes.ts';
import { connectDevice } from './mqtt.ts';
import { createScheduler, realTiming } from './scheduler.ts';
import { createSubscriber } from './subscriber.ts';
import { createAuthority, startTestBroker, type Faults } from './test-broker.ts';
import { until } from './test-files.ts';

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
  const messages = (subscription: number): TopicMessage[] =>
    (batches.get(subscription) ?? []).flatMap((batch) => batch.messages);
  const reaches = (subscription: number, state: TopicBatch['state']) =>
    until(
      `subscription ${subscription} is ${state}`,
      () => last(subscription)?.state === state,
      () => last(subscription),
    );
  return { broker, subscriber, batches, held, last, messages, reaches };
}

test('overlapping filters each count every message once', async () => {
  const { broker, subscriber, last, messages, reaches } = await openViewer();
  subscriber.subscribe(1, 'weather/+/data');
  subscriber.subscribe(2, 'weather/#');
  subscriber.subscribe(3, 'weather/#');
  for (const subscription of [1, 2, 3]) await reaches(subscription, 'subscribed');
  for (let n = 0; n < 20; n++) await broker.publish(n % 2 === 0 ? 'weather/a/data' : 'weather/a/state', `é ${n}`);
  await until('all are there', () => [1, 2, 3].every((id) => messages(id).length === (id === 1 ? 10 : 20)));
  expect([1, 2, 3].map((id) => last(id)).map((batch) => [batch?.received, batch?.skipped])).toEqual([
    [10, 0],
    [20, 0],
    [20, 0],
  ]);
  expect(messages(2).map(({ n, payload, bytes, qos }) => [n, payload, bytes, qos])).toEqual(
    Array.from({ length: 20 }, (_entry, n) => [n + 1, `é ${n}`, n < 10 ? 4 : 5, 1]),
  );
  // The wide filter goes: the narrow one keeps what it asked for.
  subscriber.unsubscribe(2);
  subscriber.unsubscribe(3);
  await until('the narrow filter is asked for by itself', () => last(1)?.state === 'subscribed');
  await broker.publish('weather/b/data', 'later');
  await until('it still receives', () => messages(1).at(-1)?.payload === 'later');
  expect(last(1)?.received).toBe(11);
});

test('a flood is counted in full while a window that does not take its batches is handed the newest 500', async () => {
  const { broker, subscriber, batches, held, last, messages, reaches } = await openViewer();
  held.add(2);
  subscriber.subscribe(1, 'flood/#');
  subscriber.subscribe(2, 'flood/#');
  await reaches(1, 'subscribed');
  await until('the first batch is out', () => batches.has(2));
  const total = 5_000;
  for (let n = 1; n <= total; n++) await broker.publish(`flood/${n % 10}`, String(n));
  await until(
    'all are counted',
    () => last(1)?.received === total,
    () => last(1),
  );
  const handed = messages(1).length;
  expect(handed + (last(1)?.skipped ?? 0)).toBe(total);
  expect(batches.get(2)?.length).toBe(1);
  subscriber.acknowledgeBatch(2);
  await until('the window has caught up', () => last(2)?.received === total);
  expect(last(2)).toMatchObject({ received: total, skipped: total - 500 });
  expect(last(2)?.messages.map((message) => message.payload)).toEqual(
    Array.from({ length: 500 }, (_entry, n) => String(total - 499 + n)),
  );
});

test('long payloads come whole, bytes that are no text as a data URL, retained messages marked', async () => {
  const { broker, subscriber, messages } = await openViewer();
  const long = 'x'.repeat(128 * 1_024);
  await broker.publish('odd/retained', 'kept', true);
  subscriber.subscribe(1, 'odd/#');
  await until('the retained one is there', () => messages(1).length === 1);
  await broker.publish('odd/long', long);
  await broker.publish('odd/bytes', Buffer.from([0xff, 0x00]));
  await until('all are there', () => messages(1).length === 3);
  expect(messages(1).map(({ payload, bytes, retained }) => ({ payload, bytes, retained }))).toEqual([
    { payload: 'kept', bytes: 4, retained: true },
    { payload: long, bytes: 131_072, retained: false },
    { payload: 'data:application/octet-stream;base64,/wA=', bytes: 2, retained: false },
  ]);
});

test('a refused filter is told so, others work on, and a broker that restarts is subscribed to again', async () => {
  const { broker, subscriber, last, messages, reaches } = await openViewer({ refusedFilters: ['secret/#'] });
  subscriber.subscribe(1, 'secret/#');
  subscriber.subscribe(2, 'open/#');
  await reaches(1, 'refused');
  await reaches(2, 'subscribed');
  expect(last(1)?.error?.code).toBe('mqtt.subscriptionRefused');
  expect(() => subscriber.subscribe(3, 'a/#/b')).toThrow(/is not a topic filter/);
  await broker.crash();
  await reaches(2, 'connecting');
  await broker.restart();
  await reaches(2, 'subscribed');
  await broker.publish('open/a', 'hello again');
  await until('it is there', () => messages(2).at(-1)?.payload === 'hello again');
});
