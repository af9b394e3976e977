/** The Topics page's pure updates: rows, tree, plots, JSON lines, bytes, orders, and what is refused before the target has to. */
import { expect, test } from 'vitest';
import type { TopicLatest, TopicRow } from '../../preload/shapes-topics.ts';
import { jsonPage, unfolded } from './json-lines.ts';
import { orderOf, pathOf, pointerOf } from './latest-order.ts';
import { hexLine, hexLineCount, hexText } from './topic-bytes.ts';
import { faultOfFilter, faultOfTopic } from './topic-checks.ts';
import { highlighted, withRows } from './topic-list.ts';
import { EMPTY_PLOT, rangeOf, withPoint } from './topic-plot.ts';
import { createTopicTree } from './topic-tree.ts';

const row = (n: number): TopicRow => ({ n, at: n, topic: 'a', qos: 1, retained: false, bytes: 2, preview: '{}' });
const latest = (topic: string, count: number, values: readonly (string | null)[] = []): TopicLatest => ({
  ...row(count),
  topic,
  count,
  values,
});

test('newer rows come on top within the bound, a refill replaces all', () => {
  const listed = withRows([row(2), row(1)], { rows: [row(4), row(3)], isRefill: false }, 3);
  expect(listed.map(({ n }) => n)).toEqual([4, 3, 2]);
  expect(withRows(listed, { rows: [row(9)], isRefill: true }, 3).map(({ n }) => n)).toEqual([9]);
});

test('what was searched for is marked in any case', () => {
  expect(highlighted('Wind and wind', ' WIND')).toEqual(['', 'Wind', ' and ', 'wind', '']);
  expect(highlighted('anything', '')).toEqual(['anything']);
});

test('the tree counts messages and topics of all levels below, and finds paths', () => {
  const tree = createTopicTree();
  const lines = (search = '') =>
    tree.lines(new Set(['s', 's/a']), search).map(({ node, depth }) => [depth, node.name, node.count, node.topics]);
  tree.take({ changed: [latest('s/b', 2), latest('s/a/10', 5), latest('s/a/9', 1)], isRefill: true, notKept: 0 }, 50);
  expect(lines()).toEqual([
    [0, 's', 8, 3],
    [1, 'a', 6, 2],
    [2, '9', 1, 1],
    [2, '10', 5, 1],
    [1, 'b', 2, 1],
  ]);
  tree.take({ changed: [latest('s/a/9', 4), latest('s', 1)], isRefill: false, notKept: 7 }, 60);
  expect(lines('a/9')).toEqual([
    [0, 's', 12, 4],
    [1, 'a', 9, 2],
    [2, '9', 4, 1],
  ]);
  // A topic that also has levels below counts for itself too; a refill does not flash, news do.
  expect(tree.lines(new Set(['s']), '').map(({ node }) => [node.path, node.changedAt])).toEqual([
    ['s', 60],
    ['s/a', 60],
    ['s/b', 0],
  ]);
  expect([tree.notKept(), tree.latest().size]).toEqual([7, 4]);
});

test('a plot joins what falls into one slot, forgets what is older than its window, and stays bounded', () => {
  const point = (at: number, least: number, most: number) => ({ id: 'p', at, least, most, last: most, count: 2 });
  let plot = withPoint(EMPTY_PLOT, point(0, 1, 3), 40_000);
  plot = withPoint(plot, point(50, -2, 2), 40_000);
  expect(plot).toEqual({ slots: [{ at: 50, least: -2, most: 3, last: 2 }], count: 4 });
  for (let at = 100; at <= 200_000; at += 100) plot = withPoint(plot, point(at, 0, 1), 40_000);
  expect([plot.slots.length, plot.slots[0]?.at, rangeOf(plot)]).toEqual([401, 160_000, { least: 0, most: 1, last: 1 }]);
});

test('JSON stands in lines with pointers, numbers as they came, containers that fold', () => {
  const page = jsonPage(' {"a/b": [12.0, {"c": null}], "d": {}} ');
  if (!('lines' in page)) throw new Error('it is JSON');
  expect(page.lines.map(({ depth, key, text, pointer, hasComma }) => [depth, key, text, pointer, hasComma])).toEqual([
    [0, null, '{', '', false],
    [1, '"a/b"', '[', '/a~1b', false],
    [2, null, '12.0', '/a~1b/0', true],
    [2, null, '{', '/a~1b/1', false],
    [3, '"c"', 'null', '/a~1b/1/c', false],
    [2, null, '}', '/a~1b/1', false],
    [1, null, ']', '/a~1b', true],
    [1, '"d"', '{', '/d', false],
    [1, null, '}', '/d', false],
    [0, null, '}', '', false],
  ]);
  expect(unfolded(page.lines, new Set([1]))).toEqual([0, 1, 7, 8, 9]);
});

test('what is no JSON is told with its place', () => {
  const faults = ['', '{"a": 1,}', '{\n  "a": tru\n}', '[1] x', '{"a" 1}', '01', '"\n"'].map((text) => jsonPage(text));
  expect(faults.map((page) => ('fault' in page ? [page.fault.line, page.fault.column] : 'JSON'))).toEqual([
    [1, 1],
    [1, 9],
    [2, 8],
    [1, 5],
    [1, 6],
    [1, 2],
    [1, 1],
  ]);
  expect('fault' in jsonPage('['.repeat(100_000))).toBe(true);
});

test('bytes stand sixteen a line with their letters', () => {
  const bytes = Uint8Array.from({ length: 18 }, (_byte, index) => index + 60);
  expect(hexLineCount(bytes)).toBe(2);
  expect(hexLine(bytes, 1)).toEqual({ place: '000010', hex: '4c 4d'.padEnd(47), letters: 'LM' });
  expect(hexText(Uint8Array.of(0, 255))).toBe('00 ff');
});

test('latest values are ordered by topic, count or a field, missing ones last', () => {
  const map = new Map(
    [latest('b', 3, ['10']), latest('a10', 1, [null]), latest('a9', 2, ['9'])].map((entry) => [entry.topic, entry]),
  );
  const order = (by: 'topic' | 'count' | number, isDescending = false, search = '') =>
    orderOf(map, { by, isDescending, clicks: 0 }, search);
  expect([order('topic'), order('count', true), order(0), order(0, true), order('topic', false, 'a')]).toEqual([
    ['a9', 'a10', 'b'],
    ['b', 'a9', 'a10'],
    ['a9', 'b', 'a10'],
    ['b', 'a9', 'a10'],
    ['a9', 'a10'],
  ]);
  expect([pointerOf('a/b.c'), pathOf('/a~1b/c'), pointerOf('/x')]).toEqual(['/a~1b/c', 'a/b.c', '/x']);
});

test('filters and topics are checked by the rules of MQTT and the limits of AWS', () => {
  const deep = 'a/b/c/d/e/f/g/h/i';
  const filters = ['sensor/weather/#', '#', '+/a/+', '', 'a/#/b', 'a#', 'a/b+', 'é'.repeat(129), deep, '$share/g/a'];
  expect(filters.map(faultOfFilter)).toEqual([
    null,
    null,
    null,
    'empty',
    'hash',
    'hash',
    'plus',
    'long',
    'deep',
    'shared',
  ]);
  const topics = ['a/b', '$aws/rules/r/a/b/c/d/e/f/g/h', '', 'a/+', 'x'.repeat(257), deep];
  expect(topics.map(faultOfTopic)).toEqual([null, null, 'empty', 'wildcard', 'long', 'deep']);
});
