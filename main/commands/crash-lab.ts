/** A lab process of its own that may be killed at any moment, and started again where it was. */
import type { LabParent, LabProcess, LabReport } from '../lab/api.ts';
import { nodeFork } from '../control/child.ts';
import { openRpc, type Rpc } from '../rpc.ts';

export type CrashLab = {
  readonly report: LabReport;
  readonly rpc: Rpc<LabProcess, LabParent>;
  readonly pid: () => number;
  /** `kill -9`. Resolves when the process is gone. */
  readonly kill: () => Promise<void>;
};

const START_LIMIT_MS = 120_000;

const noEngine = (): Promise<never> => Promise.reject(new Error('no query is made here'));

export async function startCrashLab(distFolder: string, folder: string): Promise<CrashLab> {
  const child = nodeFork(distFolder)('lab');
  const gone = new Promise<void>((resolve) => child.onExit(() => resolve()));
  const rpc = openRpc<LabProcess, LabParent>(
    child.port,
    { 'engine.analyse': noEngine, 'engine.run': noEngine, 'engine.cancel': noEngine },
    () => undefined,
  );
  await new Promise<void>((resolve) => {
    const stop = rpc.on('ready', () => {
      stop();
      resolve();
    });
  });
  const report = await rpc.call('start', { folder, port: 0, mqttPort: 0 }, { timeoutMs: START_LIMIT_MS });
  return {
    report,
    rpc,
    pid: () => {
      const pid = child.pid();
      if (pid === null) throw new Error('the lab has no process');
      return pid;
    },
    kill: () => {
      child.kill();
      return gone;
    },
  };
}
