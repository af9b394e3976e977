/** Knows up to which message everything has settled, while the actions of many settle in any order. */

type Batch = {
  /** One more thing of it is under way. */
  readonly wait: () => void;
  /** One thing less. */
  readonly settle: () => void;
  /** Nothing more begins in it. */
  readonly close: () => void;
};

type Batches = {
  /** Messages up to `last`, behind those of the batch before. */
  readonly open: (last: number) => Batch;
  readonly settledUpTo: () => number;
  readonly whenSettled: (sequence: number) => Promise<void>;
  /** Rejects what still waits. */
  readonly abandon: (error: Error) => void;
};

type Waiter = { readonly upTo: number; readonly resolve: () => void; readonly reject: (error: Error) => void };

/** `onSettled` is called whenever `settledUpTo` has grown. */
export function openBatches(settledBefore: number, onSettled: () => void): Batches {
  let settled = settledBefore;
  /** Oldest first. */
  const open: { readonly last: number; underWay: number }[] = [];
  const waiters = new Set<Waiter>();

  const advance = (): void => {
    const before = settled;
    for (let first = open[0]; first?.underWay === 0; first = open[0]) {
      settled = first.last;
      open.shift();
    }
    if (settled === before) return;
    for (const waiter of waiters) {
      if (waiter.upTo > settled) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
    onSettled();
  };

  return {
    open: (last) => {
      // The batch itself is under way until it is closed.
      const batch = { last, underWay: 1 };
      open.push(batch);
      const settle = (): void => {
        if (--batch.underWay === 0) advance();
      };
      return { wait: () => void batch.underWay++, settle, close: settle };
    },
    settledUpTo: () => settled,
    whenSettled: (upTo) =>
      settled >= upTo
        ? Promise.resolve()
        : new Promise((resolve, reject) => waiters.add({ upTo, resolve: () => resolve(), reject })),
    abandon: (error) => {
      for (const { reject } of waiters) reject(error);
      waiters.clear();
    },
  };
}
