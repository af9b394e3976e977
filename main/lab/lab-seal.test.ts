/** The lab's own secrets on the disk: sealed, migrated from the plain files of earlier versions, and untouched by a key that does not fit. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openIdentity } from './identity.ts';
import { openLab } from './lab.ts';
import { openLabSeal } from './lab-seal.ts';
import { NO_ENGINE } from './test-no-engine.ts';

const KEY = randomBytes(32).toString('base64');
const OTHER_KEY = randomBytes(32).toString('base64');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-seal-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function open(sealKey: string | null) {
  const key = sealKey === null ? {} : { sealKey };
  const lab = await openLab({ folder, port: 0, mqttPort: 0, ...key }, NO_ENGINE, () => undefined);
  await lab.close();
  const { account, accessKeyId, secretAccessKey, ca } = lab.report;
  return { account, accessKeyId, secretAccessKey, ca };
}

/** Relative path to content of every file. */
async function everyFile(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path.slice(folder.length + 1), (await readFile(path)).toString('latin1'));
  }
  return found;
}

/** The same lab as an earlier version would have left it: the secrets in plain. */
async function asItWas(seal: Awaited<ReturnType<typeof openLabSeal>>): Promise<void> {
  const { account, region, accessKeyId, secretAccessKey } = await openIdentity(folder, seal);
  await writeFile(join(folder, 'lab.json'), JSON.stringify({ account, region, accessKeyId, secretAccessKey }));
  for (const [name, purpose] of [
    ['ca-key', 'key of the certificate authority'],
    ['server-key', 'key of the server certificate'],
  ] as const) {
    const sealed = await readFile(join(folder, 'iot', `${name}.sealed`));
    await writeFile(join(folder, 'iot', `${name}.pem`), seal.open(purpose, sealed), { mode: 0o600 });
  }
}

const SEALED = ['ca-key.sealed', 'server-key.sealed'];

test.each([
  ['the plain files only', SEALED],
  ['a start that was killed after the first sealed key', ['server-key.sealed']],
  ['a start that was killed before the plain files were removed', []],
])('%s: sealed at the next start, the same lab as before', async (_name, absent) => {
  const before = await open(KEY);
  const seal = await openLabSeal(folder, KEY);
  await asItWas(seal);
  for (const name of absent) await rm(join(folder, 'iot', name));
  await writeFile(join(folder, 'iot', 'ca-key.pem.new'), '-----BEGIN PRIVATE KEY-----\n');

  expect(await open(KEY)).toEqual(before);

  const files = await everyFile();
  expect([...files.keys()].filter((path) => /key/.test(path)).sort()).toEqual(SEALED.map((name) => join('iot', name)));
  expect(
    [...files].filter(([, text]) => text.includes('PRIVATE KEY') || text.includes(before.secretAccessKey)),
  ).toEqual([]);
  expect(await open(KEY)).toEqual(before);
});

test('a key that does not fit is refused both ways, and every file stays as it was', async () => {
  const before = await open(KEY);
  const files = await everyFile();
  for (const key of [OTHER_KEY, 'c2hvcnQ=', null])
    await expect(open(key)).rejects.toMatchObject({ code: 'lab.keyDoesNotFit' });
  expect(await everyFile()).toEqual(files);
  expect(await open(KEY)).toEqual(before);
});

test('a lab that was given no key keeps a key file; neither a given key nor its loss harms it', async () => {
  const before = await open(null);
  const keyFile = join(folder, 'lab.key');
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  const files = await everyFile();

  await expect(open(KEY)).rejects.toMatchObject({ code: 'lab.keyDoesNotFit' });
  expect(await everyFile()).toEqual(files);

  await rename(keyFile, `${folder}.key`);
  await expect(open(null)).rejects.toMatchObject({ code: 'lab.keyDoesNotFit' });
  await rename(`${folder}.key`, keyFile);
  expect(await everyFile()).toEqual(files);
  expect(await open(null)).toEqual(before);
});

test('a sealed key that lost its end is refused, not replaced', async () => {
  await open(KEY);
  const file = join(folder, 'iot', 'ca-key.sealed');
  await writeFile(file, (await readFile(file)).subarray(0, 10));
  await expect(open(KEY)).rejects.toMatchObject({ code: 'lab.keyDoesNotFit' });
  expect((await stat(file)).size).toBe(10);
});
