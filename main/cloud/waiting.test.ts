/** Waiting ends four ways, each told apart: an answer, the asker's own error, the limit, the signal. */
import { expect, test } from 'vitest';
import { waitFor } from './waiting.ts';

const patience = { what: 'the thing', limitMs: 2_000, firstPauseMs: 1, longestPauseMs: 5 };

test('asks until there is an answer', async () => {
  let asked = 0;
  const answer = await waitFor(() => Promise.resolve(++asked === 4 ? 'done' : undefined), patience);
  expect({ answer, asked }).toEqual({ answer: 'done', asked: 4 });
});

test('gives up at the limit, with what it waited for', async () => {
  const wait = waitFor(() => Promise.resolve(undefined), { ...patience, limitMs: 20 });
  await expect(wait).rejects.toMatchObject({
    code: 'cloud.tooSlow',
    message: 'Waited 0 seconds for the thing, then gave up.',
  });
});

test('stops at once when the signal is aborted, and asks no more', async () => {
  const controller = new AbortController();
  let asked = 0;
  const ask = (): Promise<undefined> => {
    asked++;
    controller.abort();
    return Promise.resolve(undefined);
  };
  const wait = waitFor(ask, { ...patience, firstPauseMs: 1_000_000, limitMs: 2_000_000, signal: controller.signal });
  await expect(wait).rejects.toMatchObject({ code: 'cloud.cancelled' });
  expect(asked).toBe(1);
});

test('an error of the question is not waited out', async () => {
  const error = new Error('refused');
  await expect(waitFor(() => Promise.reject(error), patience)).rejects.toBe(error);
});
