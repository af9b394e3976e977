/** Waiting for AWS: the one place that asks again and again, with growing pauses, a limit and a way to stop. The SDK has no waiters for our services. */
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../preload/errors.ts';
import { cancelled } from './refusals.ts';

export type Patience = {
  /** What is awaited, as the middle of a sentence: `the crawler "x" to finish`. */
  readonly what: string;
  /** Milliseconds before giving up. */
  readonly limitMs: number;
  /** Pause before the second question; each pause is half as long again as the one before, up to `longestPauseMs`. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  readonly signal?: AbortSignal | undefined;
};

const GROWTH = 1.5;

/**
 * Asks until the answer is not undefined and returns it. Rejects with what `ask` throws, with `cloud.cancelled` when the signal is
 * aborted, and with `cloud.tooSlow` past the limit.
 */
export async function waitFor<Answer>(ask: () => Promise<Answer | undefined>, patience: Patience): Promise<Answer> {
  const started = performance.now();
  for (let pauseMs = patience.firstPauseMs; ; pauseMs = Math.min(pauseMs * GROWTH, patience.longestPauseMs)) {
    if (patience.signal?.aborted === true) throw cancelled();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() - started + pauseMs > patience.limitMs) throw tooSlow(patience);
    await pauseUnlessAborted(pauseMs, patience.signal);
  }
}

async function pauseUnlessAborted(pauseMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(pauseMs, undefined, signal === undefined ? {} : { signal });
  } catch {
    // The only thing a pause can throw is that its signal was aborted.
    throw cancelled();
  }
}

function tooSlow({ what, limitMs }: Patience): AppError {
  const seconds = Math.round(limitMs / 1000);
  return new AppError('cloud.tooSlow', `Waited ${seconds} seconds for ${what}, then gave up.`, {
    hint: 'It may still end by itself. Look again later, or try once more.',
  });
}
