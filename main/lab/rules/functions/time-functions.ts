/** parse_time() writes a moment by a Joda-Time pattern, time_to_epoch() reads one by a pattern of Java's DateTimeFormatter. */
import { toDecimal, toText } from '../conversions.ts';
import { floor, wholeOf } from '../decimal.ts';
import type { Value } from '../value.ts';
import { formatTime } from './format-time.ts';
import { newer, type SqlFunction } from './function.ts';
import { readTime } from './read-time.ts';

export const TIME_FUNCTIONS: readonly (readonly [name: string, SqlFunction])[] = [
  [
    'parse_time',
    newer([2, 3], (given, { version }) => {
      const pattern = toText(given[0], version);
      const millis = toMillis(given[1]);
      const zone = given.length === 3 ? toText(given[2], version) : 'UTC';
      if (pattern === undefined || millis === undefined || zone === undefined) return undefined;
      return formatTime(pattern, millis, zone);
    }),
  ],
  [
    'time_to_epoch',
    newer([2, 2], (given, { version }) => {
      const text = toText(given[0], version);
      const pattern = toText(given[1], version);
      const millis = text === undefined || pattern === undefined ? undefined : readTime(text, pattern);
      return millis === undefined ? undefined : { text: String(millis) };
    }),
  ],
];

/** What JavaScript's Date can hold. */
const FARTHEST = 8_640_000_000_000_000n;

function toMillis(value: Value): number | undefined {
  const decimal = toDecimal(value);
  if (decimal === undefined) return undefined;
  const millis = wholeOf(floor(decimal));
  return millis < -FARTHEST || millis > FARTHEST ? undefined : Number(millis);
}
