/** The clock under arbitrary speed changes, pauses and overload: every observation is due once, in order, never early. */
import { expect, test } from 'vitest';
import { changeSpeed, createClock, dueAt, pause, resume, simulatedAt } from './clock.ts';

const HOUR = 3_600_000;

test('message n is due at start + simulated offset / speed, and a new speed goes on from where the clock stands', () => {
  const start = Date.UTC(2023, 0, 1);
  const running = resume(createClock(start, 3_600), 1_000);
  expect([0, 1, 24].map((n) => dueAt(running, start + n * HOUR))).toEqual([1_000, 2_000, 25_000]);
  const faster = changeSpeed(running, 2_500, 7_200, start + 2 * HOUR);
  expect([2, 3].map((n) => dueAt(faster, start + n * HOUR))).toEqual([2_750, 3_250]);
  const paused = pause(faster, 2_600, start + 2 * HOUR);
  expect(dueAt(paused, start)).toBe(Infinity);
  expect(simulatedAt(paused, 9_999)).toBe(start + 1.7 * HOUR);
  expect(dueAt(resume(paused, 10_000), start + 2 * HOUR)).toBe(10_150);
});

test('a clock that ran ahead of a station which could not keep up is set back to it when the speed changes', () => {
  const start = Date.UTC(2023, 0, 1);
  const tooFast = resume(createClock(start, 1e12), 0);
  const slow = changeSpeed(tooFast, 5_000, 3_600, start + 7 * HOUR);
  expect([7, 8].map((n) => dueAt(slow, start + n * HOUR))).toEqual([5_000, 6_000]);
});

/** Deterministic numbers from 0 to 1 (mulberry32), so that a failure can be repeated from its seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('whatever the slider does, every observation is sent once, in order, and never before its simulated time', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed);
    const dues: number[] = [];
    for (let n = 0, time = Date.UTC(2023, 0, 1); n < 200; n++) {
      dues.push(time);
      // Irregular spacing, several reports of one minute among them.
      time += random() < 0.2 ? 0 : Math.floor(random() * 3 * HOUR);
    }
    const due = (n: number): number => dues[n] ?? Infinity;
    let clock = resume(createClock(due(0), 60), 0);
    let now = 0;
    let shown = 0;
    const sent: number[] = [];
    for (let step = 0; step < 20_000 && sent.length < dues.length; step++) {
      now += random() * 200;
      const next = due(sent.length);
      const choice = random();
      if (choice < 0.1) clock = changeSpeed(clock, now, 1 + random() ** 4 * 86_399, next);
      else if (choice < 0.15) clock = pause(clock, now, next);
      else if (choice < 0.4) clock = resume(clock, now);
      else if (choice < 0.42) clock = changeSpeed(clock, now, 1e12, next);
      // A station that is sometimes too slow sends only a few.
      for (let room = Math.floor(random() * 4); room > 0 && dueAt(clock, due(sent.length)) <= now; room--) {
        expect(simulatedAt(clock, now)).toBeGreaterThanOrEqual(due(sent.length) - 1);
        sent.push(sent.length);
      }
      const display = Math.min(simulatedAt(clock, now), due(sent.length));
      expect(display).toBeGreaterThanOrEqual(shown - 1);
      shown = display;
    }
    expect({ seed, sent }).toEqual({ seed, sent: dues.map((_due, n) => n) });
  }
});
