/** The table's rows keep their places while stations come up one after the other. */
import { expect, test } from 'vitest';
import type { StationStatus } from '../../preload/shapes.ts';
import { BY_NAME, ordered } from './station-order.ts';

const station = (name: string, more: Partial<StationStatus> = {}): StationStatus => ({
  id: name,
  name,
  kind: 'generated',
  topic: '',
  thingName: '',
  latitude: null,
  longitude: null,
  elevation: null,
  state: 'idle',
  error: null,
  speed: 1,
  simulatedTime: null,
  position: 0,
  length: 0,
  sent: 0,
  acknowledged: 0,
  failed: 0,
  behind: 0,
  rate: 0,
  targetRate: 0,
  latest: null,
  sparkline: [],
  ...more,
});
const names = (stations: readonly StationStatus[]) => stations.map(({ name }) => name);

test('by name with numbers as numbers, in whatever order they came', () => {
  const came = [station('s-10'), station('s-2'), station('s-1')];
  expect(names(ordered(came, BY_NAME))).toEqual(['s-1', 's-2', 's-10']);
  expect(names(ordered(came, { column: 'station', isUp: false }))).toEqual(['s-10', 's-2', 's-1']);
});

test('by a number, equals by name, what is missing last either way', () => {
  const came = [station('c', { failed: 2 }), station('b'), station('a', { failed: 2 })];
  expect(names(ordered(came, { column: 'failed', isUp: false }))).toEqual(['a', 'c', 'b']);
  const clocks = [station('x'), station('y', { simulatedTime: '2023-01-01T00:00:00Z' })];
  expect(names(ordered(clocks, { column: 'clock', isUp: true }))).toEqual(['y', 'x']);
  expect(names(ordered(clocks, { column: 'clock', isUp: false }))).toEqual(['y', 'x']);
});
