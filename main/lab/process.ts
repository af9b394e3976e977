/** Entry of the lab process: serves its parent, reports activity, and ends with it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AppError } from '../../preload/errors.ts';
import { createLogger } from '../log.ts';
import { parentPort } from '../parent-port.ts';
import { openRpc } from '../rpc.ts';
import type { LabParent, LabProcess } from './api.ts';
import { openLab, type Lab } from './lab.ts';
import { AwsError } from './services.ts';

const log = createLogger('lab.process');
const ACTIVITY_MS = 250;

process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'the lab met a bug and ends');
  process.exit(1);
});
// Ctrl-C reaches the whole group; when to stop, and in which order, is for the parent to say.
process.on('SIGINT', () => undefined);

let lab: Lab | null = null;
let isStarting = false;
let activityTimer: NodeJS.Timeout | null = null;
let hasChanged = false;
let refusalsTold = 0;

function started(): Lab {
  if (lab === null) throw new AppError('lab.notStarted', 'The lab has not been started.');
  return lab;
}

/** The first change is told at once, what follows within the interval together at its end. */
function reportActivity(): void {
  if (activityTimer !== null) {
    hasChanged = true;
    return;
  }
  activityTimer = setTimeout(() => {
    activityTimer = null;
    if (!hasChanged) return;
    hasChanged = false;
    reportActivity();
  }, ACTIVITY_MS);
  if (lab === null) return;
  rpc.emit('activity', lab.activity());
  const refusals = lab.refusals();
  if (refusals.total === refusalsTold) return;
  refusalsTold = refusals.total;
  rpc.emit('refusals', refusals);
}

/** V8 shows its collector to a context that is made after the flag is set. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}

const port = parentPort();
const rpc = openRpc<LabParent, LabProcess>(
  port,
  {
    start: async (options) => {
      if (isStarting) throw new AppError('lab.alreadyStarted', 'The lab has been started already.');
      isStarting = true;
      const engine = {
        analyse: (input: Parameters<LabParent['calls']['engine.analyse']>[0]) => rpc.call('engine.analyse', input),
        run: (input: Parameters<LabParent['calls']['engine.run']>[0]) => rpc.call('engine.run', input),
        cancel: (input: Parameters<LabParent['calls']['engine.cancel']>[0]) => rpc.call('engine.cancel', input),
      };
      try {
        lab = await openLab(options, engine, reportActivity);
      } finally {
        isStarting = lab !== null;
      }
      reportActivity();
      return lab.report;
    },
    flush: async ({ stream }) => {
      await started()
        .flush(stream)
        .catch((error: unknown) => {
          if (error instanceof AwsError) throw new AppError(`aws.${error.code}`, error.message, { cause: error });
          throw error;
        });
      return null;
    },
    trace: (question) => started().trace(question),
    ruleMessages: ({ ruleName, most }) => Promise.resolve(started().ruleMessages(ruleName, most)),
    tryRule: (trial) => Promise.resolve(started().tryRule(trial)),
    drain: async () => {
      await started().drain();
      return null;
    },
    usage: () => {
      collectGarbage();
      const { heapUsed, rss } = process.memoryUsage();
      return Promise.resolve({
        heapBytes: heapUsed,
        residentBytes: rss,
        handles: process.getActiveResourcesInfo().length,
      });
    },
    setQuotas: ({ value }) => {
      started().setQuotas(value);
      return null;
    },
    stop: async () => {
      await lab?.close();
      lab = null;
      return null;
    },
  },
  (name, error) => log.error({ err: error, call: name }, 'a call failed unexpectedly'),
);

port.onClose(() => process.exit(0));
rpc.emit('ready', null);
