/** A station's file as a queue of ready payloads, read only a little ahead of what is sent: a year never lies in memory. */
import type { LatestObservation } from '../../preload/shapes.ts';
import { latestObservation } from '../noaa/latest.ts';
import { messageText } from '../noaa/message.ts';
import { readObservations } from '../noaa/observation-file.ts';

export type Reading = {
  /** Which observation of the file this is, from 0. */
  readonly index: number;
  /** Simulated time it is due, epoch milliseconds: its own time, but never before the one in front of it. */
  readonly due: number;
  /** The message without a final newline. */
  readonly text: string;
  readonly latest: LatestObservation;
};

export type Replay = {
  /** Read but not taken, oldest first. */
  readonly queue: readonly Reading[];
  readonly take: () => Reading | undefined;
  /** Nothing comes after what is in the queue. */
  readonly isAtEnd: () => boolean;
  readonly close: () => void;
};

export type ReplayOptions = {
  readonly file: string;
  /** Index of the first observation wanted. */
  readonly from: number;
  /** Resolves when this reader may decode some more; many readers share the event loop. */
  readonly turn: () => Promise<void>;
  /** There is something in the queue again, or the end was reached. */
  readonly onReady: () => void;
  /** Reading failed (AppError `noaa.*`); what is in the queue is still good, nothing comes after it. */
  readonly onFailure: (error: unknown) => void;
};

/** About a second of the fastest station, and under 100 KB of text: a thousand stations fit into memory. */
const READ_AHEAD = 64;
/** At first less, and more only for a station that sends faster than it reads: a crowd of slow ones needs no more. */
const FIRST_READ_AHEAD = 8;

export function openReplay({ file, from, turn, onReady, onFailure }: ReplayOptions): Replay {
  const queue: Reading[] = [];
  const stop = new AbortController();
  let isAtEnd = false;
  let wake: (() => void) | null = null;
  let ahead = FIRST_READ_AHEAD;

  const read = async (): Promise<void> => {
    let index = 0;
    let due = -Infinity;
    // What lies before `from` is only skipped, and large batches are quicker.
    const batchLines = (): number => (index + READ_AHEAD <= from ? READ_AHEAD : ahead);
    const options = { signal: stop.signal, batchLines };
    for await (const { time, record } of readObservations(file, options)) {
      due = Math.max(due, time);
      if (index >= from) {
        queue.push({ index, due, text: messageText(record), latest: latestObservation(record) });
        if (queue.length === 1) onReady();
        if (queue.length >= ahead) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          await turn();
        }
        if (stop.signal.aborted) return;
      }
      index += 1;
    }
  };

  read().then(
    () => {
      isAtEnd = true;
      if (!stop.signal.aborted) onReady();
    },
    (error: unknown) => {
      isAtEnd = true;
      if (!stop.signal.aborted) onFailure(error);
    },
  );

  return {
    queue,
    take: () => {
      const reading = queue.shift();
      if (queue.length === 0 && !isAtEnd) ahead = Math.min(2 * ahead, READ_AHEAD);
      if (queue.length <= ahead / 2) {
        wake?.();
        wake = null;
      }
      return reading;
    },
    isAtEnd: () => isAtEnd,
    close: () => {
      stop.abort();
      wake?.();
    },
  };
}

/** The observation at `index`; undefined when the file ends before it. Rejects with AppError `noaa.*`. */
export async function readOne(file: string, index: number): Promise<string | undefined> {
  let at = 0;
  for await (const { record } of readObservations(file)) {
    if (at === index) return messageText(record);
    at += 1;
  }
  return undefined;
}
