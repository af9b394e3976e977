/** Functions whose rows the shared vectors do not show. */
import { expect, it } from 'vitest';
import { compileStatement } from '../evaluate.ts';
import { parseStatement } from '../parse.ts';
import { testContext } from '../test-context.ts';

function value(expression: string, payload = '{}', version: '2015-10-08' | '2016-03-23' = '2016-03-23'): string {
  const statement = parseStatement(`SELECT VALUE ${expression} FROM 't'`, version);
  const outcome = compileStatement(statement, version)(testContext(payload));
  return outcome.kind === 'selected' ? outcome.record.toString() : outcome.kind;
}

it('writes and reads moments as Joda-Time and Java do', () => {
  const cases: [string, string][] = [
    ["parse_time('yyyy.MM.dd G HH:mm:ss z', 1415750400000, 'America/Belize')", '"2014.11.11 AD 18:00:00 CST"'],
    ["parse_time('EEE, d MMM yyyy h:mm a ZZ', 0, 'Asia/Kolkata')", '"Thu, 1 Jan 1970 5:30 AM +05:30"'],
    ["parse_time('yyyy', 0, 'Nowhere/City')", ''],
    ["time_to_epoch('2007-12-03 10:15:30 UTC+01:00', 'yyyy-MM-dd HH:mm:ss VV')", '1196673330000'],
    ["time_to_epoch('2007-12-03 10:15:30 America/Los_Angeles', 'yyyy-MM-dd HH:mm:ss z')", '1196705730000'],
    ["time_to_epoch('2023-02-29', 'yyyy-MM-dd')", ''],
    ["time_to_epoch('20140414115300.25', 'yyyyMMddHHmmss.SS')", '1397476380250'],
    ["time_to_epoch('4/14/2014 1:05 PM', 'M/d/yyyy h:mm a')", '1397480700000'],
  ];
  expect(cases.map(([expression]) => value(expression))).toEqual(cases.map(([, expected]) => expected));
});

it('works on texts by characters, and never by half of one', () => {
  expect(value('length(a)', '{"a":"x😀é"}')).toBe('3');
  expect(value('substring(a, 1, 2)', '{"a":"x😀é"}')).toBe('"😀"');
  expect(value('get(a, 1)', '{"a":"x😀é"}')).toBe('"😀"');
  expect(value("indexof(a, 'é')", '{"a":"x😀é"}')).toBe('2');
  expect(value("regexp_replace('a-b', '(\\w)-(\\w)', '$2$1\\$')")).toBe('"ba$"');
  expect(value("regexp_replace('a', 'a', '$1')")).toBe('');
});

it('keeps whole Decimals apart in 2015-10-08 only', () => {
  expect(value('abs(a)', '{"a":-7.0}', '2015-10-08')).toBe('7.0');
  expect(value('abs(a)', '{"a":-7.0}')).toBe('7');
  expect(value('sqrt(9)', '{}', '2015-10-08')).toBe('3.0');
  expect(value('a', '{"a":7.0}')).toBe('7.0');
  expect(value("concat('t', a)", '{"a":7.0}', '2015-10-08')).toBe('"t7.0"');
});

it('calculates with 34 digits', () => {
  expect(value('trunc(10 / 3, 40)')).toBe('3.333333333333333333333333333333333');
  expect(value('round(-2.5)')).toBe('-3');
  expect(value('floor(-1E-30)')).toBe('-1');
  expect(value('bitand(-1, 1234567890123456789012345678901234)')).toBe('1234567890123456789012345678901234');
  expect(value('ceil(1E999)')).toBe('1E999');
});
