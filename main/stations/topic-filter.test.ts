/** Topic filters by the rules and examples of MQTT 3.1.1, section 4.7. */
import { expect, test } from 'vitest';
import { checkFilter, includesFilter, matchesFilter, widestFilters } from './topic-filter.ts';

test('filters match topics as the standard says', () => {
  const cases = [
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/#', 'sport', true],
    ['#', 'a/b', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+/+', '/finance', true],
    ['/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/uptime', false],
    ['+/uptime', '$SYS/uptime', false],
    ['$SYS/#', '$SYS/uptime', true],
    ['Weather/a', 'weather/a', false],
  ] as const;
  expect(cases.map(([filter, topic]) => [filter, topic, matchesFilter(filter, topic)])).toEqual(cases);
});

test('malformed filters are refused with a reason', () => {
  for (const filter of ['', 'a/#/b', 'a#', 'a/b+', '+a', '$share/group/a', 'a\0b'])
    expect(() => checkFilter(filter), filter).toThrow(/is not a topic filter/);
  for (const filter of ['#', '+', 'a/+/b/#', '/', '$SYS/#']) checkFilter(filter);
});

test('the broker is asked for no topic twice', () => {
  expect(includesFilter('a/+', 'a/#')).toBe(false);
  expect(widestFilters(['a/b', 'a/+', 'a/b', 'c/#', 'c', 'c/d/e', '$SYS/x'])).toEqual(['a/+', 'c/#', '$SYS/x']);
  expect(widestFilters(['#', 'a/b', '+', '$SYS/x'])).toEqual(['#', '$SYS/x']);
});
