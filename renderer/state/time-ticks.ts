/** Round moments for a time axis in UTC: full hours, days or months rather than every so many milliseconds. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  91 * DAY,
  365 * DAY,
] as const;

/** Epoch milliseconds between `from` and `to`, at most about `most` of them; `hasHours` says whether the clock matters. */
export function timeTicks(
  from: number,
  to: number,
  most: number,
): { readonly values: readonly number[]; readonly hasHours: boolean } {
  const step = STEPS.find((candidate) => (to - from) / candidate <= most) ?? Math.ceil((to - from) / most / DAY) * DAY;
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return { values: Array.from({ length: count }, (_, index) => first + index * step), hasHours: step < DAY };
}
