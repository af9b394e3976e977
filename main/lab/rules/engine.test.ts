import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFolder } from '../iot/test-folder.ts';
import { AwsError, type DeliveryStreams } from '../services.ts';
import { openTestEngine } from './test-engine.ts';

const MESSAGES = 20_000;

/** A rule for every message into the stream of the same name. */
async function open(folder: string, streams: DeliveryStreams, names: readonly string[]) {
  const lab = await openTestEngine(folder, { streams });
  for (const name of names) lab.rule(name, { sql: "SELECT * FROM 'a/#'", actions: [lab.toStream(name)] });
  return { ...lab, publish: (payload: string) => lab.publish('a/b', payload) };
}

it('falls behind a slow stream without losing anything, and goes on after a restart where it was', async () => {
  const folder = await testFolder();
  const delivered: string[] = [];
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const streams: DeliveryStreams = {
    exists: () => true,
    put: async (_stream, records) => {
      await gate;
      delivered.push(...records.map(String));
    },
  };
  const first = await open(folder, streams, ['all']);
  const expected = Array.from({ length: MESSAGES }, (_, index) => `message ${index}`);
  // More than is kept in memory: the rest comes from the files.
  await Promise.all(expected.map(first.publish));
  letGo();
  await first.engine.drain();
  expect(delivered).toEqual(expected);
  const counters = [{ name: 'all', matched: MESSAGES, passed: MESSAGES, delivered: MESSAGES, failed: 0 }];
  expect(first.engine.counters()).toMatchObject(counters);
  await first.close();

  const second = await open(folder, streams, ['all']);
  expect(second.engine.counters()).toMatchObject(counters);
  expect(second.engine.counters()[0]?.actions).toMatchObject([{ target: 'all', delivered: MESSAGES, failed: 0 }]);
  await second.publish('one more');
  await second.engine.drain();
  expect(delivered).toEqual([...expected, 'one more']);
  await second.close();
});

it('tries again what may pass, gives up what never will, and keeps the other rules going', async () => {
  const attempts = new Map<string, number>();
  const delivered: string[] = [];
  const streams: DeliveryStreams = {
    exists: () => true,
    put: (stream, records) => {
      const attempt = (attempts.get(stream) ?? 0) + 1;
      attempts.set(stream, attempt);
      if (stream === 'gone') return Promise.reject(new AwsError('ResourceNotFoundException', 'no such stream'));
      if (stream === 'shaky' && attempt < 3) return Promise.reject(new Error('a moment, please'));
      delivered.push(...records.map((record) => `${stream}: ${String(record)}`));
      return Promise.resolve();
    },
  };
  const lab = await open(await testFolder(), streams, ['gone', 'shaky', 'good']);
  await lab.publish('x');
  await lab.engine.drain();
  expect({ delivered: delivered.sort(), attempts: Object.fromEntries(attempts) }).toEqual({
    delivered: ['good: x', 'shaky: x'],
    attempts: { gone: 1, shaky: 3, good: 1 },
  });
  expect(lab.engine.counters().map(({ name, delivered, failed }) => [name, delivered, failed])).toEqual([
    ['gone', 0, 1],
    ['shaky', 1, 0],
    ['good', 1, 0],
  ]);
  expect(lab.engine.counters()[0]?.lastFailure).toMatchObject({ action: 0, resource: 'gone', cause: 'noStream' });
  await lab.close();
});

it('does not let a rule whose action tries again hold up another, and settles it when it passes', async () => {
  let isUp = false;
  const delivered: string[] = [];
  const streams: DeliveryStreams = {
    exists: () => true,
    put: (stream, records) => {
      if (stream === 'down' && !isUp) return Promise.reject(new AwsError('ServiceUnavailableException', 'busy', 503));
      delivered.push(...records.map((record) => `${stream}: ${String(record)}`));
      return Promise.resolve();
    },
  };
  const lab = await open(await testFolder(), streams, ['down', 'good']);
  await lab.publish('1');
  await expect.poll(() => delivered, { timeout: 30_000 }).toEqual(['good: 1']);
  await lab.publish('2');
  await expect.poll(() => delivered, { timeout: 30_000 }).toEqual(['good: 1', 'good: 2']);
  isUp = true;
  await lab.engine.drain();
  expect(delivered.slice(2)).toEqual(['down: 1', 'down: 2']);
  await lab.close();
});

it('leaves what a stopping lab could not send in the journal, and sends it after the restart', async () => {
  const folder = await testFolder();
  let isUp = false;
  const delivered: string[] = [];
  const streams: DeliveryStreams = {
    exists: () => true,
    put: (_stream, records) => {
      if (!isUp) return Promise.reject(new AwsError('ServiceUnavailableException', 'busy', 503));
      delivered.push(...records.map(String));
      return Promise.resolve();
    },
  };
  const first = await open(folder, streams, ['all']);
  await Promise.all(['1', '2', '3'].map(first.publish));
  await first.close();
  isUp = true;
  const second = await open(folder, streams, ['all']);
  await second.engine.drain();
  expect(delivered).toEqual(['1', '2', '3']);
  await second.close();
});

