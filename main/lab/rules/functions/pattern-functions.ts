/** Functions with regular expressions. A pattern that stands in the rule is read once, when the rule is; others are remembered, a few of them. */
import type { RE2JS } from 're2js';
import { toText } from '../conversions.ts';
import type { Value } from '../value.ts';
import { always, type Scene, type SqlFunction } from './function.ts';
import { firstMatch, matches, readPattern, replaceMatches, type Pattern } from './regular-expressions.ts';

type Use = (expression: RE2JS, text: string, replacement: string) => Value;

export const PATTERN_FUNCTIONS: readonly (readonly [name: string, SqlFunction])[] = [
  ['regexp_matches', withPattern(2, matches)],
  ['regexp_replace', withPattern(3, replaceMatches)],
  ['regexp_substr', withPattern(2, firstMatch)],
];

/** Each may hold some megabytes of states. */
const MOST_REMEMBERED = 20;
const remembered = new Map<string, Pattern>();

function patternOf(text: string): Pattern {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  const pattern = readPattern(text);
  remembered.set(text, pattern);
  return pattern;
}

/** A function of `count` texts, the second of them a pattern. */
function withPattern(count: number, use: Use): SqlFunction {
  const run = ([value, , third]: readonly Value[], pattern: Pattern, { version, note }: Scene): Value => {
    const text = toText(value, version);
    const replacement = count > 2 ? toText(third, version) : '';
    if (text === undefined || replacement === undefined) return undefined;
    if (pattern.kind === 'usable') return use(pattern.expression, text, replacement);
    note?.(pattern.reason);
    return undefined;
  };
  return {
    ...always([count, count], (given, scene) => {
      const text = toText(given[1], scene.version);
      return text === undefined ? undefined : run(given, patternOf(text), scene);
    }),
    prepare: ([, constant]) => {
      if (typeof constant !== 'string') return undefined;
      const pattern = readPattern(constant);
      return (given, scene) => run(given, pattern, scene);
    },
    refusal: ([, constant]) => {
      if (typeof constant !== 'string') return undefined;
      const pattern = readPattern(constant);
      // What is malformed is Undefined, as the guide says.
      return pattern.kind === 'unsupported' ? { argument: 1, reason: pattern.reason } : undefined;
    },
  };
}
