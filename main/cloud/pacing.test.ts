/** The pace with a clock that only moves when somebody waits. */
import { expect, test } from 'vitest';
import { createPacer, type Clock } from './pacing.ts';
import { AWS_IOT_PACE } from './target.ts';

/** Time passes only in `wait`, and those who wait are woken in the order of their times. */
function fakeClock(): Clock & { readonly elapsed: () => number } {
  let now = 0;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const wakeNext = (): void => {
    const next = sleepers.sort((a, b) => a.at - b.at).shift();
    if (next === undefined) return;
    now = Math.max(now, next.at);
    next.wake();
  };
  return {
    now: () => now,
    elapsed: () => now,
    wait: (ms) =>
      new Promise((resolve) => {
        sleepers.push({ at: now + ms, wake: resolve });
        setImmediate(wakeNext);
      }),
  };
}

const PACE = { others: 10, byOperation: { CreateCertificateFromCsr: 20 } };

test('each operation keeps its own pace, however many ask at once', async () => {
  const clock = fakeClock();
  const pacer = createPacer(PACE, clock);
  const calls = (operation: string, count: number) => Array.from({ length: count }, () => pacer.take(operation));
  await Promise.all(calls('CreateThing', 21));
  // The first goes at once, the 20 others a tenth of a second apart.
  expect(clock.elapsed()).toBeCloseTo(2_000, 3);
  await Promise.all(calls('CreateCertificateFromCsr', 21));
  expect(clock.elapsed()).toBeCloseTo(3_000, 3);
});

test('a throttled operation goes on at half its pace and comes back with success; others do not feel it', async () => {
  const clock = fakeClock();
  const pacer = createPacer(PACE, clock);
  await pacer.take('CreateThing');
  pacer.throttled('CreateThing');
  expect([pacer.rateOf('CreateThing'), pacer.rateOf('CreatePolicy')]).toEqual([5, 10]);
  for (let n = 0; n < 10; n++) pacer.throttled('CreateThing');
  expect(pacer.rateOf('CreateThing')).toBe(0.5);
  for (let n = 0; n < 40; n++) pacer.succeeded('CreateThing');
  expect(pacer.rateOf('CreateThing')).toBe(10);
});

test("five hundred stations keep an account's control plane below its quotas of 10 and 15 calls a second", async () => {
  const clock = fakeClock();
  const pacer = createPacer(AWS_IOT_PACE, clock);
  const operations = ['CreateThing', 'CreateCertificateFromCsr', 'AttachPolicy', 'AttachThingPrincipal'];
  await Promise.all(operations.flatMap((operation) => Array.from({ length: 500 }, () => pacer.take(operation))));
  const quotas: Readonly<Record<string, number>> = { CreateThing: 10 };
  for (const operation of operations) expect(pacer.rateOf(operation)).toBeLessThan(quotas[operation] ?? 15);
  // The slowest of them sets the time: 499 pauses of a ninth of a second.
  expect(clock.elapsed() / 1_000).toBeCloseTo(499 / 9, 1);
});
