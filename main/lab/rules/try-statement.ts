/** Tries a statement on messages before it is a rule: verdict, output, and what each part of it came to. */
import type { RuleTrial, TrialReason, TrialVerdict } from '../../../preload/shapes-rules.ts';
import { AwsError } from '../services.ts';
import { openPayload, runStatement, type Payload } from './evaluate.ts';
import { expressionText, partsOf, rowsOf } from './expression-text.ts';
import { parseStatement } from './parse.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Expression, Statement } from './statement.ts';
import { isObject, toJson, type Value } from './value.ts';

/** A message to try: as it was received, or as a person typed it (`receivedAt` null). */
export type TriedMessage = { readonly topic: string; readonly payload: Buffer; readonly receivedAt: number | null };

const MOST_MESSAGES = 100;
const SHOWN_BYTES = 4_096;
const MOST_FIELDS = 200;
const DEEPEST_FIELD = 6;

/**
 * `messagesOf` gives the newest messages of a topic filter, newest first; `pasted` is tried before them. A statement that cannot be read is
 * no failure: the answer holds the place.
 */
export function tryStatement(
  sql: string,
  version: SqlVersion,
  pasted: string | null,
  messagesOf: (filter: string, most: number) => readonly TriedMessage[],
): RuleTrial {
  let statement: Statement;
  try {
    statement = parseStatement(sql);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { error: faultOf(error.message), topicFilter: null, rows: null, fields: [], verdicts: [] };
  }
  const { topicFilter } = statement;
  const real = messagesOf(topicFilter, MOST_MESSAGES);
  const typed: readonly TriedMessage[] =
    pasted === null ? [] : [{ topic: topicFilter, payload: Buffer.from(pasted), receivedAt: null }];
  return {
    error: null,
    topicFilter,
    rows: rowsOf(statement),
    fields: fieldsOf(real),
    verdicts: [...typed, ...real].map((message) => verdictOf(statement, version, message)),
  };
}

/** `line 1, column 10` or `1:10` out of the sentence. */
function faultOf(message: string): NonNullable<RuleTrial['error']> {
  const place = /(\d+)(?:, column |:)(\d+)/.exec(message);
  return { message, line: Number(place?.[1] ?? 1), column: Number(place?.[2] ?? 1) };
}

function verdictOf(statement: Statement, version: SqlVersion, message: TriedMessage): TrialVerdict {
  const payload = openPayload(message.payload);
  const outcome = runStatement(statement, version, payload);
  const { where } = statement;
  const parts = where === undefined ? [] : partsOf(where, where.kind === 'logic' ? where.operator : 'AND');
  const shown = {
    topic: message.topic,
    at: message.receivedAt,
    payload: beginningOf(message.payload),
    where: parts.map((part) => reasonOf(part, version, payload)),
    absent: outcome.kind === 'selected' ? absentOf(statement, version, payload) : [],
  };
  switch (outcome.kind) {
    case 'selected':
      return { ...shown, outcome: 'passed', reason: null, output: beginningOf(outcome.record) };
    case 'filtered':
      return { ...shown, outcome: 'filtered', reason: null, output: null };
    case 'failed':
      return { ...shown, outcome: 'failed', reason: outcome.reason, output: null };
  }
}

function reasonOf(expression: Expression, version: SqlVersion, payload: Payload): TrialReason {
  const text = expressionText(expression);
  const value = valueOf(expression, version, payload);
  if (expression.kind !== 'comparison') return { text, value, operands: [], isConverted: false };
  const operands = [expression.left, expression.right].map((operand) => ({
    text: expressionText(operand),
    value: valueOf(operand, version, payload),
    isLiteral: operand.kind === 'literal',
  }));
  const kinds = new Set(operands.flatMap((operand) => (operand.value === null ? [] : [kindOf(operand.value)])));
  return {
    text,
    value,
    operands: operands.filter(({ isLiteral }) => !isLiteral).map(({ isLiteral: _, ...operand }) => operand),
    isConverted: value !== null && kinds.size > 1,
  };
}

/** The value as JSON, as the very evaluation of rules gives it; null for Undefined. */
function valueOf(expression: Expression, version: SqlVersion, payload: Payload): string | null {
  const probe: Statement = {
    items: [{ kind: 'value', expression, alias: ['value'] }],
    topicFilter: '#',
    where: undefined,
  };
  const outcome = runStatement(probe, version, payload);
  if (outcome.kind !== 'selected') return null;
  const record = outcome.record.toString();
  return record === '{}' ? null : record.slice('{"value":'.length, -1);
}

function kindOf(json: string): string {
  if (json.startsWith('"')) return 'text';
  if (json === 'true' || json === 'false') return 'boolean';
  return /^[-\d]/.test(json) ? 'number' : 'other';
}

function absentOf({ items }: Statement, version: SqlVersion, payload: Payload): readonly string[] {
  return items.flatMap((item) =>
    item.kind === 'value' && valueOf(item.expression, version, payload) === null
      ? [expressionText(item.expression)]
      : [],
  );
}

/** Every path that the messages have; the sample is of the newest that has it. */
function fieldsOf(messages: readonly TriedMessage[]): RuleTrial['fields'] {
  const fields = new Map<string, string>();
  const visit = (value: Value, path: readonly string[]): void => {
    if (isObject(value) && path.length < DEEPEST_FIELD) {
      for (const [name, member] of value) {
        // Only what SQL can name without quotes.
        if (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) visit(member, [...path, name]);
      }
    } else if (path.length > 0 && fields.size < MOST_FIELDS && !fields.has(path.join('.'))) {
      fields.set(path.join('.'), toJson(value).slice(0, 60));
    }
  };
  for (const { payload } of messages.slice(0, 20)) visit(openPayload(payload).json(), []);
  return [...fields].map(([path, sample]) => ({ path, sample }));
}

function beginningOf(bytes: Buffer): string {
  const text = bytes.toString('utf8', 0, SHOWN_BYTES);
  return bytes.length > SHOWN_BYTES ? `${text}…` : text;
}
