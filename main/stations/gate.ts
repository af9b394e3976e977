/** Lets a bounded number of things happen at once, so that starting a thousand stations neither floods the broker nor this computer. */

export type Gate = {
  /** Runs `work` when there is room, in order of arrival. */
  readonly pass: <Value>(work: () => Promise<Value>) => Promise<Value>;
};

export function createGate(mostAtOnce: number): Gate {
  const queue: (() => void)[] = [];
  let atWork = 0;

  const enter = (): Promise<void> => {
    if (atWork < mostAtOnce) {
      atWork += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => queue.push(resolve));
  };

  const leave = (): void => {
    const next = queue.shift();
    // The place is handed on, so the count stays.
    if (next === undefined) atWork -= 1;
    else next();
  };

  return {
    pass: async (work) => {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
