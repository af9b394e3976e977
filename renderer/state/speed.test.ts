/** The slider's track, its marks and its keys. */
import { expect, test } from 'vitest';
import { markStep, parseSpeed, positionOfSpeed, SPEED_MARKS, speedAtPosition, stepSpeed, TRACK } from './speed.ts';

test('marks sit where the logarithm puts them and catch the slider', () => {
  expect(SPEED_MARKS.map((mark) => Math.round(positionOfSpeed(mark)))).toEqual([0, 360, 720, 1000]);
  expect([0, 8, 355, 370, 715, 995, TRACK].map(speedAtPosition)).toEqual([1, 1, 60, 60, 3600, 86400, 86400]);
});

test('every position leads back to itself within one unit of the track', () => {
  const strays = Array.from({ length: TRACK + 1 }, (_, position) => position).filter(
    (position) => Math.abs(positionOfSpeed(speedAtPosition(position)) - position) > 12,
  );
  expect(strays).toEqual([]);
});

test('keys move to the next round speed and stop at the ends', () => {
  expect([stepSpeed(1, 1), stepSpeed(600, 1), stepSpeed(601, -1), stepSpeed(1, -1), stepSpeed(86_400, 1)]).toEqual([
    2, 1200, 600, 1, 86400,
  ]);
  expect([markStep(600, 1), markStep(600, -1)]).toEqual([3600, 60]);
});

test('typed speeds are read in both languages and kept in range', () => {
  expect(['600', '600 ×', '3,600', '3 600', '1,5', '0', '1e9', 'fast', ''].map(parseSpeed)).toEqual([
    600,
    600,
    3600,
    3600,
    1.5,
    1,
    null,
    null,
    null,
  ]);
});
