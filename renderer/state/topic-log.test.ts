/** Totals stay true through pause, clearing, skipping and reopening; filters and searches follow their rules. */
import { expect, test } from 'vitest';
import type { TopicBatch, TopicMessage } from '../../preload/shapes.ts';
import { createTopicLog, faultOfFilter, findMessages } from './topic-log.ts';

const message = (n: number, payload = '{}'): TopicMessage => ({
  n,
  at: n,
  topic: `sensor/weather/Z${n}`,
  qos: 1,
  retained: false,
  bytes: payload.length,
  payload,
});

const batch = (numbers: readonly number[], received: number, skipped = 0): TopicBatch => ({
  state: 'subscribed',
  error: null,
  messages: numbers.map((n) => message(n)),
  received,
  skipped,
});

const summary = (log: ReturnType<typeof createTopicLog>) => {
  const { messages, received, notShown, isPaused, waiting } = log.view();
  return { kept: messages.map(({ n }) => n), received, notShown, isPaused, waiting };
};

test('keeps the newest and counts all, also those it never saw', () => {
  const log = createTopicLog(3);
  log.take(batch([1, 2], 2));
  log.take(batch([9, 10], 10, 6));
  expect(summary(log)).toEqual({ kept: [10, 9, 2], received: 10, notShown: 6, isPaused: false, waiting: 0 });
});

test('a pause freezes what is listed and counts what waits', () => {
  const log = createTopicLog(3);
  log.take(batch([1], 1));
  log.pause();
  log.take(batch([2, 3], 3));
  expect(summary(log)).toEqual({ kept: [1], received: 3, notShown: 0, isPaused: true, waiting: 2 });
  log.resume();
  expect(summary(log)).toEqual({ kept: [3, 2, 1], received: 3, notShown: 0, isPaused: false, waiting: 0 });
});

test('clearing starts the counts anew, a reopened stream does not', () => {
  const log = createTopicLog(3);
  log.take(batch([1, 2], 5, 3));
  log.clear();
  expect(summary(log)).toEqual({ kept: [], received: 0, notShown: 0, isPaused: false, waiting: 0 });
  log.take(batch([6], 6, 3));
  log.reopen();
  log.take(batch([1], 4, 1));
  expect(summary(log)).toEqual({ kept: [1, 6], received: 5, notShown: 1, isPaused: false, waiting: 0 });
});

test('filters are checked by the rules of MQTT', () => {
  const filters = ['sensor/weather/#', '#', '+/a/+', '', 'a/#/b', 'a#', 'a/b+', 'x'.repeat(257)];
  expect(filters.map(faultOfFilter)).toEqual([null, null, null, 'empty', 'hash', 'hash', 'plus', 'long']);
});

test('the search looks into topic and payload', () => {
  const messages = [message(1, '{"name":"Polar"}'), message(2), message(13)];
  expect(['polar', ' z1', '', 'nothing'].map((text) => findMessages(messages, text).map(({ n }) => n))).toEqual([
    [1],
    [1, 13],
    [1, 2, 13],
    [],
  ]);
});
