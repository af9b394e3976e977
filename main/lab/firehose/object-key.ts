/** Where Firehose puts an object: the prefix with its expressions, then the name made of stream, version, time and a random id. */
import { randomInt } from 'node:crypto';
import { AwsError } from '../services.ts';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly pattern: readonly TimePart[] }
  | { readonly kind: 'random' }
  | { readonly kind: 'errorType' };

type TimePart =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'field'; readonly field: TimeField };
type TimeField = keyof typeof FIELDS;

/** Letters of Java's DateTimeFormatter that the lab knows; times are UTC. */
const FIELDS = {
  yyyy: (time: Date) => String(time.getUTCFullYear()).padStart(4, '0'),
  yy: (time: Date) => String(time.getUTCFullYear() % 100).padStart(2, '0'),
  MM: (time: Date) => two(time.getUTCMonth() + 1),
  M: (time: Date) => String(time.getUTCMonth() + 1),
  dd: (time: Date) => two(time.getUTCDate()),
  d: (time: Date) => String(time.getUTCDate()),
  HH: (time: Date) => two(time.getUTCHours()),
  H: (time: Date) => String(time.getUTCHours()),
  mm: (time: Date) => two(time.getUTCMinutes()),
  m: (time: Date) => String(time.getUTCMinutes()),
  ss: (time: Date) => two(time.getUTCSeconds()),
  s: (time: Date) => String(time.getUTCSeconds()),
} as const;

const EXPRESSION = /!\{([^{}]*)\}/g;
const RANDOM_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_LENGTH = 11;

/** Checks both prefixes of a destination by the rules of the Firehose guide. Throws AwsError InvalidArgumentException. */
export function checkPrefixes(prefix: string, errorOutputPrefix: string): void {
  const parts = parsePrefix(prefix);
  const errorTypes = parsePrefix(errorOutputPrefix).filter((part) => part.kind === 'errorType').length;
  if (parts.some((part) => part.kind === 'errorType')) {
    throw invalid('Prefix cannot contain !{firehose:error-output-type}; it belongs into ErrorOutputPrefix.');
  }
  const hasExpressions = parts.some((part) => part.kind !== 'text');
  if (hasExpressions && errorOutputPrefix === '') {
    throw invalid('ErrorOutputPrefix must be given when Prefix contains expressions.');
  }
  const errorHasExpressions = errorOutputPrefix.includes('!{');
  if ((hasExpressions || errorHasExpressions) && errorTypes !== 1) {
    throw invalid('ErrorOutputPrefix must contain exactly one !{firehose:error-output-type}.');
  }
}

/** The evaluated prefix. One without expressions gets `yyyy/MM/dd/HH/` appended as it is, without a slash in between. */
export function evaluatePrefix(prefix: string, timeMs: number): string {
  const parts = parsePrefix(prefix);
  const time = new Date(timeMs);
  if (parts.every((part) => part.kind === 'text')) return `${prefix}${formatTime('yyyy/MM/dd/HH/', time)}`;
  return parts
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return part.text;
        case 'time':
          return renderTime(part.pattern, time);
        case 'random':
          return Array.from({ length: RANDOM_LENGTH }, () => RANDOM_LETTERS[randomInt(RANDOM_LETTERS.length)]).join('');
        case 'errorType':
          throw invalid('Prefix cannot contain !{firehose:error-output-type}.');
      }
    })
    .join('');
}

/** `stream-version-yyyy-MM-dd-HH-mm-ss-uuid` */
export function objectName(stream: string, version: number, timeMs: number, uuid: string): string {
  return `${stream}-${version}-${formatTime('yyyy-MM-dd-HH-mm-ss', new Date(timeMs))}-${uuid}`;
}

function parsePrefix(prefix: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of prefix.matchAll(EXPRESSION)) {
    pushText(parts, prefix.slice(from, match.index));
    parts.push(parseExpression(match[1] ?? ''));
    from = match.index + match[0].length;
  }
  pushText(parts, prefix.slice(from));
  return parts;
}

function pushText(parts: Part[], text: string): void {
  if (text.includes('!{')) throw invalid(`An expression in the prefix is not closed: "${text}".`);
  if (text !== '') parts.push({ kind: 'text', text });
}

function parseExpression(expression: string): Part {
  if (expression.startsWith('timestamp:')) {
    return { kind: 'time', pattern: parsePattern(expression.slice('timestamp:'.length)) };
  }
  if (expression === 'firehose:random-string') return { kind: 'random' };
  if (expression === 'firehose:error-output-type') return { kind: 'errorType' };
  throw invalid(
    `The prefix expression !{${expression}} is not supported: the lab knows timestamp, firehose:random-string and firehose:error-output-type.`,
  );
}

function parsePattern(pattern: string): readonly TimePart[] {
  const parts: TimePart[] = [];
  // A quoted text (two quotes are one), a run of one letter, or anything else as it stands.
  for (const [token] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'/g)) {
    if (isField(token)) parts.push({ kind: 'field', field: token });
    else if (token === "''") parts.push({ kind: 'text', text: "'" });
    else if (token.length > 1 && token.startsWith("'")) {
      parts.push({ kind: 'text', text: token.slice(1, -1).replaceAll("''", "'") });
    } else if (/[A-Za-z']/.test(token)) {
      throw invalid(`The timestamp pattern "${pattern}" contains "${token}", which the lab does not know.`);
    } else parts.push({ kind: 'text', text: token });
  }
  return parts;
}

function isField(token: string): token is TimeField {
  return Object.hasOwn(FIELDS, token);
}

function formatTime(pattern: string, time: Date): string {
  return renderTime(parsePattern(pattern), time);
}

function renderTime(pattern: readonly TimePart[], time: Date): string {
  return pattern.map((part) => (part.kind === 'text' ? part.text : FIELDS[part.field](time))).join('');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidArgumentException', message);
}
