/** Keeps the last messages whole, for trying a rule on real ones: bounded by number and by bytes. */
import { matchesFilter } from '../rules/topic-filter.ts';
import type { JournalMessage } from './journal-record.ts';
import { knownSender, type KnownSender } from './sender.ts';

export type RecentMessage = Pick<JournalMessage, 'topic' | 'payload' | 'receivedAt'> & KnownSender;

export type RecentMessages = {
  readonly add: (message: JournalMessage) => void;
  /** Newest first; `filter` as rules match. */
  readonly ofTopic: (filter: string, most: number) => readonly RecentMessage[];
};

const MOST_MESSAGES = 2_000;
const MOST_BYTES = 8 * 1024 * 1024;

export function openRecentMessages(): RecentMessages {
  const ring: (RecentMessage | undefined)[] = [];
  /** Where the next one goes, and where the oldest one lies. */
  let next = 0;
  let oldest = 0;
  let kept = 0;
  let bytes = 0;
  const forgetOldest = (): void => {
    bytes -= ring[oldest]?.payload.length ?? 0;
    ring[oldest] = undefined;
    oldest = (oldest + 1) % MOST_MESSAGES;
    kept--;
  };
  return {
    add: (message) => {
      const { topic, payload, receivedAt } = message;
      if (kept === MOST_MESSAGES) forgetOldest();
      while (kept > 0 && bytes + payload.length > MOST_BYTES) forgetOldest();
      // A copy: the payload lies in a buffer with many others, which would be kept for its sake.
      ring[next] = { topic, payload: Buffer.from(payload), receivedAt, ...knownSender(message) };
      next = (next + 1) % MOST_MESSAGES;
      kept++;
      bytes += payload.length;
    },
    ofTopic: (filter, most) => {
      const found: RecentMessage[] = [];
      for (let back = 1; back <= kept && found.length < most; back++) {
        const message = ring[(next - back + MOST_MESSAGES) % MOST_MESSAGES];
        if (message !== undefined && matchesFilter(filter, message.topic)) found.push(message);
      }
      return found;
    },
  };
}
