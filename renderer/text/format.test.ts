/** Numbers as an instrument shows them, in both languages. */
import { expect, test } from 'vitest';
import { formatOf } from './format.ts';

test('missing is a dash, minus is a minus, nothing is minus zero', () => {
  const { number, bytes, mebibytes, milliseconds, rate, utc } = formatOf('en');
  expect([number(null), number(-12.34), number(-0.04), number(1013.25)]).toEqual(['—', '−12.3', '0.0', '1,013.3']);
  expect([bytes(0), bytes(999), bytes(61_234_567), mebibytes(5 * 2 ** 20)]).toEqual([
    '0\u00a0B',
    '999\u00a0B',
    '61.2\u00a0MB',
    '5\u00a0MiB',
  ]);
  expect([milliseconds(87), milliseconds(2_345), rate(0), rate(0.00028), rate(23.61), rate(4_321)]).toEqual([
    '87\u00a0ms',
    '2.35\u00a0s',
    '0.0',
    '0.00028',
    '23.6',
    '4,321',
  ]);
  expect([utc('2013-01-24T13:05:00Z'), utc(null), utc('never')]).toEqual(['24 Jan 2013, 13:05 UTC', '—', '—']);
});

test('French writes commas and octets', () => {
  const { number, bytes } = formatOf('fr');
  expect([number(-1.5), bytes(1_500)]).toEqual(['−1,5', '1,5\u00a0ko']);
});
