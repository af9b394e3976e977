/**
 * The regular expressions of rules, by the engine RE2: its time grows with the text and not with what a pattern could be made to try, so that no rule
 * can hold up the others. Its syntax is Java's, which AWS takes, without what cannot be had in such time. https://github.com/google/re2/wiki/Syntax
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { EvaluationFailure } from '../failure.ts';
import type { Value } from '../value.ts';

export type Pattern =
  | { readonly kind: 'usable'; readonly expression: RE2JS }
  /** No regular expression anywhere, or one that only AWS would take; `reason` tells a person. */
  | { readonly kind: 'malformed' | 'unsupported'; readonly reason: string };

const LONGEST_PATTERN = 1024;
/** Takes some megabytes. */
const MOST_INSTRUCTIONS = 10_000;
/** Each character of a text may meet all instructions of the pattern. So many take about a second. */
const MOST_STEPS = 20_000_000;
/** Every match searches the rest of the text: many in a long one are too many. */
const REPLACING_LIMIT_MS = 1000;

/** What RE2 says of texts that are no regular expression for Java either. */
const MALFORMED = /missing|unexpected|trailing backslash/;

const WORDS: readonly (readonly [fragment: RegExp, name: string])[] = [
  [/^\(\?<?[=!]/, 'looking ahead or behind, (?=…) (?!…) (?<=…) (?<!…),'],
  [/^\(\?>/, 'atomic groups, (?>…),'],
  [/^\\[1-9k]/, 'back references to a group'],
  [/^[*+?}{].*\+$/, 'possessive quantifiers such as ++'],
  [/^\{/, 'repeating more than 1,000 times'],
];

/** Never throws. */
export function readPattern(pattern: string): Pattern {
  if (pattern.length > LONGEST_PATTERN) {
    return { kind: 'unsupported', reason: `the pattern is longer than ${LONGEST_PATTERN} characters` };
  }
  if (/\[[^\]]*&&/.test(pattern)) return unsupported('character classes with &&', '&&');
  try {
    const expression = RE2JS.compile(inWordsOfRe2(pattern));
    if (expression.programSize() <= MOST_INSTRUCTIONS) return { kind: 'usable', expression };
    return {
      kind: 'unsupported',
      reason: 'the pattern repeats too much for the lab',
    };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const fragment = error.getPattern() ?? pattern;
    const description = error.getDescription();
    if (MALFORMED.test(description) || fragment === '**') {
      return { kind: 'malformed', reason: `"${pattern}" is no regular expression: ${description}` };
    }
    const [, name] = WORDS.find(([words]) => words.test(fragment)) ?? [];
    return unsupported(name ?? `"${fragment}"`, fragment);
  }
}

function unsupported(name: string, fragment: string): Pattern {
  const reason = `the lab matches in linear time and cannot do ${name} as in "${fragment.slice(0, 40)}"; AWS may take the pattern`;
  return { kind: 'unsupported', reason };
}

/** Java's four digits of a character; a backslash that is itself behind one means nothing. */
function inWordsOfRe2(pattern: string): string {
  return pattern.replace(/\\(?:u([0-9A-Fa-f]{4})|[^])/g, (escape, digits?: string) =>
    digits === undefined ? escape : `\\x{${digits}}`,
  );
}

/** Whether the pattern occurs anywhere in the text. Throws EvaluationFailure as all three do when pattern and text are both large. */
export function matches(expression: RE2JS, text: string): Value {
  checkSize(expression, text);
  return expression.test(text);
}

/** Undefined when nothing matches. */
export function firstMatch(expression: RE2JS, text: string): Value {
  checkSize(expression, text);
  const matcher = expression.matcher(text);
  return matcher.find() ? (matcher.group() ?? undefined) : undefined;
}

type Piece = string | number;

/**
 * Every match; `$1` in the replacement is the first group, a backslash takes the meaning from what follows. Undefined for a replacement that names a
 * group which is not there. Throws EvaluationFailure when there is too much to replace.
 */
export function replaceMatches(expression: RE2JS, text: string, replacement: string): Value {
  const pieces = piecesOf(replacement, expression.groupCount());
  if (pieces === undefined) return undefined;
  checkSize(expression, text);
  const end = performance.now() + REPLACING_LIMIT_MS;
  const matcher = expression.matcher(text);
  let result = '';
  let taken = 0;
  while (matcher.find()) {
    if (performance.now() > end) {
      throw new EvaluationFailure('regexp_replace() took longer than a second: the text has too many matches');
    }
    result += text.slice(taken, matcher.start());
    for (const piece of pieces) result += typeof piece === 'string' ? piece : (matcher.group(piece) ?? '');
    taken = matcher.end();
  }
  return result + text.slice(taken);
}

function checkSize(expression: RE2JS, text: string): void {
  if (expression.programSize() * text.length <= MOST_STEPS) return;
  throw new EvaluationFailure(`the regular expression is too large for a text of ${text.length} characters`);
}

/** Undefined for a reference to a group that is not there. A longer number is taken only as far as there are groups. */
function piecesOf(replacement: string, groups: number): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (let at = 0; at < replacement.length; at++) {
    const character = replacement[at] ?? '';
    if (character === '\\') {
      const escaped = replacement[++at];
      if (escaped === undefined) return undefined;
      pieces.push(escaped);
    } else if (character === '$') {
      let group = digitAt(replacement, ++at);
      if (group === undefined || group > groups) return undefined;
      for (;;) {
        const digit = digitAt(replacement, at + 1);
        if (digit === undefined || group * 10 + digit > groups) break;
        group = group * 10 + digit;
        at++;
      }
      pieces.push(group);
    } else {
      pieces.push(character);
    }
  }
  return pieces;
}

function digitAt(text: string, at: number): number | undefined {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : undefined;
}
