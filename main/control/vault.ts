/** Private keys and certificates at rest: one AES-256-GCM file each, mode 0600, under a random vault key that the system's keychain seals where there is one. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../preload/errors.ts';
import { openSealed, SEAL_KEY_BYTES, sealText } from '../seal.ts';

/** The system's keychain. Null where it offers no real encryption: the vault key then lies beside, protected by file permissions only, and the window says so. */
export type KeySeal = { readonly seal: (text: string) => Buffer; readonly open: (sealed: Buffer) => string };

export type Vault = {
  readonly put: (name: string, secret: string) => Promise<void>;
  /** Null when there is none of that name. Throws `vault.damaged` when it cannot be decrypted. */
  readonly get: (name: string) => Promise<string | null>;
  readonly remove: (name: string) => Promise<void>;
  /** Of everything it holds, in no order. */
  readonly names: () => Promise<readonly string[]>;
  /** True where the system's keychain seals the vault key. */
  readonly isSealed: boolean;
};

const KEY_FILE = 'vault.key';
const SUFFIX = '.sealed';

/** Opens or creates the vault in `folder`. */
export async function openVault(folder: string, seal: KeySeal | null): Promise<Vault> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const key = await vaultKey(folder, seal);
  const fileOf = (name: string) => join(folder, `${Buffer.from(name, 'utf8').toString('base64url')}${SUFFIX}`);
  return {
    put: async (name, secret) => {
      await writePrivate(fileOf(name), sealText(key, name, secret));
    },
    get: async (name) => {
      const sealed = await readOrNull(fileOf(name));
      if (sealed === null) return null;
      try {
        return openSealed(key, name, sealed);
      } catch (cause) {
        throw new AppError('vault.damaged', `The stored key of "${name}" cannot be decrypted.`, {
          hint: 'Remove the station and add it again; it gets a new certificate.',
          cause,
        });
      }
    },
    remove: (name) => rm(fileOf(name), { force: true }),
    names: async () =>
      (await readdir(folder))
        .filter((file) => file.endsWith(SUFFIX) && file !== `${KEY_FILE}${SUFFIX}`)
        .map((file) => Buffer.from(file.slice(0, -SUFFIX.length), 'base64url').toString('utf8')),
    isSealed: seal !== null,
  };
}

async function vaultKey(folder: string, seal: KeySeal | null): Promise<Buffer> {
  const sealedFile = join(folder, `${KEY_FILE}${SUFFIX}`);
  const plainFile = join(folder, KEY_FILE);
  if (seal !== null) {
    const sealed = await readOrNull(sealedFile);
    if (sealed !== null) return Buffer.from(seal.open(sealed), 'base64');
  }
  const plain = await readOrNull(plainFile);
  const key = plain ?? randomBytes(SEAL_KEY_BYTES);
  if (seal === null) {
    if (plain === null) await writePrivate(plainFile, key);
    return key;
  }
  await writePrivate(sealedFile, seal.seal(key.toString('base64')));
  await rm(plainFile, { force: true });
  return key;
}

async function writePrivate(file: string, body: Buffer): Promise<void> {
  const fresh = `${file}.${randomBytes(4).toString('hex')}.new`;
  await writeFile(fresh, body, { mode: 0o600 });
  await rename(fresh, file);
}

async function readOrNull(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
