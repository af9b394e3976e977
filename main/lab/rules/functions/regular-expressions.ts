/** Regular expressions of rules. The guide names no dialect; JavaScript's is taken, which agrees with all of its examples. */
import type { Value } from '../value.ts';

/** Patterns mostly stand in the rule, so few are ever made. */
const MOST_PATTERNS = 200;
const LONGEST_PATTERN = 1024;
const patterns = new Map<string, RegExp | undefined>();

function compiled(pattern: string): RegExp | undefined {
  if (pattern.length > LONGEST_PATTERN) return undefined;
  const known = patterns.get(pattern);
  if (known !== undefined || patterns.has(pattern)) return known;
  if (patterns.size >= MOST_PATTERNS) patterns.clear();
  const made = tryCompile(pattern, 'gu') ?? tryCompile(pattern, 'g');
  patterns.set(pattern, made);
  return made;
}

function tryCompile(pattern: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return undefined;
  }
}

/** Whether the pattern occurs anywhere in the text. */
export function matches(text: string, pattern: string): Value {
  const expression = compiled(pattern);
  if (expression === undefined) return undefined;
  expression.lastIndex = 0;
  return expression.test(text);
}

/** Undefined when nothing matches. */
export function firstMatch(text: string, pattern: string): Value {
  const expression = compiled(pattern);
  if (expression === undefined) return undefined;
  expression.lastIndex = 0;
  return expression.exec(text)?.[0];
}

type Piece = string | number;

/** Every match; `$1` in the replacement is the first group, a backslash takes the meaning from what follows. */
export function replaceMatches(text: string, pattern: string, replacement: string): Value {
  const expression = compiled(pattern);
  if (expression === undefined) return undefined;
  expression.lastIndex = 0;
  const groups = (new RegExp(`${expression.source}|`, expression.flags).exec('')?.length ?? 1) - 1;
  const pieces = piecesOf(replacement, groups);
  if (pieces === undefined) return undefined;
  return text.replace(expression, (match: string, ...found: unknown[]) =>
    pieces.map((piece) => pieceText(piece, match, found)).join(''),
  );
}

function pieceText(piece: Piece, match: string, found: readonly unknown[]): string {
  if (typeof piece === 'string') return piece;
  const group = piece === 0 ? match : found[piece - 1];
  return typeof group === 'string' ? group : '';
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
