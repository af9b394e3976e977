/** Provisioning by AWS's bulk task: all keys and signing requests first, one data file, one task, and its reports turned into stations. */
import { AppError } from '../../preload/errors.ts';
import { keyDigestOf } from '../cloud/enrolment.ts';
import { exists } from '../cloud/existence.ts';
import { ensureBucket } from '../cloud/pipeline.ts';
import { onBehalfOf, pendingCertificate } from '../cloud/recording.ts';
import { isRefusal } from '../cloud/refusals.ts';
import {
  awaitRegistration,
  findRegistration,
  readErrors,
  readResults,
  registrationTemplate,
  startRegistration,
  stopRegistration,
} from '../cloud/registration-task.ts';
import { inParallel } from './in-parallel.ts';
import { digestOfKey, pendingKey, type PendingKey } from './pending-keys.ts';
import { finishStation, isTaken, nameTaken, waitingItems, type JobMeans, type Names } from './provision-means.ts';
import { provisioningBucket } from './provision-plan.ts';

export type BulkProgress = {
  readonly step: (step: 'keys' | 'upload' | 'task' | 'reports') => void;
  readonly percent: (percent: number | null) => void;
};

/** Keys are made on the thread pool, so more at once than threads only fills the queue. */
const KEYS_AT_ONCE = 6;
const STATIONS_AT_ONCE = 8;

/** Goes on with the task that is under way, or starts one for the stations that wait. */
export async function provisionBulk(means: JobMeans, names: Names, progress: BulkProgress): Promise<void> {
  const task = means.job.task() ?? (await askedTask(means)) ?? (await startTask(means, names, progress));
  if (task === null) return;
  await followTask(means, task, progress);
}

type Task = NonNullable<ReturnType<JobMeans['job']['task']>>;

/** The task that was asked for before a crash, when it did start. */
async function askedTask({ job, connection }: JobMeans): Promise<Task | null> {
  const asked = job.askedTask();
  if (asked === null) return null;
  const id = await findRegistration(connection.clients, asked.file);
  if (id === null) return null;
  await job.note({ kind: 'task', id, items: [...asked.items] });
  return { id, items: asked.items };
}

async function startTask(means: JobMeans, names: Names, progress: BulkProgress): Promise<Task | null> {
  const { job, connection, signal } = means;
  const { plan } = job;
  const by = `job/${plan.id}`;
  const { clients, target } = connection;
  for (const item of waitingItems(job)) {
    const name = plan.items[item]?.name ?? '';
    if (!isTaken(means, names, name)) continue;
    const { code, message } = nameTaken(name);
    await job.note({ kind: 'failed', item, error: { code, message } });
  }
  const items = waitingItems(job);
  if (items.length === 0) return null;
  progress.step('keys');
  const keys = await keysOf(means, items);
  if (signal.aborted) return null;

  progress.step('upload');
  const bucket = provisioningBucket(plan.account);
  await onBehalfOf(by, () => ensureBucket(clients, bucket));
  const lines = items.map((item) => ({
    thingName: plan.items[item]?.name ?? '',
    csrPem: keys.get(item)?.csrPem ?? '',
  }));
  // The task makes things and certificates where no client of ours sees it.
  await Promise.all(
    lines.flatMap(({ thingName, csrPem }) => [
      clients.recorder.intend({ kind: 'thing', name: thingName }, by),
      clients.recorder.intend(pendingCertificate(csrPem), by),
    ]),
  );
  const key = `jobs/${plan.id}/${Date.now()}.ndjson`;
  await job.note({ kind: 'taskAsked', file: key, items: [...items] });
  try {
    const id = await startRegistration(clients, {
      bucket,
      key,
      roleArn: target.roleArn,
      template: registrationTemplate(plan),
      lines,
    });
    await job.note({ kind: 'task', id, items: [...items] });
    return { id, items };
  } catch (error) {
    // After anything else the task may run: what it makes stays in the ledger, and a resumed job finds it.
    if (!isRefusal(error, 'LimitExceededException', 'InvalidRequestException')) throw error;
    for (const { thingName, csrPem } of lines) {
      await clients.recorder.gone({ kind: 'thing', name: thingName });
      await clients.recorder.gone(pendingCertificate(csrPem));
    }
    await job.note({ kind: 'taskEnded' });
    throw taskRefused(error);
  }
}

