/** The deadline scheduler with a controlled time: order, moving, fairness and bounded turns. */
import { expect, test } from 'vitest';
import { createScheduler, type Timing } from './scheduler.ts';

/** Time that stands still until `pass` lets it go on; every wake-up is counted. */
function controlledTime() {
  let now = 0;
  let turns = 0;
  let costMs = 0;
  let pending: { readonly at: number; readonly run: () => void } | null = null;
  const timing: Timing = {
    now: () => (now += costMs),
    after: (delayMs, run) => {
      const mine = { at: now + delayMs, run };
      if (pending !== null) throw new Error('the scheduler holds more than one timer');
      pending = mine;
      return () => {
        if (pending === mine) pending = null;
      };
    },
  };
  return {
    timing,
    turns: () => turns,
    /** Reading the time costs so much from now on: a stand-in for work. */
    setCost: (ms: number) => {
      costMs = ms;
    },
    /** One wake-up, if there is one until `until`. */
    wake: (until: number): boolean => {
      const due = pending;
      if (due === null || due.at > until) return false;
      pending = null;
      now = Math.max(now, due.at);
      turns += 1;
      due.run();
      return true;
    },
    pass: function (until: number): void {
      while (this.wake(until));
      now = Math.max(now, until);
    },
  };
}

test('tasks run in order of their due times, moved and cancelled ones included', () => {
  const time = controlledTime();
  const scheduler = createScheduler(time.timing);
  const ran: string[] = [];
  const task = (name: string, next: (now: number) => number = () => Infinity) =>
    scheduler.task((now) => {
      ran.push(`${name}@${now}`);
      return next(now);
    });
  const [a, b, c] = [task('a'), task('b', (now) => (now < 250 ? now + 100 : Infinity)), task('c')];
  a.at(300);
  b.at(100);
  c.at(200);
  a.at(150);
  c.at(Infinity);
  time.pass(1_000);
  expect(ran).toEqual(['b@100', 'a@150', 'b@200', 'b@300']);
});

test('a thousand tasks at random times all run on time, with one timer and few wake-ups', () => {
  const time = controlledTime();
  const scheduler = createScheduler(time.timing);
  const late: number[] = [];
  let runs = 0;
  for (let n = 0; n < 1_000; n++) {
    const period = 50 + ((n * 37) % 100);
    let due = (n * 7919) % 500;
    scheduler
      .task((now) => {
        runs += 1;
        if (now - due > 4) late.push(now - due);
        due += period;
        return due;
      })
      .at(due);
  }
  time.pass(2_000);
  expect(late).toEqual([]);
  expect(runs).toBeGreaterThan(15_000);
  expect(time.turns()).toBeLessThanOrEqual(501);
});

test('a task that is always late takes turns with the others and never holds the event loop for long', () => {
  const time = controlledTime();
  const scheduler = createScheduler(time.timing);
  const counts = [0, 0];
  const eager = [0, 1].map((n) =>
    scheduler.task((now) => {
      counts[n] = (counts[n] ?? 0) + 1;
      return now - 1_000;
    }),
  );
  for (const task of eager) task.at(0);
  time.wake(0);
  expect(counts).toEqual([128, 128]);
  time.setCost(1);
  time.wake(0);
  const [first = 0, second = 0] = counts;
  expect(first + second - 256).toBeLessThanOrEqual(9);
  expect(Math.abs(first - second)).toBeLessThanOrEqual(1);
});
