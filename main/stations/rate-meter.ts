/** Messages per second over the last few seconds, in constant memory. */

export type RateMeter = {
  readonly count: (now: number) => void;
  readonly rate: (now: number) => number;
};

const SLOT_MS = 500;
const SLOTS = 8;

/** `now` is milliseconds of one monotonic clock. */
export function createRateMeter(): RateMeter {
  const counts = new Array<number>(SLOTS).fill(0);
  let newest = -Infinity;
  let started = 0;

  const advance = (now: number): number => {
    const slot = Math.floor(now / SLOT_MS);
    // After a silence longer than the window, the rate is measured from anew.
    if (slot - newest >= SLOTS) {
      counts.fill(0);
      started = now;
    } else {
      for (let stale = newest + 1; stale <= slot; stale++) counts[stale % SLOTS] = 0;
    }
    newest = Math.max(newest, slot);
    return newest % SLOTS;
  };

  return {
    count: (now) => {
      const slot = advance(now);
      counts[slot] = (counts[slot] ?? 0) + 1;
    },
    rate: (now) => {
      if (Math.floor(now / SLOT_MS) - newest >= SLOTS) return 0;
      advance(now);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const windowStart = (newest - SLOTS + 1) * SLOT_MS;
      const seconds = (now - Math.max(windowStart, started)) / 1_000;
      return total / Math.max(seconds, 1);
    },
  };
}
