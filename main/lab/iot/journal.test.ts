import { appendFileSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal, type Journal } from './journal.ts';
import { testFolder } from './test-folder.ts';

const ALL = { messages: 1_000_000, bytes: 1e12 };

const FROM = { clientId: 'é', principal: 'p', sourceIp: '127.0.0.1', hops: 0 };

function append(journal: Journal, payload: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    journal.append({ ...FROM, topic: 'a/b', payload }, (error) => (error === null ? resolve() : reject(error)));
  });
}

async function readAll(journal: Journal, after: number) {
  const found = [];
  let at = after;
  for (;;) {
    const messages = await journal.readAfter(at, ALL);
    if (messages.length === 0) return found;
    found.push(
      ...messages.map(({ sequence, topic, clientId, payload }) => [sequence, topic, clientId, String(payload)]),
    );
    at = messages.at(-1)?.sequence ?? at;
  }
}

it('gives back every message in order, from memory and from its files, and deletes what is done', async () => {
  const folder = await testFolder();
  const options = { firstSequence: 1000, actedSequence: 0, segmentBytes: 50_000 };
  const journal = openJournal(folder, options);
  const expected = Array.from({ length: 5000 }, (_, index) => [1000 + index, 'a/b', 'é', `message ${index}`]);
  await Promise.all(expected.map(([, , , payload]) => append(journal, Buffer.from(String(payload)))));
  expect(await readAll(journal, 999)).toEqual(expected);
  await journal.close();

  // A write that a crash cut off leaves half a record behind.
  appendFileSync(join(folder, readdirSync(folder).sort().at(-1) ?? ''), Buffer.from([90, 0, 0, 0, 1, 2, 3]));
  const again = openJournal(folder, options);
  expect(again.lastSequence()).toBe(5999);
  expect(await readAll(again, 999)).toEqual(expected);
  expect(await readAll(again, 3500)).toEqual(expected.slice(2501));
  // The newest are in memory, the others in the files only.
  await append(again, Buffer.from('one more'));
  expect(await readAll(again, 4999)).toEqual([...expected.slice(4000), [6000, 'a/b', 'é', 'one more']]);

  for (let index = 0; index < 20; index++) await append(again, Buffer.alloc(10_000));
  again.release(6015);
  expect(again.keptAfter()).toBeGreaterThan(6000);
  expect(again.keptAfter()).toBeLessThanOrEqual(6015);
  expect((await again.readAfter(6018, ALL)).map(({ sequence }) => sequence)).toEqual([6019, 6020]);
  await again.close();

  // After a power cut the checkpoint may know more than the files: numbers are never given out twice.
  const cut = openJournal(folder, { firstSequence: 9000, actedSequence: 6021 });
  expect(cut.keptAfter()).toBe(8999);
  await append(cut, Buffer.from('after'));
  expect(await readAll(cut, cut.keptAfter())).toEqual([[9000, 'a/b', 'é', 'after']]);
  await cut.close();
});

it('confirms nothing that it cannot write, and goes on when it can again', async () => {
  const folder = await testFolder();
  const journal = openJournal(folder, { firstSequence: 1, actedSequence: 0, segmentBytes: 1 });
  await append(journal, Buffer.from('first'));
  // The next file cannot be made: its name is taken by a folder.
  const blocked = join(folder, '0000000000000002.journal');
  mkdirSync(blocked);
  await expect(append(journal, Buffer.from('lost'))).rejects.toMatchObject({ code: 'EISDIR' });
  expect(journal.lastSequence()).toBe(1);
  rmdirSync(blocked);
  await append(journal, Buffer.from('second'));
  expect(await readAll(journal, 0)).toEqual([
    [1, 'a/b', 'é', 'first'],
    [2, 'a/b', 'é', 'second'],
  ]);
  await journal.close();
});

it('keeps the time of receipt of each message, and who sent it, also in the file', async () => {
  const folder = await testFolder();
  const options = { firstSequence: 1, actedSequence: 0 };
  const journal = openJournal(folder, options);
  const before = Date.now();
  const written = append(journal, Buffer.from('1'));
  // Both wait for the same write.
  const until = before + 25;
  while (Date.now() < until);
  await Promise.all([written, append(journal, Buffer.from('2'))]);
  const fromMemory = await journal.readAfter(0, ALL);
  await journal.close();
  const again = openJournal(folder, options);
  const fromFile = await again.readAfter(0, ALL);
  await again.close();
  expect(fromFile).toEqual(fromMemory);
  const [first, second] = fromFile;
  expect(first).toMatchObject({ ...FROM, topic: 'a/b', payload: Buffer.from('1') });
  expect((second?.receivedAt ?? 0) - (first?.receivedAt ?? 0)).toBeGreaterThanOrEqual(20);
  expect(first?.receivedAt).toBeGreaterThanOrEqual(before);
});
