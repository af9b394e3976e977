/** A job as a person sees it: where it stands, how long it will take, and each station's state. */
import type { PlainError } from '../../preload/errors.ts';
import type { ProvisionJob, ProvisionState } from '../../preload/shapes-provisioning.ts';
import type { Job } from './job-file.ts';
import type { LeftBehind } from './removing.ts';

/** How the present run goes. */
export type Course = {
  readonly step: ProvisionJob['step'];
  /** `performance.now()` */
  readonly startedAt: number;
  /** How long it took; null while it runs. */
  readonly seconds: number | null;
  /** Stations that were ready when the run began: they say nothing about its speed. */
  readonly doneBefore: number;
  readonly taskPercent: number | null;
  readonly removed: number;
  readonly toRemove: number;
  readonly error: PlainError | null;
  readonly left: readonly LeftBehind[];
};

/** Less says nothing about the pace. */
const LEAST_FOR_AN_ESTIMATE = 5;

/** @param runs what the run under way is asked to become; null when nothing runs. */
export function describeJob(job: Job, course: Course, runs: 'running' | 'paused' | 'cancelled' | null): ProvisionJob {
  const { plan } = job;
  const items = plan.items.map(({ name }, item) => ({
    name,
    state: job.itemState(item),
    error: job.itemError(item),
  }));
  const count = (state: string): number => items.filter((item) => item.state === state).length;
  const [done, failed] = [count('done'), count('failed')];
  const seconds = course.seconds ?? (performance.now() - course.startedAt) / 1000;
  const state = stateOf(job, runs);
  const [ready, open] =
    state === 'undoing'
      ? [course.removed, course.toRemove - course.removed]
      : [done + failed - course.doneBefore, items.length - done - failed];
  return {
    id: plan.id,
    way: plan.way,
    state,
    step: course.step,
    total: items.length,
    done,
    failed,
    removed: course.removed,
    toRemove: course.toRemove,
    taskPercent: course.taskPercent,
    secondsLeft: runs === null || ready < LEAST_FOR_AN_ESTIMATE ? null : (seconds / ready) * open,
    seconds,
    error: course.error,
    left: course.left,
    items,
  };
}

function stateOf(job: Job, runs: 'running' | 'paused' | 'cancelled' | null): ProvisionState {
  const resting = job.state();
  if (resting === 'dismissed') return 'undone';
  if (resting === 'undoing') return runs === null ? 'cancelled' : 'undoing';
  if (runs === 'paused') return 'pausing';
  if (runs === 'cancelled') return 'cancelling';
  if (runs === null && resting === 'running') return 'paused';
  return resting;
}