function taskRefused(cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : '';
  return new AppError('provision.taskRefused', `The target did not start the registration task: ${reason}`, {
    hint: 'AWS runs one registration task at a time for an account. Wait for the other one to end, then resume.',
    cause,
  });
}

async function keysOf(means: JobMeans, items: readonly number[]): Promise<ReadonlyMap<number, PendingKey>> {
  const { job, vault, signal } = means;
  const keys = new Map<number, PendingKey>();
  await inParallel(items, KEYS_AT_ONCE, signal, async (item) => {
    keys.set(item, await pendingKey(vault, job.plan.id, job.plan.items[item]?.name ?? ''));
    means.onChange();
  });
  return keys;
}

async function followTask(means: JobMeans, task: Task, progress: BulkProgress): Promise<void> {
  const { job, connection, signal } = means;
  const { clients } = connection;
  for (const item of task.items) if (job.itemState(item) === 'waiting') job.working(item);
  progress.step('task');
  const end = await awaitRegistration(clients, task.id, progress.percent, signal);
  progress.percent(null);
  progress.step('reports');
  await takeResults(means, task);
  await takeErrors(means, task, end.message === '' ? `The task ended as ${end.status}.` : end.message);
  await job.note({ kind: 'taskEnded' });
}

/** Result and station belong together by the public key, whatever order the target reports in. */
async function takeResults(means: JobMeans, task: Task): Promise<void> {
  const { job, connection } = means;
  const { recorder } = connection.clients;
  const by = `job/${job.plan.id}`;
  const keys = await keysOf(means, task.items);
  const itemOfKey = new Map([...keys].map(([item, { keyPem }]) => [digestOfKey(keyPem), item]));
  const results = await readResults(connection.clients, task.id);
  await inParallel(results, STATIONS_AT_ONCE, new AbortController().signal, async (result) => {
    const item = itemOfKey.get(keyDigestOf(result.certificatePem));
    const key = item === undefined ? undefined : keys.get(item);
    if (item === undefined || key === undefined || job.itemState(item) === 'done') return;
    await recorder.made({ kind: 'thing', name: job.plan.items[item]?.name ?? '' }, by);
    await recorder.made({ kind: 'certificate', name: result.certificateId }, by);
    await recorder.gone(pendingCertificate(key.csrPem));
    await job.note({ kind: 'certificate', item, id: result.certificateId });
    await finishStation(means, item, key, result);
    means.onChange();
  });
}

/** Every line without a result has failed; the reports say why, or else the task does. */
async function takeErrors(means: JobMeans, task: Task, otherwise: string): Promise<void> {
  const { job, connection, vault } = means;
  const { clients } = connection;
  const reasons = new Map<number, string>();
  for (const { lineNumber, message } of await readErrors(clients, task.id)) reasons.set(lineNumber, message);
  for (const [index, item] of task.items.entries()) {
    if (job.itemState(item) === 'done') continue;
    const name = job.plan.items[item]?.name ?? '';
    const thing = { kind: 'thing', name } as const;
    const { csrPem } = await pendingKey(vault, job.plan.id, name);
    if (!(await exists(clients, thing))) await clients.recorder.gone(thing);
    await clients.recorder.gone(pendingCertificate(csrPem));
    const message = reasons.get(index + 1) ?? otherwise;
    await job.note({ kind: 'failed', item, error: { code: 'provision.lineFailed', message } });
  }
  means.onChange();
}

/** Asks the target to stop the task under way; what it has made already is reported as usual. */
export async function stopTask({ job, connection }: JobMeans): Promise<void> {
  const task = job.task();
  if (task !== null) await stopRegistration(connection.clients, task.id);
}
