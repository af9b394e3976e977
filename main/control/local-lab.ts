/** The embedded lab as control sees it: the lab process and the engine process, supervised, the lab's questions to the engine relayed. */
import { AppError } from '../../preload/errors.ts';
import type { ProcessHealth } from '../../preload/shapes.ts';
import type { EngineProcess } from '../engine/api.ts';
import type {
  LabActivity,
  LabOptions,
  LabParent,
  LabProcess,
  LabRefusals,
  LabReport,
  LabUsage,
  TrialMessage,
} from '../lab/api.ts';
import type { RuleTrial, SqlVersion, TriedTemplate } from '../../preload/shapes-rules.ts';
import type { MessageTrace } from '../../preload/shapes-trace.ts';
import type { Listener } from '../rpc.ts';
import type { Fork } from './child.ts';
import { supervise } from './supervise.ts';

const DRAIN_LIMIT_MS = 1_200_000;

export type LocalLab = {
  /** Resolves with where the lab listens once it is up; rejects when it cannot start. */
  readonly ready: () => Promise<LabReport>;
  /** All streams when none is named. */
  readonly flush: (stream?: string | null) => Promise<void>;
  readonly drain: () => Promise<void>;
  /** Counts at once where the lab runs, and at its next start where it does not. */
  readonly setQuotas: (isOn: boolean) => Promise<void>;
  readonly activity: () => LabActivity | null;
  /** What the lab process holds, for benchmarks. */
  readonly usage: () => Promise<LabUsage>;
  readonly refusals: () => LabRefusals | null;
  readonly traceMessage: (question: {
    readonly topic: string;
    readonly payload: string;
    readonly at: number;
  }) => Promise<MessageTrace | null>;
  /** A statement on `messages`, or where they are null on the last ones that the lab took, and on a pasted one. */
  readonly tryRule: (input: {
    readonly sql: string;
    readonly sqlVersion: SqlVersion;
    readonly pasted: string | null;
    readonly templates: readonly TriedTemplate[];
    readonly messages: readonly TrialMessage[] | null;
  }) => Promise<RuleTrial>;
  readonly ruleMessages: (ruleName: string, most: number) => Promise<readonly MessageTrace[]>;
  readonly health: () => readonly ProcessHealth[];
  readonly pids: () => { readonly lab: number | null; readonly engine: number | null };
  readonly stop: () => Promise<void>;
};

type Options = Omit<LabOptions, 'quotas'> & {
  /** Off when left out. */
  readonly quotas?: () => boolean;
  readonly fork: Fork;
  readonly onChange: () => void;
  readonly onRefused: () => void;
};

export function openLocalLab(options: Options): LocalLab {
  let report: LabReport | null = null;
  let activity: LabActivity | null = null;
  let refusals: LabRefusals | null = null;

  const engine = supervise<EngineProcess, Listener>({
    name: 'engine',
    fork: options.fork,
    served: {},
    prepare: async (rpc) => {
      await rpc.call('open', { folder: options.folder }, { timeoutMs: 10_000 });
    },
    onHealth: options.onChange,
  });

  const lab = supervise<LabProcess, LabParent>({
    name: 'lab',
    fork: options.fork,
    served: {
      'engine.analyse': (input) => engine.rpc().call('analyse', input),
      'engine.run': (input) => engine.rpc().call('run', input),
      'engine.cancel': (input) => engine.rpc().call('cancel', input),
    },
    prepare: async (rpc) => {
      // After a crash the lab must come back where stations and clients look for it.
      const { folder, sealKey, port, mqttPort, alpnPort = null } = options;
      const ports =
        report === null
          ? { port, mqttPort, alpnPort }
          : // Meanwhile another lab may have taken port 443; that is no reason to stay away.
            { port: report.port, mqttPort: report.mqttPort, alpnPort: alpnPort === 0 ? report.alpnPort : alpnPort };
      rpc.on('activity', (next) => {
        activity = next;
        options.onChange();
      });
      rpc.on('refusals', (next) => {
        refusals = next;
        options.onRefused();
      });
      refusals = null;
      report = await rpc.call(
        'start',
        {
          folder,
          quotas: options.quotas?.() ?? false,
          ...(sealKey === undefined ? {} : { sealKey }),
          ...ports,
        },
        { timeoutMs: 10_000 },
      );
    },
    onHealth: options.onChange,
  });

  return {
    ready: async () => {
      await Promise.all([engine.whenReady(), lab.whenReady()]);
      if (report === null) throw new AppError('lab.notReady', 'The lab has not said where it listens.');
      return report;
    },
    flush: async (stream = null) => {
      await lab.rpc().call('flush', { stream }, { timeoutMs: 60_000 });
    },
    drain: async () => {
      // After a flood the journal holds many minutes of work.
      await lab.rpc().call('drain', {}, { timeoutMs: DRAIN_LIMIT_MS });
    },
    setQuotas: async (value) => {
      if (lab.health().state === 'ready') await lab.rpc().call('setQuotas', { value }, { timeoutMs: 10_000 });
    },
    activity: () => activity,
    usage: () => lab.rpc().call('usage', {}, { timeoutMs: 10_000 }),
    refusals: () => refusals,
    traceMessage: (question) => lab.rpc().call('trace', question, { timeoutMs: 10_000 }),
    tryRule: (input) => lab.rpc().call('tryRule', input, { timeoutMs: 10_000 }),
    ruleMessages: (ruleName, most) => lab.rpc().call('ruleMessages', { ruleName, most }, { timeoutMs: 10_000 }),
    health: () => [lab.health(), engine.health()],
    pids: () => ({ lab: lab.pid(), engine: engine.pid() }),
    stop: async () => {
      await lab.stop();
      await engine.stop();
    },
  };
}
