/** What both ways of provisioning share: the names that are taken, and the last steps of a station that has its certificate. */
import { AppError } from '../../preload/errors.ts';
import { listThingNames } from '../cloud/enrolment.ts';
import type { Certificate } from '../cloud/provision.ts';
import { recordOfCopy } from './catalogue.ts';
import type { Fleet } from './fleet.ts';
import type { Job } from './job-file.ts';
import { forgetPendingKey, type PendingKey } from './pending-keys.ts';
import { keepStationIdentity, keptStationIdentity, type Connection } from './provisioning.ts';
import type { BundledSet } from '../noaa/bundled.ts';
import type { Vault } from './vault.ts';

export type JobMeans = {
  readonly job: Job;
  readonly connection: Connection;
  readonly vault: Vault;
  readonly fleet: Fleet;
  readonly sets: readonly BundledSet[];
  readonly signal: AbortSignal;
  readonly onChange: () => void;
};

/** Thing names: all that are at the target, and those that this job made before. */
export type Names = { readonly there: ReadonlySet<string>; readonly mine: ReadonlySet<string> };

export async function lookUpNames({ connection, job }: JobMeans): Promise<Names> {
  const { clients } = connection;
  const mine = clients.recorder.madeBy(`job/${job.plan.id}`).filter(({ kind }) => kind === 'thing');
  return { there: await listThingNames(clients), mine: new Set(mine.map(({ name }) => name)) };
}

/** Somebody else's thing, or a station of the fleet that is not from this job. */
export function isTaken({ fleet }: JobMeans, { there, mine }: Names, name: string): boolean {
  return !mine.has(name) && (there.has(name) || fleet.has(name));
}

export function nameTaken(name: string): AppError {
  return new AppError('provision.nameTaken', `There is a thing or station "${name}" already.`, {
    hint: 'Remove or rename the other one, then retry.',
  });
}

export function waitingItems(job: Job): readonly number[] {
  return job.plan.items.flatMap((_item, index) => (job.itemState(index) === 'waiting' ? [index] : []));
}

/**
 * The fleet's file is written a moment after a station came in: a crash in between loses stations that the job has done. Those whose
 * identity the vault still holds come in again; one that a person removed has none.
 */
export async function restoreStations({ job, vault, fleet, sets }: JobMeans): Promise<void> {
  const { items, account } = job.plan;
  for (const [item, { name, set, station }] of items.entries()) {
    if (job.itemState(item) !== 'done' || fleet.has(name)) continue;
    const identity = await keptStationIdentity(vault, name, account);
    if (identity === null || fleet.has(name)) continue;
    const record = recordOfCopy(sets, set, station, name);
    fleet.add({ ...record, certificate: { account, id: identity.certificateId } });
  }
}

/** Key and certificate into the vault as the station's identity, the station into the fleet. Safe to repeat. */
export async function finishStation(
  means: JobMeans,
  item: number,
  key: PendingKey,
  certificate: Pick<Certificate, 'certificateId' | 'certificatePem'>,
): Promise<void> {
  const { job, vault, connection, fleet, sets } = means;
  const { plan } = job;
  const source = plan.items[item];
  if (source === undefined) throw new AppError('provision.item', `The job has no station number ${item}.`);
  const { certificateId, certificatePem } = certificate;
  const { account } = connection.target;
  await keepStationIdentity(vault, source.name, { account, certificateId, certificatePem, keyPem: key.keyPem });
  await forgetPendingKey(vault, source.name);
  const record = recordOfCopy(sets, source.set, source.station, source.name);
  if (!fleet.has(source.name)) fleet.add({ ...record, certificate: { account, id: certificateId } });
  await job.note({ kind: 'done', item });
}
