/** The ledger over restarts and crashes: what was confirmed is there again, a line cut off is not, damage is told. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from './ledger.ts';

let folder = '';
const file = () => join(folder, 'ledger.ndjson');
const PLACE = { account: '000011112222', region: 'eu-west-1' };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-ledger-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('what was made is there after a restart, by whom; what is gone is not; targets are apart', async () => {
  const ledger = await openLedger(file());
  expect(ledger.existed).toBe(false);
  const recorder = ledger.recorderOf(PLACE);
  await recorder.intend({ kind: 'thing', name: 'a' }, 'job/1');
  await recorder.made({ kind: 'thing', name: 'a' }, 'somebody else');
  await recorder.intend({ kind: 'policy', name: 'p' }, 'job/1');
  await recorder.made({ kind: 'thing', name: 'b' }, 'job/2');
  await recorder.gone({ kind: 'thing', name: 'b' });
  await ledger.recorderOf({ ...PLACE, region: 'us-east-1' }).made({ kind: 'thing', name: 'elsewhere' }, 'job/1');
  await ledger.close();
  // The end of a line that a crash cut off.
  await appendFile(file(), '{"target":"000011112222/eu-west-1","kind":"thi');

  const again = await openLedger(file());
  const entries = again.entriesOf(PLACE).map(({ kind, name, state, by }) => ({ kind, name, state, by }));
  expect(entries).toEqual([
    { kind: 'thing', name: 'a', state: 'made', by: 'job/1' },
    { kind: 'policy', name: 'p', state: 'intended', by: 'job/1' },
  ]);
  expect(again.recorderOf(PLACE).madeBy('job/1').length).toBe(2);
  await again.close();
  // Opening has written it anew, without history.
  expect((await readFile(file(), 'utf8')).trim().split('\n').length).toBe(3);
});

test('a damaged line is told, not guessed', async () => {
  await writeFile(file(), '{"target":1}\n');
  await expect(openLedger(file())).rejects.toMatchObject({ code: 'ledger.damaged' });
});
