import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../iot/append-log-store.ts';
import { readCheckpoint } from '../iot/checkpoint.ts';
import { openMessageLog } from '../iot/message-log.ts';
import { openJournal } from '../iot/journal.ts';
import { IDENTITY, testFolder } from '../iot/test-lab.ts';
import { AwsError, type DeliveryStreams } from '../services.ts';
import { openEngine } from './engine.ts';
import { openRuleBook } from './rule-book.ts';
import { parseRulePayload } from './rule-payload.ts';

const MESSAGES = 20_000;

/** A rule for every message into the stream of the same name. */
async function open(folder: string, streams: DeliveryStreams, names: readonly string[]) {
  const store = openStore(join(folder, 'registry.log'));
  const rules = openRuleBook(store);
  for (const name of names) {
    const firehose = { deliveryStreamName: name, roleArn: IDENTITY.roleArn };
    const { payload, statement } = parseRulePayload({ sql: "SELECT * FROM 'a/#'", actions: [{ firehose }] });
    rules.save(name, 0, payload, statement);
  }
  const checkpointPath = join(folder, 'checkpoint.json');
  const checkpoint = await readCheckpoint(checkpointPath);
  const journal = openJournal(join(folder, 'journal'), { firstSequence: 1, actedSequence: checkpoint?.acted ?? 0 });
  const engine = openEngine({
    journal,
    checkpoint,
    checkpointPath,
    rules,
    streams,
    messages: openMessageLog(),
    onChange: () => undefined,
  });
  const publish = (payload: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const message = { topic: 'a/b', clientId: 'c', payload: Buffer.from(payload) };
      journal.append(message, (error) => (error === null ? resolve() : reject(error)));
    });
  const close = async (): Promise<void> => {
    await engine.close();
    await journal.close();
    store.close();
  };
  return { engine, publish, close };
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
  expect(first.engine.counters()).toEqual(counters);
  await first.close();

  const second = await open(folder, streams, ['all']);
  expect(second.engine.counters()).toEqual(counters);
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
  await lab.close();
});
