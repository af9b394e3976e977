/** Keeps calls below the target's quota: so many a second for each operation, slower when AWS says it is too fast, and faster again after. */
import { setTimeout as pause } from 'node:timers/promises';
import { isRefusal } from './refusals.ts';

/** Calls a second; an operation without a figure of its own has `others`. */
export type Pace = { readonly others: number; readonly byOperation: Readonly<Record<string, number>> };

export type Clock = { readonly now: () => number; readonly wait: (ms: number) => Promise<void> };

export type Pacer = {
  /** Resolves when a call of `operation` may go out, in the order of asking. */
  readonly take: (operation: string) => Promise<void>;
  /** AWS throttled a call: the operation goes on at half its pace. */
  readonly throttled: (operation: string) => void;
  readonly succeeded: (operation: string) => void;
  /** Calls a second at this moment. */
  readonly rateOf: (operation: string) => number;
};

type Lane = { readonly full: number; rate: number; nextAt: number };

const SLOWEST = 0.5;
/** After a throttling the pace comes back in about this many calls. */
const STEPS_TO_FULL = 40;

const realClock: Clock = {
  now: () => performance.now(),
  wait: async (ms) => {
    await pause(ms);
  },
};

export function createPacer(pace: Pace, clock: Clock = realClock): Pacer {
  const lanes = new Map<string, Lane>();
  const laneOf = (operation: string): Lane => {
    const found = lanes.get(operation);
    if (found !== undefined) return found;
    const full = pace.byOperation[operation] ?? pace.others;
    const lane = { full, rate: full, nextAt: 0 };
    lanes.set(operation, lane);
    return lane;
  };
  return {
    take: async (operation) => {
      const lane = laneOf(operation);
      const now = clock.now();
      const at = Math.max(now, lane.nextAt);
      lane.nextAt = at + 1000 / lane.rate;
      if (at > now) await clock.wait(at - now);
    },
    throttled: (operation) => {
      const lane = laneOf(operation);
      lane.rate = Math.max(SLOWEST, lane.rate / 2);
      // Those already in line were promised the old pace; whoever asks now waits out one slow step more.
      lane.nextAt = Math.max(lane.nextAt, clock.now()) + 1000 / lane.rate;
    },
    succeeded: (operation) => {
      const lane = laneOf(operation);
      lane.rate = Math.min(lane.full, lane.rate + lane.full / STEPS_TO_FULL);
    },
    rateOf: (operation) => laneOf(operation).rate,
  };
}

const THROTTLED = ['ThrottlingException', 'ThrottledException', 'TooManyRequestsException'];
/** A call that is still throttled after this many turns has met something else than our pace. */
const MOST_TURNS = 8;

/** A step for a client's middleware stack, inside the SDK's own retries: every attempt waits its turn, every throttling slows the pace. */
export function pacingStep(pacer: Pacer) {
  return <Args, Output>(next: (args: Args) => Promise<Output>, context: { readonly commandName?: string }) =>
    async (args: Args): Promise<Output> => {
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      for (let turn = 1; ; turn++) {
        await pacer.take(operation);
        try {
          const answer = await next(args);
          pacer.succeeded(operation);
          return answer;
        } catch (error) {
          if (!isRefusal(error, ...THROTTLED)) throw error;
          pacer.throttled(operation);
          if (turn >= MOST_TURNS) throw error;
        }
      }
    };
}
