/** Patterns of Joda-Time and of Java's DateTimeFormatter: runs of letters, quoted text and the rest. */

/** A run of one letter (`kind` is the letter), or text that stands for itself. */
export type PatternPart =
  | { readonly kind: 'field'; readonly letter: string; readonly length: number }
  | { readonly kind: 'text'; readonly text: string };

const PART = /([A-Za-z])\1*|'((?:[^']|'')*)'|[^A-Za-z']+/y;

/** Undefined when a quote does not end. */
export function patternParts(pattern: string): readonly PatternPart[] | undefined {
  const parts: PatternPart[] = [];
  let at = 0;
  while (at < pattern.length) {
    PART.lastIndex = at;
    const match = PART.exec(pattern);
    if (match === null) return undefined;
    const [whole, letter, quoted] = match;
    at = PART.lastIndex;
    if (letter !== undefined) parts.push({ kind: 'field', letter, length: whole.length });
    else if (quoted === undefined) parts.push({ kind: 'text', text: whole });
    else parts.push({ kind: 'text', text: quoted === '' ? "'" : quoted.replaceAll("''", "'") });
  }
  return parts;
}

export const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
export const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
