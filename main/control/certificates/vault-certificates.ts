/** Certificates and keys in the vault: the one each station connects with, and those kept for later. Only here are they written and read. */
import { z } from 'zod';
import type { Vault } from '../vault.ts';
import { AppError } from '../../../preload/errors.ts';

const keptSchema = z.object({
  certificateId: z.string(),
  certificatePem: z.string(),
  keyPem: z.string(),
  /** Brought by the person: what belongs to it at the target is theirs, and stays when the station goes. */
  isImported: z.boolean().default(false),
});

export type Kept = z.infer<typeof keptSchema>;

const identitySchema = keptSchema.extend({ account: z.string() });

/** As `provisioning.ts` stores it: an identity counts for one account. */
export type StationIdentity = z.infer<typeof identitySchema>;

export type VaultCertificates = {
  readonly keep: (certificate: Kept) => Promise<void>;
  /** Null when it is not kept. */
  readonly kept: (certificateId: string) => Promise<Kept | null>;
  readonly forget: (certificateId: string) => Promise<void>;
  readonly allKept: () => Promise<readonly Kept[]>;
  /** Null while the station has none. */
  readonly ofStation: (station: string) => Promise<StationIdentity | null>;
  readonly setOfStation: (station: string, identity: StationIdentity) => Promise<void>;
  readonly clearOfStation: (station: string) => Promise<void>;
};

const KEPT = 'certificate/';
const STATION = 'station/';

export function createVaultCertificates(vault: Vault): VaultCertificates {
  const read = async <Schema extends z.ZodType>(name: string, schema: Schema): Promise<z.infer<Schema> | null> => {
    const text = await vault.get(name);
    if (text === null) return null;
    const parsed = schema.safeParse(JSON.parse(text));
    // The reason could quote what was read, so it is left out.
    if (!parsed.success) throw new AppError('vault.damaged', `What the vault holds under "${name}" cannot be read.`);
    return parsed.data;
  };
  const kept = (certificateId: string) => read(`${KEPT}${certificateId}`, keptSchema);
  return {
    keep: ({ certificateId, certificatePem, keyPem, isImported }) =>
      vault.put(`${KEPT}${certificateId}`, JSON.stringify({ certificateId, certificatePem, keyPem, isImported })),
    kept,
    forget: (certificateId) => vault.remove(`${KEPT}${certificateId}`),
    allKept: async () => {
      const names = (await vault.names()).filter((name) => name.startsWith(KEPT));
      const found = await Promise.all(names.map((name) => kept(name.slice(KEPT.length))));
      return found.flatMap((one) => one ?? []);
    },
    ofStation: (station) => read(`${STATION}${station}`, identitySchema),
    setOfStation: (station, identity) => vault.put(`${STATION}${station}`, JSON.stringify(identity)),
    clearOfStation: (station) => vault.remove(`${STATION}${station}`),
  };
}
