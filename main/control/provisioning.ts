/** Gets each device its certificate from the target, a few at a time, and keeps key and certificate together in the vault. */
import { z } from 'zod';
import { AppError } from '../../preload/errors.ts';
import type { Clients } from '../cloud/clients.ts';
import { onBehalfOf } from '../cloud/recording.ts';
import { removeResource } from '../cloud/removal.ts';
import { provisionDevice, provisionViewer, removeDevice, renewViewerPolicy } from '../cloud/provision.ts';
import { policyNameOf } from '../cloud/policy.ts';
import type { Target } from '../cloud/target.ts';
import { createDeviceKey } from './device-identity.ts';
import type { StationRecord } from './fleet-records.ts';
import type { Vault } from './vault.ts';

const identitySchema = z.object({
  account: z.string(),
  certificateId: z.string(),
  certificatePem: z.string(),
  keyPem: z.string(),
  /** Brought by the person: thing and certificate at the target are theirs. */
  isImported: z.boolean().optional(),
});

export type Identity = z.infer<typeof identitySchema>;

export type Connection = { readonly target: Target; readonly clients: Clients };

/** The stored identity, when it was signed by this target's account; null when the device must be provisioned. */
async function storedIdentity(vault: Vault, name: string, account: string): Promise<Identity | null> {
  const text = await vault.get(name);
  if (text === null) return null;
  const identity = identitySchema.parse(JSON.parse(text));
  return identity.account === account ? identity : null;
}

const vaultName = (record: StationRecord) => `station/${record.id}`;

/** Reuses what the vault holds; else makes a key, has it signed, attaches policy and thing. Safe to repeat. */
export async function stationIdentity(vault: Vault, connection: Connection, record: StationRecord): Promise<Identity> {
  const { account } = connection.target;
  const stored = await storedIdentity(vault, vaultName(record), account);
  if (stored !== null) return stored;
  const { clients } = connection;
  const by = `station/${record.id}`;
  // A certificate whose key was lost with a crash is of no use to anybody.
  for (const resource of clients.recorder.madeBy(by))
    if (resource.kind === 'certificate') await removeResource(clients, resource);
  const { keyPem, csrPem } = await createDeviceKey(record.thingName);
  const made = await onBehalfOf(by, () =>
    provisionDevice(clients, { thingName: record.thingName, topic: record.topic, csrPem }),
  );
  const identity: Identity = {
    account,
    certificateId: made.certificateId,
    certificatePem: made.certificatePem,
    keyPem,
  };
  await vault.put(vaultName(record), JSON.stringify(identity));
  return identity;
}

/** What the vault keeps for a station of this id at this account; null when there is nothing. */
export function keptStationIdentity(vault: Vault, id: string, account: string): Promise<Identity | null> {
  return storedIdentity(vault, `station/${id}`, account);
}

export function keepStationIdentity(vault: Vault, id: string, identity: Identity): Promise<void> {
  return vault.put(`station/${id}`, JSON.stringify(identity));
}

/** Forgets key and certificate here; what is at the target stays. */
export function dropStationIdentity(vault: Vault, id: string): Promise<void> {
  return vault.remove(`station/${id}`);
}

export function forgetViewer(vault: Vault): Promise<void> {
  return vault.remove(VIEWER);
}

const VIEWER = 'isobar-viewer';
const VIEWER_TOPICS = ['*'];

/** Differs per start, so that two Isobars do not evict each other. */
export function viewerClientId(): string {
  return `${VIEWER}-${process.pid}`;
}

/** The identity with which the Topics page listens; its client id differs per start so that two Isobars do not evict each other. */
export async function viewerIdentity(
  vault: Vault,
  connection: Connection,
): Promise<Identity & { readonly clientId: string }> {
  const { account } = connection.target;
  const clientId = viewerClientId();
  const stored = await storedIdentity(vault, VIEWER, account);
  if (stored !== null) {
    await onBehalfOf('viewer', () =>
      renewViewerPolicy(connection.clients, { clientId: VIEWER, topics: VIEWER_TOPICS }),
    );
    return { ...stored, clientId };
  }
  const { keyPem, csrPem } = await createDeviceKey(VIEWER);
  const made = await onBehalfOf('viewer', () =>
    provisionViewer(connection.clients, { clientId: VIEWER, csrPem, topics: VIEWER_TOPICS }),
  );
  const identity: Identity = {
    account,
    certificateId: made.certificateId,
    certificatePem: made.certificatePem,
    keyPem,
  };
  await vault.put(VIEWER, JSON.stringify(identity));
  return { ...identity, clientId };
}

/** Deletes what Isobar made of thing, policy and certificate at the target, and the key here. */
export async function forgetStation(vault: Vault, connection: Connection | null, record: StationRecord): Promise<void> {
  const isImported = (await storedIdentity(vault, vaultName(record), record.certificate?.account ?? ''))?.isImported;
  if (record.certificate !== null && isImported !== true) {
    if (connection === null)
      throw new AppError('target.notReady', `"${record.name}" cannot be removed while its target is not reachable.`, {
        hint: 'Try again in a moment.',
      });
    if (connection.target.account === record.certificate.account) {
      await removeDevice(connection.clients, { thingName: record.thingName, certificateId: record.certificate.id });
    }
  }
  await vault.remove(vaultName(record));
}

/** Fleets from before there was a ledger: Isobar made thing, policy and certificate of each provisioned station. */
export async function recordOlder({ target, clients }: Connection, records: readonly StationRecord[]): Promise<void> {
  for (const { id, thingName, certificate } of records) {
    if (certificate === null || certificate.account !== target.account) continue;
    const by = `station/${id}`;
    await clients.recorder.made({ kind: 'thing', name: thingName }, by);
    await clients.recorder.made({ kind: 'policy', name: policyNameOf(thingName) }, by);
    await clients.recorder.made({ kind: 'certificate', name: certificate.id }, by);
  }
}
