/** The key that seals the lab's own keys: random, kept in the vault, handed to the lab process over its port. */
import { randomBytes } from 'node:crypto';
import { AppError } from '../../preload/errors.ts';
import { SEAL_KEY_BYTES } from '../seal.ts';
import type { Vault } from './vault.ts';

const NAME = 'lab-key';

/** Base64 of 32 bytes; made and in the vault before anything is sealed with it. Throws `vault.damaged`. */
export async function labKey(vault: Vault): Promise<string> {
  const found = await vault.get(NAME).catch((cause: unknown) => {
    throw new AppError('vault.damaged', 'The key that seals the local lab cannot be decrypted.', {
      hint: "Restore the data folder's vault from a backup, or start Isobar with another data folder. Nothing was changed.",
      cause,
    });
  });
  if (found !== null) return found;
  const made = randomBytes(SEAL_KEY_BYTES).toString('base64');
  await vault.put(NAME, made);
  return made;
}