it('sends what an older form of a rule has waiting before what the newer has', async () => {
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const delivered: string[] = [];
  const streams: DeliveryStreams = {
    exists: () => true,
    put: async (stream, records) => {
      await gate;
      delivered.push(...records.map((record) => `${stream}: ${String(record)}`));
    },
  };
  const lab = await open(await testFolder(), streams, ['all']);
  await lab.publish('{"n":1}');
  await expect.poll(() => lab.engine.counters()[0]?.matched, { timeout: 30_000 }).toBe(1);
  lab.rule('all', { sql: "SELECT n AS m FROM 'a/#'", actions: [lab.toStream('other')] });
  await lab.publish('{"n":2}');
  await expect.poll(() => lab.engine.counters()[0]?.matched, { timeout: 30_000 }).toBe(2);
  letGo();
  await lab.engine.drain();
  expect(delivered).toEqual(['all: {"n":1}', 'other: {"m":2}']);
  await lab.close();
});

it('does not repeat after a restart what one action has done while another of the same message lags', async () => {
  const folder = await testFolder();
  let isUp = false;
  const delivered: string[] = [];
  const streams: DeliveryStreams = {
    exists: () => true,
    put: (stream, records, origin) => {
      if (stream === 'lagging' && !isUp)
        return Promise.reject(new AwsError('ServiceUnavailableException', 'busy', 503));
      delivered.push(...records.map((record) => `${stream} ${String(record)} ${origin?.sequence ?? 0}`));
      return Promise.resolve();
    },
  };
  const open = async () => {
    const lab = await openTestEngine(folder, { streams });
    lab.rule('two', { sql: "SELECT * FROM 'a/#'", actions: [lab.toStream('prompt'), lab.toStream('lagging')] });
    return lab;
  };
  const first = await open();
  await first.publish('a/b', 'x');
  await expect.poll(() => delivered, { timeout: 30_000 }).toEqual(['prompt x 1']);
  await first.close();
  isUp = true;
  const second = await open();
  await second.engine.drain();
  expect(delivered).toEqual(['prompt x 1', 'lagging x 1']);
  await second.close();
});

it('counts each message once, whatever a crash makes it do again', async () => {
  const folder = await testFolder();
  let isUp = false;
  const streams: DeliveryStreams = {
    exists: () => true,
    put: (stream) => {
      if (stream === 'gone') return Promise.reject(new AwsError('ResourceNotFoundException', 'no such stream'));
      if (stream === 'lagging' && !isUp)
        return Promise.reject(new AwsError('ServiceUnavailableException', 'busy', 503));
      return Promise.resolve();
    },
  };
  const open = async (from: string) => {
    const lab = await openTestEngine(from, { streams });
    const sql = "SELECT n FROM 'a/#' WHERE n > 0";
    lab.rule('three', { sql, actions: [lab.toStream('prompt'), lab.toStream('lagging'), lab.toStream('gone')] });
    lab.rule('guarded', { sql, actions: [lab.toStream('gone')], errorAction: lab.toStream('lagging') });
    return lab;
  };
  const first = await open(folder);
  await Promise.all(Array.from({ length: 5_000 }, (_, n) => first.publish('a/b', `{"n":${n}}`)));
  await expect
    .poll(() => first.engine.counters().map(({ matched, failed }) => [matched, failed]), { timeout: 60_000 })
    .toEqual([
      [5_000, 4_999],
      [5_000, 4_999],
    ]);
  const checkpoint = async (): Promise<string> => readFile(join(folder, 'checkpoint.json'), 'utf8');
  await expect.poll(checkpoint, { timeout: 60_000 }).toContain('"matched":5000');
  // What `kill -9` would leave at this moment.
  const left = await testFolder();
  await cp(folder, left, { recursive: true });
  isUp = true;
  await first.close();

  const second = await open(left);
  await second.engine.drain();
  // How many of them had been given up before is a matter of time.
  const counted = second.engine.counters().map(({ matched, passed, delivered, failed, actions }) => ({
    ...{ matched, passed, acted: delivered + failed },
    actions: actions.map((action) => action.delivered + action.failed),
  }));
  expect(counted).toEqual([
    { matched: 5_000, passed: 4_999, acted: 3 * 4_999, actions: [4_999, 4_999, 4_999] },
    { matched: 5_000, passed: 4_999, acted: 4_999, actions: [4_999, 4_999] },
  ]);
  const [three] = second.engine.counters();
  expect(three?.actions).toMatchObject([{ delivered: 4_999 }, {}, { failed: 4_999 }]);
  await second.close();
});
