import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDeviceKey } from './device-identity.ts';
import { openVault, type KeySeal } from './vault.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-vault-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const reversed = (text: string) => [...text].reverse().join('');
const seal: KeySeal = { seal: (text) => Buffer.from(reversed(text)), open: (sealed) => reversed(sealed.toString()) };

test('keys come back after a restart, and no file of the vault shows them', async () => {
  const { keyPem, csrPem } = await createDeviceKey('station-1');
  expect(keyPem).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
  expect(csrPem).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/);
  await (await openVault(folder, null)).put('station/1', keyPem);
  const again = await openVault(folder, null);
  expect(await again.get('station/1')).toBe(keyPem);
  expect(await again.get('station/2')).toBeNull();
  for (const name of await readdir(folder)) {
    expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
    expect((await readFile(join(folder, name))).includes('PRIVATE KEY')).toBe(false);
  }
  await again.remove('station/1');
  expect(await again.get('station/1')).toBeNull();
});

test('the vault key moves into the keychain when there is one', async () => {
  await (await openVault(folder, null)).put('a', 'secret');
  const sealed = await openVault(folder, seal);
  expect(await sealed.get('a')).toBe('secret');
  expect(await readdir(folder)).not.toContain('vault.key');
  expect(await (await openVault(folder, seal)).get('a')).toBe('secret');
});

test('a damaged or exchanged file is refused, not guessed at', async () => {
  const vault = await openVault(folder, null);
  await vault.put('a', 'first');
  await vault.put('b', 'second');
  const [fileA, fileB] = ['a', 'b'].map((name) => join(folder, `${Buffer.from(name).toString('base64url')}.sealed`));
  if (fileA === undefined || fileB === undefined) throw new Error('unreachable');
  await writeFile(fileA, await readFile(fileB));
  await expect(vault.get('a')).rejects.toMatchObject({ code: 'vault.damaged' });
});
