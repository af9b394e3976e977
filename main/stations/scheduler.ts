/** One deadline scheduler for the whole process: a heap of tasks by due time, one timer, and a bounded amount of work per turn of the event loop. */

/** Real time as the scheduler sees it; tests bring their own. */
export type Timing = {
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** Calls `run` once after `delayMs` (0 = as soon as other events had their turn); returns the function that cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
};

type Task = {
  /** Moves the task to `due`; Infinity takes it out until it is moved again. */
  readonly at: (due: number) => void;
};

export type Scheduler = {
  readonly now: () => number;
  /** `run` gets the time of its turn, does a bounded piece of work and returns when it is due next (Infinity = when moved). */
  readonly task: (run: (now: number) => number) => Task;
  /** Nothing runs any more. */
  readonly stop: () => void;
};

/** Turns are at least this far apart: what falls due in between goes out together, which costs one wake-up instead of many. */
const GRAIN_MS = 4;
/** After so many tasks or milliseconds the event loop gets a turn, so that sockets and the port are never starved. */
const MOST_TASKS_PER_TURN = 256;
const LONGEST_TURN_MS = 8;
/** The platform's timers overflow above 2^31 ms. */
const LONGEST_DELAY_MS = 60_000;

export const realTiming: Timing = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    if (delayMs <= 0) {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

type Entry = { due: number; order: number; index: number; readonly run: (now: number) => number };

const ABSENT = -1;

export function createScheduler(timing: Timing): Scheduler {
  const heap: Entry[] = [];
  let nextOrder = 0;
  let cancelTimer: (() => void) | null = null;
  let armedFor = Infinity;
  let earliestTurn = -Infinity;
  let isStopped = false;

  /** Equal due times go in order of arrival, so no task can be overtaken for ever. */
  const isBefore = (a: Entry, b: Entry): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);

  const place = (entry: Entry, index: number): void => {
    heap[index] = entry;
    entry.index = index;
  };

  const rise = (entry: Entry): void => {
    let index = entry.index;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !isBefore(entry, parent)) break;
      place(parent, index);
      index = parentIndex;
    }
    place(entry, index);
  };

  const sink = (entry: Entry): void => {
    let index = entry.index;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, entry)) break;
      const childIndex = child.index;
      place(child, index);
      index = childIndex;
    }
    place(entry, index);
  };

  const takeOut = (entry: Entry): void => {
    const { index } = entry;
    if (index === ABSENT) return;
    entry.index = ABSENT;
    const last = heap.pop();
    if (last === undefined || last === entry) return;
    place(last, index);
    rise(last);
    sink(last);
  };

  const put = (entry: Entry, due: number): void => {
    takeOut(entry);
    if (due === Infinity) return;
    entry.due = due;
    entry.order = nextOrder++;
    place(entry, heap.length);
    rise(entry);
  };

  const arm = (): void => {
    const first = heap[0];
    if (isStopped || first === undefined) return;
    const turnAt = Math.max(first.due, earliestTurn);
    if (cancelTimer !== null && armedFor <= turnAt) return;
    cancelTimer?.();
    armedFor = turnAt;
    cancelTimer = timing.after(Math.min(Math.max(0, turnAt - timing.now()), LONGEST_DELAY_MS), turn);
  };

  const turn = (): void => {
    cancelTimer = null;
    armedFor = Infinity;
    const now = timing.now();
    let tasks = 0;
    let isCut = false;
    for (let entry = heap[0]; entry !== undefined && entry.due <= now; entry = heap[0]) {
      if (tasks >= MOST_TASKS_PER_TURN || timing.now() - now > LONGEST_TURN_MS) {
        isCut = true;
        break;
      }
      tasks += 1;
      takeOut(entry);
      const next = entry.run(now);
      // A task that is late queues up behind the others that are due.
      put(entry, Math.max(next, now));
    }
    earliestTurn = isCut ? -Infinity : now + GRAIN_MS;
    arm();
  };

  return {
    now: timing.now,
    task: (run) => {
      const entry: Entry = { due: Infinity, order: 0, index: ABSENT, run };
      return {
        at: (due) => {
          put(entry, due);
          arm();
        },
      };
    },
    stop: () => {
      isStopped = true;
      cancelTimer?.();
      heap.length = 0;
    },
  };
}
