/** The key of a station that has no certificate yet: sealed in the vault as soon as it exists, so that a crash never leaves a certificate without one. */
import { createHash, createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { createDeviceKey } from './device-identity.ts';
import type { Vault } from './vault.ts';

const pendingSchema = z.object({ job: z.string(), keyPem: z.string(), csrPem: z.string() });

export type PendingKey = Readonly<z.infer<typeof pendingSchema>>;

const nameOf = (station: string) => `key/${station}`;

/** The key this job made before, or a new one. */
export async function pendingKey(vault: Vault, job: string, station: string): Promise<PendingKey> {
  const text = await vault.get(nameOf(station));
  const found = text === null ? null : pendingSchema.parse(JSON.parse(text));
  if (found?.job === job) return found;
  const made = { job, ...(await createDeviceKey(station)) };
  await vault.put(nameOf(station), JSON.stringify(made));
  return made;
}

export function forgetPendingKey(vault: Vault, station: string): Promise<void> {
  return vault.remove(nameOf(station));
}

/** SHA-256 of the public key (SPKI, DER), in hex: the same as that of its certificate. */
export function digestOfKey(keyPem: string): string {
  const spki = createPublicKey(keyPem).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}
