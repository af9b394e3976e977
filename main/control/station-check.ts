/** "Check this station": tries the steps of a station's way to its broker in order and tells each as it ends. */
import { AppError, toPlainError, type PlainError } from '../../preload/errors.ts';
import type { CheckStep, CheckStepName, StationCheck } from '../../preload/shapes-check.ts';
import { checkPermissions } from '../cloud/station-check.ts';
import { NETWORK_STEPS, type NetworkFinding, type NetworkStep } from '../stations/api.ts';
import type { StationRecord } from './fleet-records.ts';
import type { Connection } from './provisioning.ts';
import { createHub, type Sink, type Source } from './streams.ts';

const STEPS: readonly CheckStepName[] = [...NETWORK_STEPS, 'policy'];

type Parts = {
  readonly record: StationRecord;
  readonly look: (step: NetworkStep) => Promise<NetworkFinding>;
  readonly connection: () => Connection;
};

/** Starts at once; closing the source ends the check before its next step. */
export function openStationCheck(parts: Parts, sink: Sink<StationCheck>): Source {
  let steps: readonly CheckStep[] = STEPS.map((name) => ({ name, state: 'waiting', facts: [], error: null }));
  let isDone = false;
  let isClosed = false;
  const hub = createHub<StationCheck>(() => ({ steps, isDone }));
  const source = hub.open(sink);

  const set = (name: CheckStepName, change: Partial<CheckStep>): void => {
    steps = steps.map((step) => (step.name === name ? { ...step, ...change } : step));
    hub.changed();
  };

  /** Why the station is not there to be tried, e.g. because its certificate is inactive: its own reason, unless the registry knows a better one. */
  let absence: PlainError | null = null;

  const run = async (): Promise<void> => {
    for (const name of STEPS) {
      if (isClosed) return;
      if (!isWorthTrying(name, steps, absence !== null)) {
        set(name, { state: 'skipped' });
        continue;
      }
      set(name, { state: 'running' });
      try {
        const { facts, error } = await findingOf(name, parts);
        const fault = error ?? (name === 'policy' ? absence : null);
        set(name, { state: fault === null ? 'passed' : 'failed', facts, error: fault });
      } catch (error) {
        if (!(error instanceof AppError) || name === 'policy') throw error;
        absence = toPlainError(error);
        set(name, { state: 'skipped' });
      }
    }
    isDone = true;
    hub.changed();
  };

  run().catch((error: unknown) => sink.error(toPlainError(error)));
  return {
    acknowledge: source.acknowledge,
    close: () => {
      isClosed = true;
      source.close();
    },
  };
}

/** A network step needs all before it. The registry is asked as soon as the target was reached: it often knows why the rest failed. */
function isWorthTrying(name: CheckStepName, steps: readonly CheckStep[], isAbsent: boolean): boolean {
  if (isAbsent) return name === 'policy';
  const needed: readonly CheckStepName[] = name === 'policy' ? ['name', 'tcp'] : STEPS.slice(0, STEPS.indexOf(name));
  return steps.every((step) => !needed.includes(step.name) || step.state === 'passed');
}

async function findingOf(name: CheckStepName, { record, look, connection }: Parts): Promise<NetworkFinding> {
  if (name !== 'policy') return look(name);
  if (record.certificate === null) throw notProvisioned(record);
  try {
    const { facts, problem } = await checkPermissions(connection().clients, {
      certificateId: record.certificate.id,
      clientId: record.thingName,
      topic: record.topic,
    });
    return { facts, error: problem === null ? null : toPlainError(problem) };
  } catch (error) {
    // What the target refuses to tell is a finding too: a person may lack the permission to ask.
    const plain = toPlainError(error);
    if (plain.code === 'bug') throw error;
    return { facts: [], error: plain };
  }
}

function notProvisioned({ name }: StationRecord): AppError {
  return new AppError('stations.notReady', `"${name}" has no certificate yet.`, {
    hint: 'Wait until it is provisioned, then check it again.',
  });
}
