/** The last messages that the broker has taken from the stations: a target that does not show its own messages lets rules be tried on these. */
import type { SentMessage } from './api.ts';

export type SentMessages = {
  readonly add: (message: SentMessage) => void;
  /** Newest first. */
  readonly newest: () => readonly SentMessage[];
};

const MOST = 500;

export function createSentMessages(): SentMessages {
  const ring: SentMessage[] = [];
  /** Where the next one goes. */
  let next = 0;
  return {
    add: (message) => {
      ring[next] = message;
      next = (next + 1) % MOST;
    },
    newest: () => [...ring.slice(next), ...ring.slice(0, next)].reverse(),
  };
}
