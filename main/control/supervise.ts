/** Keeps one process room alive: ready within 10 s, heartbeat, restart with back-off; after five tries it gives up and says so. */
import { AppError, toPlainError, type PlainError } from '../../preload/errors.ts';
import type { ProcessHealth, ProcessName } from '../../preload/shapes.ts';
import { createLogger } from '../log.ts';
import { openRpc, type Rpc, type Side } from '../rpc.ts';
import type { Child, Fork } from './child.ts';

const log = createLogger('control.supervise');

const READY_LIMIT_MS = 10_000;
const HEARTBEAT_MS = 5_000;
const MISSES_ALLOWED = 3;
const BACK_OFF_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;
/** After this long without a crash the count of tries starts anew. */
const QUIET_MS = 5 * 60_000;
const STOP_LIMIT_MS = 5_000;

/** Every process room reports `ready` once it is loaded and answers `stop`. */
type RoomSide = Side & {
  readonly calls: { readonly stop: (input: Record<string, never>) => null };
  readonly events: { readonly ready: null };
};

export type Supervised<Remote extends RoomSide, Local extends Side> = {
  /** The running process's rpc; throws `process.notReady` while it is down. */
  readonly rpc: () => Rpc<Remote, Local>;
  readonly pid: () => number | null;
  readonly health: () => ProcessHealth;
  /** Resolves at the next moment the process is ready; rejects when it gave up or was stopped. */
  readonly whenReady: () => Promise<void>;
  /** Asks the process to stop cleanly, ends it after 5 s, and never restarts it. */
  readonly stop: () => Promise<void>;
};

type Options<Remote extends RoomSide, Local extends Side> = {
  readonly name: ProcessName;
  readonly fork: Fork;
  readonly served: Parameters<typeof openRpc<Remote, Local>>[1];
  /** Replays desired state into a fresh process; a rejection counts as a crash. */
  readonly prepare: (rpc: Rpc<Remote, Local>) => Promise<void>;
  readonly onHealth: () => void;
};

export function supervise<Remote extends RoomSide, Local extends Side>(
  options: Options<Remote, Local>,
): Supervised<Remote, Local> {
  const { name } = options;
  let child: Child | null = null;
  let rpc: Rpc<Remote, Local> | null = null;
  let state: ProcessHealth['state'] = 'starting';
  let error: PlainError | null = null;
  let restarts = 0;
  let tries = 0;
  let readyAt = 0;
  let restartTimer: NodeJS.Timeout | undefined;
  let isStopping = false;
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];

  const report = (next: ProcessHealth['state'], why: PlainError | null): void => {
    state = next;
    error = why;
    options.onHealth();
  };

  const settleWaiting = (settle: (entry: (typeof waiting)[number]) => void): void => {
    for (const entry of waiting.splice(0)) settle(entry);
  };

  const begin = async (): Promise<void> => {
    const started = options.fork(name);
    child = started;
    const exited = new Promise<number | null>((resolve) => started.onExit(resolve));
    const opened = openRpc<Remote, Local>(started.port, options.served, (call, thrown) =>
      log.error({ process: name, call, err: thrown }, 'a call from a process failed unexpectedly'),
    );
    const failed = exited.then((code) =>
      Promise.reject(new AppError('process.exited', `The ${name} process ended with code ${code ?? 'none'}.`)),
    );
    // The race below may be decided before the process ends; its end is handled further down.
    failed.catch(() => undefined);
    let problem: PlainError | null = null;
    try {
      await Promise.race([once(opened, READY_LIMIT_MS, name), failed]);
      await Promise.race([options.prepare(opened), failed]);
      rpc = opened;
      readyAt = Date.now();
      report('ready', null);
      settleWaiting((entry) => entry.resolve());
      const stopHeartbeat = heartbeat(opened, () => started.kill());
      await exited;
      stopHeartbeat();
    } catch (thrown) {
      problem = toPlainError(thrown);
      started.kill();
      await exited;
    }
    rpc = null;
    child = null;
    ended(problem);
  };

  const ended = (problem: PlainError | null): void => {
    if (isStopping) {
      report('stopped', null);
      return;
    }
    if (Date.now() - readyAt > QUIET_MS) tries = 0;
    const delayMs = BACK_OFF_MS[tries];
    const why = problem ?? { code: 'process.crashed', message: `The ${name} process stopped unexpectedly.` };
    log.warn({ process: name, code: why.code, reason: why.message, tries }, 'a process ended');
    if (delayMs === undefined || (readyAt === 0 && isHopeless(why))) {
      report('failed', why);
      settleWaiting((entry) => entry.reject(new AppError(why.code, why.message, { hint: why.hint })));
      return;
    }
    tries += 1;
    restarts += 1;
    report('restarting', why);
    restartTimer = setTimeout(() => void begin(), delayMs);
  };

  void begin();

  return {
    rpc: () => {
      if (rpc === null)
        throw new AppError('process.notReady', `The ${name} process is not ready.`, { hint: 'Try again in a moment.' });
      return rpc;
    },
    pid: () => child?.pid() ?? null,
    health: () => ({ name, state, restarts, error }),
    whenReady: () =>
      new Promise((resolve, reject) => {
        if (state === 'ready') resolve();
        else if (state === 'failed' || state === 'stopped')
          reject(
            new AppError(error?.code ?? 'process.stopped', error?.message ?? `The ${name} process is stopped.`, {
              hint: error?.hint,
            }),
          );
        else waiting.push({ resolve, reject });
      }),
    stop: async () => {
      isStopping = true;
      clearTimeout(restartTimer);
      settleWaiting((entry) => entry.reject(new AppError('process.stopped', `The ${name} process is stopped.`)));
      const running = child;
      if (running === null) {
        report('stopped', null);
        return;
      }
      const gone = new Promise<void>((resolve) => running.onExit(() => resolve()));
      try {
        await rpc?.call('stop', {}, { timeoutMs: STOP_LIMIT_MS });
      } catch (thrown) {
        log.warn({ process: name, err: thrown }, 'a process did not stop cleanly');
      }
      running.kill();
      await gone;
    },
  };
}

/** A wrong folder or a taken port at the first start does not get better by trying again. */
function isHopeless(error: PlainError): boolean {
  return error.code.startsWith('lab.');
}

function once<Remote extends RoomSide, Local extends Side>(
  rpc: Rpc<Remote, Local>,
  limitMs: number,
  name: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new AppError('process.late', `The ${name} process was not ready within ${limitMs / 1000} s.`)),
      limitMs,
    );
    const off = rpc.on('ready', () => {
      clearTimeout(timer);
      off();
      resolve();
    });
  });
}

function heartbeat<Remote extends RoomSide, Local extends Side>(
  rpc: Rpc<Remote, Local>,
  onDead: () => void,
): () => void {
  let misses = 0;
  const timer = setInterval(() => {
    rpc.ping(HEARTBEAT_MS).then(
      () => {
        misses = 0;
      },
      () => {
        misses += 1;
        if (misses >= MISSES_ALLOWED) onDead();
      },
    );
  }, HEARTBEAT_MS);
  return () => clearInterval(timer);
}
