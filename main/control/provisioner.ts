/** The one provisioning job at a time: starts it, follows it, goes on with it after a restart, and undoes it. */
import { join } from 'node:path';
import { AppError, toPlainError } from '../../preload/errors.ts';
import type { DryRun, ProvisionJob, ProvisionStatus } from '../../preload/shapes-provisioning.ts';
import { prepareShared } from '../cloud/enrolment.ts';
import { onBehalfOf } from '../cloud/recording.ts';
import { createLogger } from '../log.ts';
import type { BundledSet } from '../noaa/bundled.ts';
import type { Fleet } from './fleet.ts';
import { createJob, latestJob, type Job, type RestingState } from './job-file.ts';
import { describeJob, type Course } from './job-description.ts';
import { provisionBulk, stopTask } from './provision-bulk.ts';
import { provisionDirect } from './provision-direct.ts';
import { lookUpNames, restoreStations, type JobMeans } from './provision-means.ts';
import { dryRun, planOf, type Wish } from './provision-plan.ts';
import { forgetPendingKey } from './pending-keys.ts';
import type { Connection } from './provisioning.ts';
import { removeAll } from './removing.ts';
import { createHub, type Hub } from './streams.ts';
import type { Vault } from './vault.ts';

const log = createLogger('control.provision');

export type ProvisionAction = 'pause' | 'resume' | 'cancel' | 'retry' | 'undo' | 'dismiss';

export type Provisioner = {
  readonly hub: Hub<ProvisionStatus>;
  readonly status: () => ProvisionStatus;
  readonly isBusy: () => boolean;
  readonly dryRun: (wish: Wish) => Promise<DryRun>;
  /** Answers when the job is on disk; progress and failures are told by the hub. */
  readonly start: (wish: Wish) => Promise<{ readonly id: string }>;
  readonly act: (action: ProvisionAction) => Promise<void>;
  /** The target is up: goes on with what a crash or an end of the app interrupted. */
  readonly resumeInterrupted: () => void;
  readonly stop: () => Promise<void>;
};

type EndState = Extract<RestingState, 'done' | 'paused' | 'cancelled' | 'undone'>;

type Options = {
  readonly folder: string;
  readonly connection: () => Connection;
  readonly vault: Vault;
  readonly fleet: Fleet;
  readonly sets: readonly BundledSet[];
  readonly isTearingDown: () => boolean;
};

