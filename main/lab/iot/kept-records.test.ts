import { appendFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openKeptRecords, type KeptRecords } from './kept-records.ts';
import { openSessions } from './sessions.ts';
import { testFolder } from './test-folder.ts';
import { until } from './test-mqtt-client.ts';

const SEGMENT = 4_096;

function textOf(records: KeptRecords): Record<string, string> {
  return Object.fromEntries(records.startingWith('').map(([key, value]) => [key, value.toString()]));
}

it('gives back the newest of every record after any end, and does not grow with what was removed', async () => {
  const folder = await testFolder();
  const first = await openKeptRecords(folder, SEGMENT);
  await first.put('old', Buffer.from('stays'));
  await first.put('gone', Buffer.from('x'));
  await first.remove('gone');
  for (let round = 0; round < 400; round++) {
    await first.put(`m/${round}`, Buffer.alloc(100, 65));
    await first.remove(`m/${round}`);
    await first.put('counter', Buffer.from(String(round)));
  }
  const bytes = (): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  await until('the files are tidied', () => bytes() < 6 * SEGMENT);
  await first.close();
  const names = readdirSync(folder).sort();
  // The beginning of a record whose end a crash has cut off.
  appendFileSync(join(folder, names.at(-1) ?? ''), Buffer.from([200, 0, 0, 0, 3, 0, 1, 65]));
  const second = await openKeptRecords(folder, SEGMENT);
  expect(textOf(second)).toEqual({ old: 'stays', counter: '399' });
  await second.put('after', Buffer.from('the torn end'));
  await second.close();
  const third = await openKeptRecords(folder, SEGMENT);
  expect(textOf(third)).toEqual({ old: 'stays', counter: '399', after: 'the torn end' });
  await third.close();
});

it('keeps a message for each session until that session has acknowledged it, across restarts', async () => {
  const folder = await testFolder();
  const queue = (sessions: ReturnType<typeof openSessions>, clientId: string): readonly string[] =>
    sessions.waiting(clientId).map(({ message }) => message.payload.toString());
  const records = await openKeptRecords(folder);
  const sessions = openSessions(records);
  await sessions.subscribe('a', [{ topic: 'x/+', qos: 1 }]);
  await sessions.subscribe('b', [
    { topic: 'x/#', qos: 1 },
    { topic: 'zero', qos: 0 },
  ]);
  const one = await sessions.enqueue('x/1', Buffer.from('one'));
  await sessions.enqueue('x/2', Buffer.from('two'));
  expect(sessions.enqueue('zero', Buffer.from('not kept'))).toBeUndefined();
  sessions.settle('a', one?.number ?? 0);
  sessions.close();
  await records.close();

  const again = await openKeptRecords(folder);
  const restored = openSessions(again);
  expect([queue(restored, 'a'), queue(restored, 'b')]).toEqual([['two'], ['one', 'two']]);
  expect(restored.subscriptionsOf('b')).toEqual([
    { topic: 'x/#', qos: 1 },
    { topic: 'zero', qos: 0 },
  ]);
  for (const { message } of restored.waiting('b')) restored.settle('b', message.number);
  restored.discard('a');
  expect(again.startingWith('').map(([key]) => key)).toEqual(['s/b']);
  restored.close();
  await again.close();
});
