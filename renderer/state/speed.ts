/** The speed slider's arithmetic: a logarithmic track from real time to a day a second, and the steps of its keys. */

export const LEAST_SPEED = 1;
export const MOST_SPEED = 86_400;
/** The slider's own scale: 0 to this. */
export const TRACK = 1_000;

export const SPEED_MARKS = [1, 60, 3_600, 86_400] as const;

const STEPS = [
  1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400,
] as const;

/** How near to a mark the slider catches, in track units. */
const CATCH = 12;

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function roundTo3Digits(value: number): number {
  return Number(value.toPrecision(3));
}

/** Track position (0 to TRACK) of a speed. */
export function positionOfSpeed(speed: number): number {
  return (Math.log(clamp(speed, LEAST_SPEED, MOST_SPEED)) / Math.log(MOST_SPEED)) * TRACK;
}

/** Speed at a track position, three significant digits, caught by the marks. */
export function speedAtPosition(position: number): number {
  const mark = SPEED_MARKS.find((candidate) => Math.abs(positionOfSpeed(candidate) - position) <= CATCH);
  return mark ?? clamp(roundTo3Digits(MOST_SPEED ** (position / TRACK)), LEAST_SPEED, MOST_SPEED);
}

/** The next round speed upwards (1) or downwards (-1); stays at the end of the track. */
export function stepSpeed(speed: number, direction: 1 | -1): number {
  return nextOf(STEPS, speed, direction);
}

/** The next mark upwards or downwards. */
export function markStep(speed: number, direction: 1 | -1): number {
  return nextOf(SPEED_MARKS, speed, direction);
}

function nextOf(steps: readonly number[], speed: number, direction: 1 | -1): number {
  return direction === 1
    ? (steps.find((step) => step > speed) ?? MOST_SPEED)
    : (steps.findLast((step) => step < speed) ?? LEAST_SPEED);
}

/** What a person typed, as a speed; null when it is no number. Both decimal marks count, group marks and the sign × do not disturb. */
export function parseSpeed(text: string): number | null {
  const plain = text.replace(/[\s\u00a0\u202f×x']/gi, '');
  const groupsRemoved = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(',', '') : plain.replace(',', '.');
  if (!/^\d+(\.\d+)?$/.test(groupsRemoved)) return null;
  return clamp(Number(groupsRemoved), LEAST_SPEED, MOST_SPEED);
}
