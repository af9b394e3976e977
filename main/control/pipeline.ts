/** The pipeline as the person sees it: what the target tells when somebody watches, the steps of a set-up under way, and what the lab adds of its own. */
import { AppError, toPlainError, type PlainError } from '../../preload/errors.ts';
import type { PipelineState, PipelineStep } from '../../preload/shapes.ts';
import { runCrawler } from '../cloud/lake.ts';
import { OBSERVATIONS_SQL, pipelineNames, setUpPipeline, type PipelineNames } from '../cloud/pipeline.ts';
import { readPipeline, type PipelineReading } from '../cloud/pipeline-reading.ts';
import { readRulePlaces, type RulePlaces } from '../cloud/rule-places.ts';
import { onBehalfOf } from '../cloud/recording.ts';
import type { LabActivity } from '../lab/api.ts';
import type { Connection } from './provisioning.ts';
import { createHub, type Hub } from './streams.ts';

const WATCH_EVERY_MS = 2_000;

type Options = {
  readonly connection: () => Connection;
  /** Null where the target does not tell (AWS shows no Firehose buffer). */
  readonly activity: () => LabActivity | null;
  readonly flush: (stream: string | null) => Promise<void>;
};

export type SetUpOptions = { readonly bufferSizeMiB: number; readonly bufferIntervalSeconds: number };

/** The lowest interval AWS's console offers, so that a person sees the first object within a minute. */
const DEFAULT_SET_UP: SetUpOptions = { bufferSizeMiB: 5, bufferIntervalSeconds: 60 };

export type Pipeline = {
  readonly hub: Hub<PipelineState>;
  readonly names: () => PipelineNames;
  /** Creates or mends the pipeline; joins a set-up that is already under way. */
  readonly setUp: (options?: SetUpOptions) => Promise<void>;
  readonly crawl: () => Promise<void>;
  /** Null: all streams. */
  readonly flush: (stream: string | null) => Promise<void>;
  readonly changed: () => void;
  readonly isSettingUp: () => boolean;
  /** What was set up has been removed: the steps are those that the target tells. */
  readonly forgetSteps: () => void;
  readonly stop: () => void;
};

export function createPipeline(options: Options): Pipeline {
  const stopping = new AbortController();
  let reading: PipelineReading | null = null;
  let places: RulePlaces | null = null;
  let steps: readonly PipelineStep[] = [];
  let settingUp: Promise<void> | null = null;
  let error: PlainError | null = null;
  let isReading = false;

  const names = (): PipelineNames => pipelineNames(options.connection().target.account);

  const hub = createHub<PipelineState>(() =>
    compose(reading, places, steps, settingUp !== null, error, options.activity()),
  );

  const refresh = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    try {
      const { clients } = options.connection();
      [reading, places] = await Promise.all([readPipeline(clients, names()), readRulePlaces(clients)]);
      error = null;
    } catch (thrown) {
      const plain = toPlainError(thrown);
      // Before the target is up there is nothing to say.
      if (plain.code !== 'target.notReady') error = plain;
    } finally {
      isReading = false;
      hub.changed();
    }
  };

  const timer = setInterval(() => {
    if (hub.watchers() > 0) void refresh();
  }, WATCH_EVERY_MS);

  const setUp = async (how: SetUpOptions): Promise<void> => {
    const { target, clients } = options.connection();
    const inOrder = new Map<PipelineStep['id'], PipelineStep>();
    const onStep = (step: PipelineStep): void => {
      inOrder.set(step.id, step);
      steps = [...inOrder.values()];
      hub.changed();
    };
    const wanted = { roleArn: target.roleArn, sql: OBSERVATIONS_SQL, ...how, separator: null };
    await onBehalfOf('pipeline', () => setUpPipeline(clients, names(), wanted, onStep, stopping.signal));
  };

  return {
    hub: {
      ...hub,
      open: (sink) => {
        void refresh();
        return hub.open(sink);
      },
    },
    names,
    setUp: (how = DEFAULT_SET_UP) => {
      settingUp ??= setUp(how).finally(() => {
        settingUp = null;
        void refresh();
      });
      return settingUp;
    },
    crawl: async () => {
      const running = runCrawler(options.connection().clients, names().crawler, stopping.signal);
      void refresh();
      try {
        await running;
      } finally {
        await refresh();
      }
    },
    flush: async (stream) => {
      if (options.activity() === null)
        throw new AppError('pipeline.noFlush', 'This target has no way to flush a Firehose buffer.', {
          hint: 'Wait for the buffer interval to pass.',
        });
      await options.flush(stream);
      await refresh();
    },
    changed: () => hub.changed(),
    isSettingUp: () => settingUp !== null,
    forgetSteps: () => {
      steps = [];
      void refresh();
    },
    stop: () => {
      clearInterval(timer);
      stopping.abort();
    },
  };
}

function compose(
  reading: PipelineReading | null,
  places: RulePlaces | null,
  steps: readonly PipelineStep[],
  isSettingUp: boolean,
  error: PlainError | null,
  activity: LabActivity | null,
): PipelineState {
  const shown = steps.length > 0 ? steps : (reading?.steps ?? []);
  const stream = reading?.stream ?? null;
  const buffer = activity?.buffers.find((candidate) => candidate.stream === stream?.name);
  const isCounted = activity !== null;
  const counters = activity?.rules.find((candidate) => candidate.name === reading?.rule?.name);
  return {
    status: statusOf(reading, steps, isSettingUp),
    steps: shown,
    rule:
      reading?.rule === undefined || reading.rule === null
        ? null
        : {
            ...reading.rule,
            matched: isCounted ? (counters?.matched ?? 0) : null,
            passed: isCounted ? (counters?.passed ?? 0) : null,
            delivered: isCounted ? (counters?.delivered ?? 0) : null,
            failed: isCounted ? (counters?.failed ?? 0) : null,
          },
    stream:
      stream === null
        ? null
        : {
            ...stream,
            bufferedRecords: activity === null ? null : (buffer?.bufferedRecords ?? 0),
          },
    streams: (places?.streams ?? []).map((name) => ({
      name,
      buffer: activity?.buffers.find((one) => one.stream === name) ?? null,
    })),
    isTargetEmpty: places !== null && Object.values(places).every(({ length }) => length === 0),
    lake: reading?.lake ?? null,
    crawler: reading?.crawler ?? null,
    error,
  };
}

function statusOf(
  reading: PipelineReading | null,
  steps: readonly PipelineStep[],
  isSettingUp: boolean,
): PipelineState['status'] {
  if (isSettingUp) return 'settingUp';
  if (steps.some((step) => step.state === 'failed')) return 'failed';
  if (reading === null) return 'unknown';
  const done = reading.steps.filter((step) => step.state === 'done').length;
  if (done === 0) return 'absent';
  return done === reading.steps.length ? 'ready' : 'partial';
}
