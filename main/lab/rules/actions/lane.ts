/** The queue of one action: sends in order and in groups, tries again what may pass, and gives up before it could hold up other rules. */
import { createLogger } from '../../../log.ts';
import { type Action, type ActionInput, isFinal, type Parcel, type SentResult, toError } from './action.ts';

/** What became of a message in this action; `resource` with its templates filled in where that went well. */
export type LaneResult = SentResult & { readonly resource: string };

export type Lane = {
  readonly kind: Action<Parcel>['kind'];
  /** As the rule names it: may be a template. */
  readonly target: string;
  /** Names the action among all rules. */
  readonly source: string;
  /** `done` is called once, unless the lane is stopped before. */
  readonly add: (input: ActionInput, done: (result: LaneResult) => void) => void;
  /** The messages up to this number are done with, whatever comes of a crash; 0 before the first. */
  readonly doneUpTo: () => number;
  /** A failed message is not done with before its error action is: until `release`. */
  readonly hold: (sequence: number) => void;
  readonly release: (sequence: number) => void;
  /** Resolves when it can take more: the caller must wait for it. Undefined when it can. */
  readonly room: () => Promise<void> | undefined;
  readonly isIdle: () => boolean;
  /** Resolves when nothing waits in it. */
  readonly idle: () => Promise<void>;
  /** Sends what waits, for a moment, and tries nothing again: what is not sent is not settled, and is done anew after a restart. */
  readonly stop: () => void;
};

const MOST_WAITING = 10_000;
const MOST_WAITING_BYTES = 32 * 1024 * 1024;
/** More than any action sends at once. */
const MOST_TOGETHER = 500;
const STOP_LIMIT_MS = 5000;
const RETRY_PAUSES_MS = [50, 200, 800, 3000];
/** One line a second tells of failures; a flood of them would fill the disk. */
const LOG_PAUSE_MS = 1000;

const log = createLogger('lab.rules.action');

type Entry<Packed> = { readonly parcel: Packed; readonly done: (result: LaneResult) => void };

export function openLane<Packed extends Parcel>(action: Action<Packed>, source: string, after: Lane | undefined): Lane {
  let waiting: Entry<Packed>[] = [];
  let waitingBytes = 0;
  let working: Promise<void> | undefined;
  let previous = after;
  let stopAt = Infinity;
  let cutPause: () => void = () => undefined;
  let roomMade: (() => void) | undefined;
  let room: Promise<void> | undefined;
  let sentUpTo = 0;
  const held = new Set<number>();
  let loggedAt = 0;
  let notLogged = 0;

  const isStopped = (): boolean => stopAt < Infinity;
  const isFull = (): boolean => waiting.length >= MOST_WAITING || waitingBytes >= MOST_WAITING_BYTES;

  const tellFailure = (resource: string, error: Error): void => {
    const now = Date.now();
    if (now - loggedAt < LOG_PAUSE_MS) {
      notLogged++;
      return;
    }
    log.warn({ action: source, kind: action.kind, resource, error: error.message, notLogged }, 'a rule action failed');
    loggedAt = now;
    notLogged = 0;
  };

  const settle = ({ parcel: { resource }, done }: Entry<Packed>, result: SentResult): void => {
    if (result.error !== undefined) tellFailure(resource, result.error);
    done({ ...result, resource });
  };

  const take = (): readonly Entry<Packed>[] => {
    const count = Math.max(1, action.together(waiting.slice(0, MOST_TOGETHER).map(({ parcel }) => parcel)));
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return group;
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      cutPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** False when something of it is not settled. */
  const deliver = async (group: readonly Entry<Packed>[]): Promise<boolean> => {
    let open = group;
    for (let attempt = 0; ; attempt++) {
      const results = await sent(
        action,
        open.map(({ parcel }) => parcel),
      );
      const again: Entry<Packed>[] = [];
      const pauseMs = RETRY_PAUSES_MS[attempt];
      for (const [index, entry] of open.entries()) {
        const result = results[index] ?? { error: new Error('the action gave no result') };
        const mayPass = result.error !== undefined && !isFinal(result.error);
        // A full queue would make the journal's reader wait, and all rules with it.
        if (mayPass && (isStopped() || (pauseMs !== undefined && !isFull()))) again.push(entry);
        else settle(entry, result);
      }
      if (again.length === 0 || pauseMs === undefined) return true;
      if (isStopped()) return false;
      await pause(pauseMs);
      if (isStopped()) return false;
      open = again;
    }
  };

  const work = async (): Promise<void> => {
    await previous?.idle();
    previous = undefined;
    while (waiting.length > 0 && Date.now() < stopAt) {
      const group = take();
      // What follows must not overtake it: streams ignore numbers below those they have taken.
      if (!(await deliver(group))) return;
      for (const { parcel } of group) waitingBytes -= parcel.bytes;
      sentUpTo = group.at(-1)?.parcel.sequence ?? sentUpTo;
      if (isFull()) continue;
      roomMade?.();
      room = undefined;
      roomMade = undefined;
    }
    working = undefined;
  };

  return {
    kind: action.kind,
    target: action.target,
    source,
    add: (input, done) => {
      let parcel: Packed;
      try {
        parcel = action.pack(input);
      } catch (thrown) {
        const error = toError(thrown);
        tellFailure(action.target, error);
        done({ error, resource: action.target });
        return;
      }
      waiting.push({ parcel, done });
      waitingBytes += parcel.bytes;
      if (isFull()) cutPause();
      working ??= work();
    },
    doneUpTo: () => {
      let done = sentUpTo;
      for (const sequence of held) done = Math.min(done, sequence - 1);
      return done;
    },
    hold: (sequence) => void held.add(sequence),
    release: (sequence) => void held.delete(sequence),
    room: () => {
      if (!isFull()) return undefined;
      room ??= new Promise((resolve) => (roomMade = resolve));
      return room;
    },
    isIdle: () => working === undefined,
    idle: async () => {
      await working;
    },
    stop: () => {
      stopAt = Date.now() + STOP_LIMIT_MS;
      cutPause();
    },
  };
}

/** What a service throws rather than answers is the failure of each parcel: nothing of it may reach the other rules. */
async function sent<Packed extends Parcel>(
  action: Action<Packed>,
  parcels: readonly Packed[],
): Promise<readonly SentResult[]> {
  try {
    return await action.send(parcels);
  } catch (thrown) {
    const error = toError(thrown);
    return parcels.map(() => ({ error }));
  }
}
