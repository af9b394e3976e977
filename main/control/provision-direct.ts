/** Provisioning by direct calls: for each station key, thing, certificate and ties, several stations at once, each step safe to repeat. */
import { AppError, toPlainError } from '../../preload/errors.ts';
import {
  certificatesSince,
  createThing,
  describeCertificate,
  signRequest,
  tie,
  type Enrolment,
} from '../cloud/enrolment.ts';
import type { Certificate } from '../cloud/provision.ts';
import { onBehalfOf, pendingCertificate, pendingKeyDigest } from '../cloud/recording.ts';
import { removeResource } from '../cloud/removal.ts';
import type { Resource } from '../cloud/resources.ts';
import { inParallel } from './in-parallel.ts';
import { digestOfKey, pendingKey, type PendingKey } from './pending-keys.ts';
import { finishStation, isTaken, nameTaken, waitingItems, type JobMeans, type Names } from './provision-means.ts';

/** Enough to keep a quota of 15 calls a second busy at half a second an answer, and both sides of a local target. */
const AT_ONCE = 12;

/** Rejects when the target is out of reach; a station that the target refuses is noted as failed and never stops the others. */
export async function provisionDirect(means: JobMeans, names: Names): Promise<void> {
  const { job, signal } = means;
  const unanswered = pendingCertificates(means);
  const adopted = await orphans(means);
  await inParallel(waitingItems(job), AT_ONCE, signal, async (item) => {
    job.working(item);
    means.onChange();
    try {
      await provisionItem(means, names, item, adopted);
    } catch (error) {
      const plain = toPlainError(error);
      if (STOPS_ALL.has(plain.code)) {
        await job.note({ kind: 'waiting', item });
        throw error;
      }
      await job.note({ kind: 'failed', item, error: { code: plain.code, message: plain.message } });
    }
    means.onChange();
  });
  if (!signal.aborted) await removeLatecomers(means, [...unanswered, ...pendingCertificates(means)]);
}

/** Not the station's fault, and the next one would meet the same. */
const STOPS_ALL = new Set([
  'cloud.unreachable',
  'aws.ExpiredTokenException',
  'aws.UnrecognizedClientException',
  'aws.UnauthorizedException',
]);

/** Certificates that were signed before a crash and never noted, by the digest of their key. */
async function orphans({ job, connection }: JobMeans): Promise<ReadonlyMap<string, Certificate>> {
  const { recorder } = connection.clients;
  const noted = job.certificateIds();
  const isUnnoted = recorder
    .madeBy(`job/${job.plan.id}`)
    .some(({ kind, name }) => kind === 'certificate' && !noted.has(name));
  return isUnnoted ? certificatesSince(connection.clients, job.plan.created, noted) : new Map();
}

/** What was asked for without a known answer: before a crash, or on a line that was cut. */
function pendingCertificates({ job, connection }: JobMeans): readonly Resource[] {
  return connection.clients.recorder
    .madeBy(`job/${job.plan.id}`)
    .filter((resource) => pendingKeyDigest(resource) !== null);
}

/** The target may have signed a request whose answer was lost, and again when it was repeated: one of the two certificates is unused. */
async function removeLatecomers({ job, connection, signal }: JobMeans, pending: readonly Resource[]): Promise<void> {
  if (pending.length === 0) return;
  const { clients } = connection;
  const unused = await certificatesSince(clients, job.plan.created, job.certificateIds());
  for (const resource of pending) {
    const certificate = unused.get(pendingKeyDigest(resource) ?? '');
    if (certificate !== undefined)
      await removeResource(clients, { kind: 'certificate', name: certificate.certificateId }, signal);
    if (clients.recorder.stateOf(resource) !== null) await clients.recorder.gone(resource);
  }
}

async function provisionItem(
  means: JobMeans,
  names: Names,
  item: number,
  adopted: ReadonlyMap<string, Certificate>,
): Promise<void> {
  const { job, vault, connection } = means;
  const { clients } = connection;
  const { plan } = job;
  const station = plan.items[item];
  if (station === undefined) throw new AppError('provision.item', `The job has no station number ${item}.`);
  if (isTaken(means, names, station.name)) throw nameTaken(station.name);
  const device: Enrolment = { ...plan, thingName: station.name };
  const key = await pendingKey(vault, plan.id, station.name);
  await onBehalfOf(
    `job/${plan.id}`,
    async () => {
      await createThing(clients, device);
      const certificate = await certificateOf(means, item, key, adopted);
      await tie(clients, device, certificate.certificateArn);
      await finishStation(means, item, key, certificate);
    },
    !names.mine.has(station.name),
  );
}

async function certificateOf(
  means: JobMeans,
  item: number,
  key: PendingKey,
  adopted: ReadonlyMap<string, Certificate>,
): Promise<Certificate> {
  const { job, connection } = means;
  const { clients } = connection;
  const noted = job.certificateOf(item);
  if (noted !== undefined) return describeCertificate(clients, noted);
  const orphan = adopted.size === 0 ? undefined : adopted.get(digestOfKey(key.keyPem));
  const certificate = orphan ?? (await signRequest(clients, key.csrPem));
  await job.note({ kind: 'certificate', item, id: certificate.certificateId });
  if (orphan !== undefined) {
    await clients.recorder.made({ kind: 'certificate', name: orphan.certificateId }, `job/${job.plan.id}`);
    await clients.recorder.gone(pendingCertificate(key.csrPem));
  }
  return certificate;
}
