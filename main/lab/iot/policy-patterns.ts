/** Patterns of policies: `*` is any text, also with slashes, `?` one character; MQTT's `+` and `#` are plain characters here. */
import { isTimeVariable, substitutionOf, type PolicyContext } from './policy-variables.ts';

/** A code unit of a text, or one of the two wildcards. */
type Token = number;
const ANY_TEXT = -1;
const ANY_CHARACTER = -2;

type Part =
  { readonly kind: 'tokens'; readonly tokens: readonly Token[] } | { readonly kind: 'variable'; readonly name: string };

export type Pattern = {
  readonly text: string;
  readonly parts: readonly Part[];
  /** All of it, where no variable is in it. */
  readonly fixed: readonly Token[] | null;
};

const VARIABLE = /\$\{([^}]*)\}/;
/** AWS's way to write a wildcard that is meant as the character it is. */
const ESCAPES = ['*', '?', '$'];

export function compilePattern(text: string): Pattern {
  const parts = text.split(VARIABLE).map((piece, index): Part => {
    if (index % 2 === 0) return { kind: 'tokens', tokens: wildTokens(piece) };
    return ESCAPES.includes(piece)
      ? { kind: 'tokens', tokens: literalTokens(piece) }
      : { kind: 'variable', name: piece };
  });
  const isFixed = parts.every(({ kind }) => kind === 'tokens');
  return { text, parts, fixed: isFixed ? parts.flatMap((part) => (part.kind === 'tokens' ? part.tokens : [])) : null };
}

/** The names of the variables in a text, without the escapes. */
export function variablesIn(text: string): readonly string[] {
  return text.split(VARIABLE).filter((piece, index) => index % 2 === 1 && !ESCAPES.includes(piece));
}

export function usesTime(text: string): boolean {
  return variablesIn(text).some(isTimeVariable);
}

/** The text with its variables filled in; undefined where the connection has no value for one. */
export function substitute(
  text: string,
  context: PolicyContext,
  onMissing?: (name: string) => void,
): string | undefined {
  const values = text.split(VARIABLE).map((piece, index) => {
    if (index % 2 === 0 || ESCAPES.includes(piece)) return piece;
    const value = substitutionOf(piece, context);
    if (value === undefined) onMissing?.(piece);
    return value;
  });
  return values.includes(undefined) ? undefined : values.join('');
}

/** Wildcards of the pattern count, those inside a variable's value do not: a client id "*" must not open everything. */
export function matchesPattern(
  pattern: Pattern,
  text: string,
  context: PolicyContext,
  onMissing?: (name: string) => void,
): boolean {
  const tokens = pattern.fixed ?? tokensOf(pattern, context, onMissing);
  return tokens !== null && matchesTokens(tokens, text);
}

function tokensOf(
  { parts }: Pattern,
  context: PolicyContext,
  onMissing?: (name: string) => void,
): readonly Token[] | null {
  const tokens: Token[] = [];
  for (const part of parts) {
    if (part.kind === 'tokens') {
      tokens.push(...part.tokens);
      continue;
    }
    const value = substitutionOf(part.name, context);
    if (value === undefined) {
      onMissing?.(part.name);
      return null;
    }
    tokens.push(...literalTokens(value));
  }
  return tokens;
}

function wildTokens(text: string): Token[] {
  return literalTokens(text).map((unit) => (unit === 0x2a ? ANY_TEXT : unit === 0x3f ? ANY_CHARACTER : unit));
}

function literalTokens(text: string): Token[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

/** Greedy with one way back to the last `*`, so that no pattern can take exponential time. */
function matchesTokens(pattern: readonly Token[], text: string): boolean {
  let at = 0;
  let position = 0;
  let star = -1;
  let starPosition = 0;
  while (position < text.length) {
    const token = pattern[at];
    if (token === ANY_TEXT) {
      star = at++;
      starPosition = position;
    } else if (token === ANY_CHARACTER) {
      at++;
      position += (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
    } else if (token === text.charCodeAt(position)) {
      at++;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++starPosition;
    } else {
      return false;
    }
  }
  while (pattern[at] === ANY_TEXT) at++;
  return at === pattern.length;
}
