/** How the lab keeps its own secrets: sealed with the key its parent passes it, or, started without one, with a key file of its own. */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../preload/errors.ts';
import { openSealed, SEAL_KEY_BYTES, sealText } from '../seal.ts';

export type LabSeal = {
  /** Makes the key file first where there is none yet, so that nothing is ever sealed with a key that a crash could lose. */
  readonly seal: (purpose: string, text: string) => Promise<Buffer>;
  /** Throws AppError `lab.keyDoesNotFit`. */
  readonly open: (purpose: string, sealed: Uint8Array) => string;
};

/** Beside the lab's state, mode 0600: such a lab is protected by the permissions of its files and nothing else. */
const KEY_FILE = 'lab.key';

/**
 * `key`: 32 bytes in base64 from the parent; a key file that lies in the folder is then not looked at. Null: the key file's. Writes nothing itself.
 * Throws AppError `lab.keyDoesNotFit` when the key has another length.
 */
export async function openLabSeal(folder: string, key: string | null): Promise<LabSeal> {
  const keyFile = join(folder, KEY_FILE);
  const given = key === null ? null : Buffer.from(key, 'base64');
  const found = given ?? (await readIfThere(keyFile));
  if (found !== null && found.length !== SEAL_KEY_BYTES) throw keyDoesNotFit(folder, given !== null);
  let made: Promise<Buffer> | null = null;
  return {
    seal: async (purpose, text) => {
      if (found !== null) return sealText(found, purpose, text);
      made ??= createKeyFile(keyFile);
      return sealText(await made, purpose, text);
    },
    open: (purpose, sealed) => {
      // One made in this run has sealed nothing that was there before.
      if (found === null) throw keyDoesNotFit(folder, false);
      try {
        return openSealed(found, purpose, sealed);
      } catch (cause) {
        throw keyDoesNotFit(folder, given !== null, cause);
      }
    },
  };
}

/**
 * A secret in a file of its own, written whole or not at all. A plain file of the same secret, as earlier versions kept it, is sealed once and
 * removed when the sealed one is on the disk.
 */
export type SealedFile = {
  /** Null when there is none. Throws AppError `lab.keyDoesNotFit`. */
  readonly read: () => Promise<string | null>;
  readonly write: (text: string) => Promise<void>;
};

export function sealedFile(
  seal: LabSeal,
  place: { readonly file: string; readonly plainFile: string; readonly purpose: string },
): SealedFile {
  const { file, plainFile, purpose } = place;
  const write = async (text: string): Promise<void> => {
    await writeDurably(file, await seal.seal(purpose, text));
  };
  /** With what a killed process had half written. */
  const removePlain = async (): Promise<void> => {
    await rm(plainFile, { force: true });
    await rm(`${plainFile}.new`, { force: true });
  };
  return {
    write,
    read: async () => {
      const sealed = await readIfThere(file);
      const text = sealed === null ? null : seal.open(purpose, sealed);
      const plain = await readIfThere(plainFile);
      if (text === null && plain !== null) await write(plain.toString('utf8'));
      await removePlain();
      return text ?? plain?.toString('utf8') ?? null;
    },
  };
}

async function createKeyFile(path: string): Promise<Buffer> {
  const key = randomBytes(SEAL_KEY_BYTES);
  await writeDurably(path, key);
  return key;
}

/** On the disk before it takes the name: afterwards the plain file is removed, and no loss of power may leave neither. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.new`;
  await writeAndSync(draft, bytes);
  await rename(draft, path);
}

async function writeAndSync(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function keyDoesNotFit(folder: string, isGiven: boolean, cause?: unknown): AppError {
  return new AppError(
    'lab.keyDoesNotFit',
    isGiven
      ? `The lab in the folder ${folder} is sealed with a key that is not in this Isobar's vault.`
      : `The lab in the folder ${folder} is sealed with a key that is not in its own key file ${KEY_FILE}.`,
    {
      hint: isGiven
        ? 'Start it with what made it: "isobar lab --data" with this folder, or the Isobar whose vault holds its key. Or choose another folder. Nothing was changed.'
        : 'Start it with the Isobar app that made it, put its key file back, or choose another folder. Nothing was changed.',
      cause,
    },
  );
}
