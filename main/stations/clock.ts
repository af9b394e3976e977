/** The simulated clock of one station: when an observation is due in real time. Pure: real time always comes in as `now`. */

/** Real times are milliseconds of a monotonic clock, simulated times epoch milliseconds; speed is simulated time per real time. */
export type Clock = {
  readonly speed: number;
  readonly isRunning: boolean;
  /** At real time `since` the clock showed `base`; a paused clock always shows `base`. */
  readonly since: number;
  readonly base: number;
};

/** A paused clock that shows `simulated`. */
export function createClock(simulated: number, speed: number): Clock {
  return { speed, isRunning: false, since: 0, base: simulated };
}

export function simulatedAt(clock: Clock, now: number): number {
  return clock.isRunning ? clock.base + (now - clock.since) * clock.speed : clock.base;
}

/** Real time at which `simulated` is reached; Infinity while the clock is paused. */
export function dueAt(clock: Clock, simulated: number): number {
  return clock.isRunning ? clock.since + (simulated - clock.base) / clock.speed : Infinity;
}

export function resume(clock: Clock, now: number): Clock {
  return clock.isRunning ? clock : { ...clock, isRunning: true, since: now };
}

/**
 * `next` is the simulated time of the first observation not yet sent. A clock that has run ahead of a station which
 * could not keep up is set back to it: after a pause or at a lower speed the station goes on from what it has sent,
 * instead of first bursting out a backlog that only the former speed asked for.
 */
export function pause(clock: Clock, now: number, next: number): Clock {
  return { ...clock, isRunning: false, base: Math.min(simulatedAt(clock, now), next) };
}

/** Goes on at another speed from where the clock stands; `next` as for `pause`. */
export function changeSpeed(clock: Clock, now: number, speed: number, next: number): Clock {
  return { speed, isRunning: clock.isRunning, since: now, base: Math.min(simulatedAt(clock, now), next) };
}
