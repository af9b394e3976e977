/** Counts texts in characters as a person would (code points), not in halves of them. */

const HALF = /[\ud800-\udfff]/;

/** The text itself where every character is one unit, which is the rule; else its characters. */
export function charactersOf(text: string): string | readonly string[] {
  return HALF.test(text) ? Array.from(text) : text;
}

export function lengthOf(text: string): number {
  return charactersOf(text).length;
}

export function characterAt(text: string, index: number): string | undefined {
  return charactersOf(text)[index];
}
