/** How far a station is behind its simulated clock. Pure. */
import { simulatedAt, type Clock } from './clock.ts';

export type Backlog = {
  /** Read ahead and not taken; `due` in simulated time, oldest first. */
  readonly queue: readonly { readonly due: number }[];
  /** Observations of the file behind those. */
  readonly unread: number;
  /** Mean simulated time between two observations; 0 when unknown. */
  readonly spacingMs: number;
};

/** Observations due by the clock and not taken yet. Beyond what has been read ahead it is reckoned from the file's mean spacing. */
export function dueButUnsent(clock: Clock, now: number, { queue, unread, spacingMs }: Backlog): number {
  if (!clock.isRunning) return 0;
  const simulated = simulatedAt(clock, now);
  const dueInQueue = queue.reduce((sum, reading) => sum + (reading.due <= simulated ? 1 : 0), 0);
  const last = queue.at(-1);
  if (last === undefined || dueInQueue < queue.length || spacingMs === 0) return dueInQueue;
  const dueUnread = Math.min(unread, Math.floor((simulated - last.due) / spacingMs));
  return dueInQueue + Math.max(0, dueUnread);
}
