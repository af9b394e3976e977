/** What a subscription keeps and counts: received = shown + not shown + waiting at every moment, whatever is looked at. */
import { expect, test } from 'vitest';
import { recordRow } from './record-rows.ts';
import { createTopicIndex } from './topic-index.ts';
import { createTopicPins } from './topic-pins.ts';
import { createTopicRing } from './topic-ring.ts';

const arrival = (payload: string | Uint8Array, topic = 'a/b') => ({
  topic,
  payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
  qos: 1 as const,
  retained: false,
});
const every = () => true;
const numbers = (kept: readonly { readonly n: number }[]) => kept.map(({ n }) => n);

test('a kept message is shown once, passed over, or shown later after all', () => {
  const ring = createTopicRing();
  ring.limit(4, 1_000);
  for (let n = 1; n <= 6; n++) ring.add(arrival(String(n)), n);
  expect(ring.totals()).toEqual({ received: 6, shown: 0, notShown: 2, waiting: 4 });
  expect(numbers(ring.takeNew(2, every))).toEqual([6, 5]);
  expect(ring.totals()).toEqual({ received: 6, shown: 2, notShown: 4, waiting: 0 });
  expect(numbers(ring.takeNew(2, every))).toEqual([]);
  expect(numbers(ring.takeAll((message) => message.n !== 5))).toEqual([6, 4, 3]);
  expect(ring.totals()).toEqual({ received: 6, shown: 4, notShown: 2, waiting: 0 });
  expect([2, 3, 6].map((n) => ring.find(n)?.n)).toEqual([undefined, 3, 6]);
});

test('bytes bound what is kept, and the newest stays however long it is', () => {
  const ring = createTopicRing();
  ring.limit(100, 10);
  for (const size of [4, 4, 4, 50]) ring.add(arrival('x'.repeat(size)), 0);
  expect(numbers(ring.list(every))).toEqual([4]);
});

test('a frozen list stays while messages come in behind it, and can be read', () => {
  const ring = createTopicRing();
  ring.limit(3, 1_000);
  for (let n = 1; n <= 3; n++) ring.add(arrival(String(n)), n);
  ring.freeze();
  for (let n = 4; n <= 3_000; n++) ring.add(arrival(String(n)), n);
  expect(numbers(ring.takeAll(every))).toEqual([3, 2, 1]);
  expect(ring.find(2)?.payload.toString()).toBe('2');
  expect(ring.totals()).toEqual({ received: 3_000, shown: 3, notShown: 2_994, waiting: 3 });
  ring.thaw();
  expect(numbers(ring.takeNew(10, every))).toEqual([3_000, 2_999, 2_998]);
  ring.clear();
  ring.add(arrival('x'), 0);
  expect([ring.totals().received, ring.find(3_001)?.n, ring.find(3_000)]).toEqual([1, 3_001, undefined]);
});

test('topics are handed over when they change, with chosen fields, within bounds', () => {
  const ring = createTopicRing();
  const index = createTopicIndex({ topics: 2, bytes: 1_000 });
  const add = (payload: string, topic: string) => index.add(ring.add(arrival(payload, topic), 5));
  add('{"t":{"value":12.5}}', 'a');
  add('no json', 'b');
  add('{}', 'c');
  const first = index.takeChanges(['/t/value'], 'auto');
  expect(first.changed.map(({ topic, count, values }) => [topic, count, values])).toEqual([
    ['a', 1, ['12.5']],
    ['b', 1, [null]],
  ]);
  expect([first.isRefill, first.notKept]).toEqual([true, 1]);
  add('{"t":{"value":"é"}}', 'a');
  const second = index.takeChanges(['/t/value'], 'hex');
  expect(
    second.changed.map(({ topic, count, values, preview }) => [topic, count, values, preview.slice(0, 5)]),
  ).toEqual([['a', 2, ['é'], '7b 22']]);
  expect(index.hasChanges()).toBe(false);
});

test('pinned numbers see every message between two batches', () => {
  const pins = createTopicPins();
  const ring = createTopicRing();
  pins.set([
    { id: 'p', topic: 'a', path: '/x/0' },
    { id: 'q', topic: 'b', path: '/x/0' },
  ]);
  for (const payload of ['{"x":[3]}', '{"x":[-1]}', '{"x":["7"]}', '{"x":[2]}', 'broken'])
    pins.add(ring.add(arrival(payload, 'a'), 9));
  expect(pins.take()).toEqual([{ id: 'p', at: 9, least: -1, most: 3, last: 2, count: 3 }]);
  expect(pins.take()).toEqual([]);
});

test('rows of a recording lose nothing of a payload', () => {
  const ring = createTopicRing();
  const row = (format: 'ndjson' | 'csv', payload: string | Uint8Array) =>
    recordRow(format, ring.add(arrival(payload), 0)).replace(/^.*?,"bytes":/, '');
  expect([
    row('ndjson', '{\r\n"a": 12.0}'),
    row('ndjson', 'say "hi"\n'),
    row('ndjson', Uint8Array.of(255, 0)),
    row('csv', 'a,"b"\n'),
    row('csv', Uint8Array.of(255)),
  ]).toEqual([
    '13,"json":{ "a": 12.0}}\n',
    '9,"text":"say \\"hi\\"\\n"}\n',
    '2,"base64":"/wA="}\n',
    '1970-01-01T00:00:00.000Z,a/b,1,false,6,text,"a,""b""\n"\r\n',
    '1970-01-01T00:00:00.000Z,a/b,1,false,1,base64,/w==\r\n',
  ]);
});
