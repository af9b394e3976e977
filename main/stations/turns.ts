/** Spreads work that many stations want to do at once over turns of the event loop, so that sockets and the port get theirs in between. */

/** The function resolves when it is the caller's turn: in order of arrival, at most `mostPerTurn` callers in one turn of the event loop. */
export function createTurns(mostPerTurn: number): () => Promise<void> {
  const queue: (() => void)[] = [];

  const run = (): void => {
    for (const begin of queue.splice(0, mostPerTurn)) begin();
    if (queue.length > 0) setImmediate(run);
  };

  return () =>
    new Promise((resolve) => {
      if (queue.push(resolve) === 1) setImmediate(run);
    });
}
