/** The request as a program nobody here wrote reads it. */
import { execFile } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createDeviceKey } from './device-identity.ts';

const run = promisify(execFile);

test('openssl verifies the request, whose subject and key are those asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-csr-'));
  const { keyPem, csrPem } = await createDeviceKey('station-Zürich:1');
  const file = join(folder, 'request.pem');
  await writeFile(file, csrPem);
  const { stdout, stderr } = await run('openssl', [
    'req',
    '-in',
    file,
    '-verify',
    '-noout',
    '-subject',
    '-pubkey',
    '-nameopt',
    'utf8',
  ]);
  expect(stdout + stderr).toMatch(/verify OK/i);
  expect(stdout).toContain('station-Zürich:1');
  const publicKey = createPublicKey(createPrivateKey(keyPem)).export({ type: 'spki', format: 'pem' }).toString();
  expect(stdout).toContain(publicKey.trim());
  expect(keyPem).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
  await rm(folder, { recursive: true, force: true });
});
