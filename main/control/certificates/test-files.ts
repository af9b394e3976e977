/** Certificates and keys for the tests, made by the machine's own openssl: what people really have on their disks. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type OpenSsl = {
  readonly folder: string;
  /** Runs openssl in the folder. */
  readonly openssl: (...args: readonly string[]) => Promise<void>;
  readonly read: (name: string) => Promise<Buffer>;
  readonly path: (name: string) => string;
  readonly remove: () => Promise<void>;
};

export async function openSsl(): Promise<OpenSsl> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-openssl-'));
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    path,
    openssl: async (...args) => {
      await run('openssl', [...args], { cwd: folder });
    },
    read: (name) => readFile(path(name)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Writes `<name>.key` (PKCS#8 PEM) and `<name>.crt`, self-signed and no authority unless asked. */
export async function makePair(
  { openssl }: OpenSsl,
  name: string,
  kind: 'rsa' | 'ec',
  more: { readonly days?: number; readonly isAuthority?: boolean } = {},
): Promise<void> {
  const key =
    kind === 'rsa'
      ? ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
      : ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  await openssl('genpkey', ...key, '-out', `${name}.key`);
  const basic = `basicConstraints=CA:${more.isAuthority === true ? 'TRUE' : 'FALSE'}`;
  const days = String(more.days ?? 365);
  await openssl(
    'req',
    '-x509',
    '-new',
    '-key',
    `${name}.key`,
    '-subj',
    `/O=Test/CN=${name}`,
    '-days',
    days,
    '-addext',
    basic,
    '-out',
    `${name}.crt`,
  );
}
