/** The lab's counts of its quota mode, told by station. */
import { expect, test } from 'vitest';
import { discardedOf } from './discarded.ts';
import { viewerClientId } from './provisioning.ts';

const connections = [
  { clientId: 'roof', droppedIn: 40, droppedOut: 2 },
  { clientId: viewerClientId(), droppedIn: 0, droppedOut: 7 },
];

test('what a station and the viewer have lost is told apart', () => {
  const quotas = { isOn: true, droppedIn: 40, droppedOut: 9, connections };
  expect(discardedOf({ quotas })).toEqual({ viewer: 7, things: { roof: 42 } });
});

test('nothing is told while the quotas are off or the target does not tell', () => {
  expect(discardedOf({ quotas: { isOn: false, droppedIn: 0, droppedOut: 0, connections: [] } })).toBeNull();
  expect(discardedOf(null)).toBeNull();
});
