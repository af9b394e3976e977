/** What a station has taken from its file and the broker has not acknowledged yet, in order: at most so many, none ever lost. */
import type { Reading } from './replay.ts';

export type OutboxEntry = {
  readonly reading: Reading;
  state: 'waiting' | 'sent' | 'acknowledged';
  /** Times it was refused while the connection held. */
  refusals: number;
};

export type Outbox = {
  readonly hasRoom: () => boolean;
  readonly isEmpty: () => boolean;
  readonly add: (reading: Reading) => OutboxEntry;
  /** The oldest entry to be sent (again). */
  readonly firstWaiting: () => OutboxEntry | undefined;
  readonly waiting: () => number;
  readonly acknowledge: (entry: OutboxEntry) => void;
  /** The connection is gone: what was sent without an answer is to be sent again. */
  readonly takeBack: () => void;
  /** Index of the first observation that is not acknowledged; undefined when all taken ones are. */
  readonly firstIndex: () => number | undefined;
};

export function createOutbox(limit: number): Outbox {
  const entries: OutboxEntry[] = [];
  return {
    hasRoom: () => entries.length < limit,
    isEmpty: () => entries.length === 0,
    add: (reading) => {
      const entry: OutboxEntry = { reading, state: 'waiting', refusals: 0 };
      entries.push(entry);
      return entry;
    },
    firstWaiting: () => entries.find((entry) => entry.state === 'waiting'),
    waiting: () => entries.reduce((sum, entry) => sum + (entry.state === 'waiting' ? 1 : 0), 0),
    acknowledge: (entry) => {
      entry.state = 'acknowledged';
      while (entries[0]?.state === 'acknowledged') entries.shift();
    },
    takeBack: () => {
      for (const entry of entries) if (entry.state === 'sent') entry.state = 'waiting';
    },
    firstIndex: () => entries[0]?.reading.index,
  };
}
