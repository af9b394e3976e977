/** Where Firehose puts an object: the prefix with its expressions, then the name made of stream, version, time and a random id. */
import { createHash } from 'node:crypto';
import { AwsError } from '../services.ts';
import { compileTimePattern } from './java-time.ts';

/** What the expressions of a prefix are told of one object. */
export type KeyContext = {
  /** Arrival of the oldest record in epoch milliseconds: all times in one key show this instant. */
  readonly timeMs: number;
  /** Whatever is random in the key follows from it, so that a repeated delivery finds the same names. */
  readonly seed: string;
  /** Values of `partitionKeyFromQuery` by key. */
  readonly partition: ReadonlyMap<string, string>;
  /** Value of `firehose:error-output-type`; empty outside the error prefix. */
  readonly errorType: string;
};

export type CompiledPrefix = {
  readonly hasExpressions: boolean;
  readonly errorTypes: number;
  /** Keys that `partitionKeyFromQuery` names. */
  readonly partitionKeys: readonly string[];
  readonly evaluate: (context: KeyContext) => string;
};

type Part = {
  readonly kind: 'text' | 'time' | 'random' | 'errorType' | 'partition';
  readonly name: string;
  readonly render: (context: KeyContext, index: number) => string;
};

/** What S3 takes. */
export const MAX_KEY_BYTES = 1024;

const EXPRESSION = /!\{([^{}]*)\}/g;
const RANDOM_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_LENGTH = 11;

/**
 * Compiles a prefix. One without expressions gets `yyyy/MM/dd/HH/` appended as it is, without a slash in between.
 * Throws AwsError InvalidArgumentException. Source: Firehose guide, "Understand custom prefixes for Amazon S3 objects".
 */
export function compilePrefix(prefix: string, timeZone: string): CompiledPrefix {
  const parts = parsePrefix(prefix, timeZone);
  const hasExpressions = parts.some(({ kind }) => kind !== 'text');
  const hour = compileTimePattern('yyyy/MM/dd/HH/', timeZone);
  return {
    hasExpressions,
    errorTypes: parts.filter(({ kind }) => kind === 'errorType').length,
    partitionKeys: parts.filter(({ kind }) => kind === 'partition').map(({ name }) => name),
    evaluate: (context) =>
      hasExpressions
        ? parts.map((part, index) => part.render(context, index)).join('')
        : `${prefix}${hour(context.timeMs)}`,
  };
}

/** Checks both prefixes of a destination by the rules of the Firehose guide. `keys`: what the query extracts, null without partitioning. */
export function checkPrefixes(
  prefix: string,
  errorOutputPrefix: string,
  timeZone: string,
  keys: readonly string[] | null,
): void {
  const main = compilePrefix(prefix, timeZone);
  const error = compilePrefix(errorOutputPrefix, timeZone);
  if (main.errorTypes > 0) {
    throw invalid('Prefix cannot contain !{firehose:error-output-type}; it belongs into ErrorOutputPrefix.');
  }
  if (main.hasExpressions && errorOutputPrefix === '') {
    throw invalid('ErrorOutputPrefix must be given when Prefix contains expressions.');
  }
  if ((main.hasExpressions || error.hasExpressions) && error.errorTypes !== 1) {
    throw invalid('ErrorOutputPrefix must contain exactly one !{firehose:error-output-type}.');
  }
  if (error.partitionKeys.length > 0) {
    throw invalid('ErrorOutputPrefix cannot contain partitionKeyFromQuery: a record that failed has no partition.');
  }
  if (keys === null) {
    if (main.partitionKeys.length === 0) return;
    throw invalid('Prefix contains partitionKeyFromQuery: that needs dynamic partitioning to be enabled.');
  }
  const unknown = main.partitionKeys.find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw invalid(`Prefix names the partition key "${unknown}", which MetadataExtractionQuery does not give.`);
  }
  const unused = keys.find((key) => !main.partitionKeys.includes(key));
  if (unused !== undefined) {
    throw invalid(
      `The partition key "${unused}" is not used: write !{partitionKeyFromQuery:${unused}} into Prefix, or take it out of the query.`,
    );
  }
}

/** `stream-version-yyyy-MM-dd-HH-mm-ss-uuid`, in the time zone of the destination as the prefix is. */
export function objectName(stream: string, version: number, timeZone: string, timeMs: number, uuid: string): string {
  return `${stream}-${version}-${compileTimePattern('yyyy-MM-dd-HH-mm-ss', timeZone)(timeMs)}-${uuid}`;
}

/** A UUID that follows from a seed and a name: the same object again has the same name. */
export function derivedUuid(seed: string, name: string): string {
  const hex = createHash('sha256').update(`${seed}\n${name}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function parsePrefix(prefix: string, timeZone: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of prefix.matchAll(EXPRESSION)) {
    pushText(parts, prefix.slice(from, match.index));
    parts.push(parseExpression(match[1] ?? '', timeZone));
    from = match.index + match[0].length;
  }
  pushText(parts, prefix.slice(from));
  return parts;
}

function pushText(parts: Part[], text: string): void {
  if (text.includes('!{')) throw invalid(`An expression in the prefix is not closed: "${text}".`);
  if (text !== '') parts.push({ kind: 'text', name: text, render: () => text });
}

function parseExpression(expression: string, timeZone: string): Part {
  const colon = expression.indexOf(':');
  const [namespace, value] = [expression.slice(0, Math.max(0, colon)), expression.slice(colon + 1)];
  if (namespace === 'timestamp' && value !== '') {
    const format = compileTimePattern(value, timeZone);
    return { kind: 'time', name: value, render: ({ timeMs }) => format(timeMs) };
  }
  if (expression === 'firehose:random-string') return { kind: 'random', name: value, render: randomString };
  if (expression === 'firehose:error-output-type') {
    return { kind: 'errorType', name: value, render: ({ errorType }) => errorType };
  }
  if (namespace === 'partitionKeyFromQuery' && value !== '') {
    return { kind: 'partition', name: value, render: ({ partition }) => partition.get(value) ?? '' };
  }
  if (namespace === 'partitionKeyFromLambda') {
    throw invalid(`!{${expression}} needs a Lambda function, which the lab does not have; use partitionKeyFromQuery.`);
  }
  throw invalid(
    `The prefix expression !{${expression}} is not known: there are timestamp, firehose:random-string, firehose:error-output-type and partitionKeyFromQuery.`,
  );
}

function randomString({ seed, partition }: KeyContext, index: number): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([seed, index, ...partition]))
    .digest();
  let text = '';
  for (const byte of bytes.subarray(0, RANDOM_LENGTH)) text += RANDOM_LETTERS[byte % RANDOM_LETTERS.length] ?? '';
  return text;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidArgumentException', message);
}
