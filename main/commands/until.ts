/** Waits for a condition of this process, with a limit. */
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../preload/errors.ts';

const LOOK_EVERY_MS = 50;

/** Rejects with `demo.tooSlow`, naming what was waited for, when `isTrue` stays false for `limitMs`. */
export async function until(what: string, limitMs: number, isTrue: () => boolean): Promise<void> {
  const end = Date.now() + limitMs;
  while (!isTrue()) {
    if (Date.now() > end)
      throw new AppError('demo.tooSlow', `Waited ${Math.round(limitMs / 1_000)} s in vain: ${what}.`);
    await pause(LOOK_EVERY_MS);
  }
}