export async function openProvisioner(options: Options): Promise<Provisioner> {
  const { connection, vault, fleet, sets } = options;
  const folder = join(options.folder, 'provisioning');
  let job = await latestJob(folder);
  let course = newCourse();
  let stopping = new AbortController();
  let running: Promise<void> | null = null;
  /** What the end of the run shall be called when somebody asked for it. */
  let wanted: 'paused' | 'cancelled' | null = null;

  const hub = createHub<ProvisionStatus>(() => status());
  const status = (): ProvisionStatus => ({ job: job === null ? null : describe(job) });
  const describe = (of: Job): ProvisionJob => describeJob(of, course, running === null ? null : (wanted ?? 'running'));
  const change = (next: Partial<Course>): void => {
    course = { ...course, ...next };
    hub.changed();
  };

  const current = (): Job => {
    if (job === null) throw new AppError('provision.noJob', 'There is no provisioning job.');
    return job;
  };
  const here = (of: Job): Connection => {
    const to = connection();
    const { account, region } = of.plan;
    if (to.target.account === account && to.target.region === region) return to;
    throw new AppError('provision.otherTarget', `The job belongs to the account ${account}, ${region}.`, {
      hint: 'Switch to that target to go on with it.',
    });
  };

  /** Runs `work`, which answers the state to end in (null: it stays), as the one thing under way; its failure becomes the job's. */
  const run = (of: Job, work: (means: JobMeans) => Promise<EndState | null>): void => {
    stopping = new AbortController();
    wanted = null;
    course = { ...newCourse(), doneBefore: describeJob(of, course, null).done };
    const means: JobMeans = {
      job: of,
      connection: here(of),
      vault,
      fleet,
      sets,
      signal: stopping.signal,
      onChange: () => hub.changed(),
    };
    running = work(means)
      .catch((error: unknown): EndState | null => {
        const plain = toPlainError(error);
        if (plain.code === 'cloud.cancelled') return null;
        log.warn(
          { code: plain.code, reason: plain.message, err: plain.code === 'bug' ? error : undefined },
          'job stopped',
        );
        change({ error: plain });
        return of.state() === 'running' ? 'paused' : null;
      })
      .then(async (end) => {
        // In one step: who sees that a job has ended may act on it at once.
        running = null;
        const noted = end === null ? null : of.note({ kind: 'state', state: end });
        change({ seconds: elapsed(course) });
        await noted;
      })
      .catch((error: unknown) => change({ error: toPlainError(error) }));
    hub.changed();
  };

  const provision = async (means: JobMeans): Promise<EndState | null> => {
    const { plan } = means.job;
    await restoreStations(means);
    await onBehalfOf(`job/${plan.id}`, () => prepareShared(means.connection.clients, { ...plan }));
    const names = await lookUpNames(means);
    change({ step: 'stations' });
    if (plan.way === 'direct') await provisionDirect(means, names);
    else
      await provisionBulk(means, names, {
        step: (step) => change({ step }),
        percent: (taskPercent) => change({ taskPercent }),
      });
    await fleet.save();
    return means.signal.aborted && wanted === null ? null : (wanted ?? 'done');
  };

  const undo = async (means: JobMeans): Promise<EndState | null> => {
    const { plan } = means.job;
    const { clients } = means.connection;
    const resources = clients.recorder.madeBy(`job/${plan.id}`);
    change({ step: 'remove', toRemove: resources.length });
    await fleet.forget(plan.items.map(({ name }) => name).filter((name) => fleet.isOf(name, plan.account)));
    for (const { name } of plan.items) await forgetPendingKey(vault, name);
    const left = await removeAll(clients, resources, () => change({ removed: course.removed + 1 }), means.signal);
    if (means.signal.aborted) return null;
    await fleet.save();
    for (const item of plan.items.keys()) await means.job.note({ kind: 'removed', item });
    change({ left });
    return left.length === 0 ? 'undone' : 'cancelled';
  };

  const halt = async (as: 'paused' | 'cancelled'): Promise<void> => {
    const of = current();
    if (running === null) {
      if (as === 'cancelled' && of.state() === 'paused') await of.note({ kind: 'state', state: 'cancelled' });
      return hub.changed();
    }
    wanted = as;
    hub.changed();
    // A bulk task runs at the target: it is asked to stop there, and what it made is still reported.
    if (of.plan.way === 'bulk' && of.task() !== null && as === 'cancelled') {
      await stopTask({
        job: of,
        connection: here(of),
        vault,
        fleet,
        sets,
        signal: stopping.signal,
        onChange: hub.changed,
      });
      return;
    }
    stopping.abort();
    await running;
    if (of.state() === 'running') await of.note({ kind: 'state', state: as });
    wanted = null;
    hub.changed();
  };

  const refuseWhenBusy = (): void => {
    if (running !== null) throw busy();
    if (options.isTearingDown())
      throw new AppError('teardown.busy', 'The teardown is under way.', { hint: 'Wait for it to end.' });
  };

  const begin = async (of: Job, state: 'running' | 'undoing'): Promise<void> => {
    refuseWhenBusy();
    here(of);
    await of.note({ kind: 'state', state });
    run(of, state === 'running' ? provision : undo);
  };

  return {
    hub,
    status,
    isBusy: () => running !== null,
    dryRun: async (wish) => dryRun(planOf(wish, sets, connection()), connection(), fleet.has),
    start: async (wish) => {
      refuseWhenBusy();
      const plan = planOf(wish, sets, connection());
      await job?.close();
      job = await createJob(folder, plan);
      run(job, provision);
      return { id: plan.id };
    },
    act: async (action) => {
      const of = current();
      switch (action) {
        case 'pause':
          return halt('paused');
        case 'cancel':
          return halt('cancelled');
        case 'resume':
          return begin(of, 'running');
        case 'retry':
          refuseWhenBusy();
          for (const item of of.plan.items.keys())
            if (of.itemState(item) === 'failed') await of.note({ kind: 'waiting', item });
          return begin(of, 'running');
        case 'undo':
          return begin(of, 'undoing');
        case 'dismiss':
          if (running !== null) throw busy();
          await of.note({ kind: 'state', state: 'dismissed' });
          await of.close();
          job = null;
          hub.changed();
      }
    },
    resumeInterrupted: () => {
      if (job === null || running !== null) return;
      const state = job.state();
      if (state !== 'running' && state !== 'undoing') return;
      try {
        run(job, state === 'running' ? provision : undo);
      } catch (error) {
        change({ error: toPlainError(error) });
      }
    },
    stop: async () => {
      stopping.abort();
      await running;
      await job?.close();
    },
  };
}

function newCourse(): Course {
  return {
    step: 'prepare',
    startedAt: performance.now(),
    seconds: null,
    doneBefore: 0,
    taskPercent: null,
    removed: 0,
    toRemove: 0,
    error: null,
    left: [],
  };
}

const elapsed = ({ startedAt }: Course): number => (performance.now() - startedAt) / 1000;

function busy(): AppError {
  return new AppError('provision.busy', 'A provisioning job is under way.', {
    hint: 'Wait for it to end, or pause or cancel it.',
  });
}
