// Keys: Java date patterns, time zones, random strings that a repeat finds again, partition keys, and what is refused.
import { expect, test } from 'vitest';
import { checkPrefixes, compilePrefix, type KeyContext } from './object-key.ts';

const context: KeyContext = {
  timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 67),
  seed: 'seed',
  partition: new Map([['station', 'KJFK']]),
  errorType: 'processing-failed',
};
const evaluate = (prefix: string, zone = 'UTC') => compilePrefix(prefix, zone).evaluate(context);
const error = 'err/!{firehose:error-output-type}/';

test.each([
  ["w/!{timestamp:'year='yyyy'/month='MM/dd''HH}/!{timestamp:mm-ss}/", "w/year=2026/month=01/02'03/04-05/"],
  ['', '2026/01/02/03/'],
  ['raw', 'raw2026/01/02/03/'],
  ['!{timestamp:yy M d H m s SSS D DDD}', '26 1 2 3 4 5 067 2 002'],
  ['!{timestamp:EEE EEEE MMM MMMM a hh kk KK Q}', 'Fri Friday Jan January AM 03 03 03 1'],
  ['!{timestamp:VV X Z xxx}', 'UTC Z +0000 +00:00'],
  ['s=!{partitionKeyFromQuery:station}/!{timestamp:yyyy}/', 's=KJFK/2026/'],
  [error, 'err/processing-failed/'],
])('%s in UTC', (prefix, expected) => {
  expect(evaluate(prefix)).toBe(expected);
});

test.each([
  ['America/New_York', '2026-01-01T22:04:05-05:00'],
  ['Asia/Kolkata', '2026-01-02T08:34:05+05:30'],
  ['Europe/Paris', '2026-01-02T04:04:05+01:00'],
])('a custom time zone %s', (zone, expected) => {
  expect(evaluate("!{timestamp:yyyy-MM-dd'T'HH:mm:ssxxx}", zone)).toBe(expected);
  expect(evaluate('', zone)).toBe(`${expected.slice(0, 13).replace(/[-T]/g, '/')}/`);
});

test('random strings differ within a key and between seeds, and are the same again for a repeated delivery', () => {
  const prefix = compilePrefix('!{firehose:random-string}/!{firehose:random-string}/', 'UTC');
  const key = prefix.evaluate(context);
  const [first, second] = key.split('/');
  expect(key).toMatch(/^[A-Za-z0-9]{11}\/[A-Za-z0-9]{11}\/$/);
  expect(first).not.toBe(second);
  expect(prefix.evaluate(context)).toBe(key);
  expect(prefix.evaluate({ ...context, seed: 'other' })).not.toBe(key);
});

test('prefixes that cannot be used together are refused', () => {
  expect(() => checkPrefixes('!{timestamp:yyyy}/', error, 'UTC', null)).not.toThrow();
  expect(() => checkPrefixes('!{partitionKeyFromQuery:id}/', error, 'UTC', ['id'])).not.toThrow();
  for (const [prefix, errorPrefix, zone, keys] of [
    ['!{timestamp:yyyy}/', '', 'UTC', null],
    ['!{timestamp:yyyy}/', 'err/', 'UTC', null],
    ['!{timestamp:YYYY}/', error, 'UTC', null],
    ['!{timestamp:}/', error, 'UTC', null],
    ['!{timestamp:yyyy[MM]}/', error, 'UTC', null],
    ['!{timestamp:yyyy#}/', error, 'UTC', null],
    ['!{timestamp:yyyy}/', error, 'Mars/Olympus', null],
    ['!{partitionKeyFromQuery:id}/', error, 'UTC', null],
    ['!{partitionKeyFromQuery:id}/', error, 'UTC', ['id', 'unused']],
    ['!{partitionKeyFromQuery:other}/', error, 'UTC', ['id']],
    ['!{partitionKeyFromLambda:id}/', error, 'UTC', ['id']],
    ['!{partitionKeyFromQuery:id}/', `${error}!{partitionKeyFromQuery:id}`, 'UTC', ['id']],
    ['!{timestamp:yyyy', error, 'UTC', null],
    [error, error, 'UTC', null],
  ] as const) {
    expect(() => checkPrefixes(prefix, errorPrefix, zone, keys), prefix).toThrow(
      expect.objectContaining({ code: 'InvalidArgumentException' }),
    );
  }
});
