/** Tries a statement on messages before it is a rule: verdict, output, and what each part of it came to. */
import type { RuleTrial, TrialVerdict, TriedTemplate } from '../../../preload/shapes-rules.ts';
import type { TrialMessage } from '../api.ts';
import { AwsError } from '../services.ts';
import { openPayload, type EvaluationContext } from './context.ts';
import { compileStatement, type Outcome } from './evaluate.ts';
import { openExplainer } from './explain.ts';
import { parseStatement } from './parse.ts';
import type { SqlVersion } from './sql-version.ts';
import { partsOf, rowsOf } from './statement-rows.ts';
import type { Expression, Statement } from './statement.ts';
import { matchesFilter } from './topic-filter.ts';
import { tryTemplates } from './try-templates.ts';
import { isObject, toJson, type Value } from './value.ts';

/** A message to try: as it was received, or as a person typed it (`receivedAt` null). */
export type TriedMessage = Pick<EvaluationContext, 'clientId' | 'principal' | 'sourceIp'> & {
  readonly topic: string;
  readonly payload: Buffer;
  readonly receivedAt: number | null;
};

/** A statement as it is typed, a message that somebody pasted, and the templates of the actions. */
export type Trial = {
  readonly sql: string;
  readonly sqlVersion: SqlVersion;
  readonly pasted: string | null;
  readonly templates: readonly TriedTemplate[];
  /** Of stations, newest first; null where those that the lab took are meant. */
  readonly messages: readonly TrialMessage[] | null;
};

const MOST_MESSAGES = 100;
const NOBODY = { clientId: undefined, principal: undefined, sourceIp: undefined };
const SHOWN_BYTES = 4_096;
const MOST_FIELDS = 200;
const DEEPEST_FIELD = 6;

/**
 * `messagesOf` gives the newest messages of a topic filter that the lab took, newest first; `pasted` is tried before them. A statement that cannot be read is
 * no failure: the answer holds the place.
 */
export function tryStatement(
  { sql, sqlVersion: version, pasted, templates, messages }: Trial,
  messagesOf: (filter: string, most: number) => readonly TriedMessage[],
  lab: Pick<EvaluationContext, 'accountId' | 'shadow'>,
): RuleTrial {
  let statement: Statement;
  try {
    statement = parseStatement(sql, version, { roleArn: null });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { error: faultOf(error.message), topicFilter: null, rows: null, fields: [], verdicts: [], templates: [] };
  }
  const { topicFilter } = statement;
  const run = compileStatement(statement, version);
  const real = messages === null ? messagesOf(topicFilter, MOST_MESSAGES) : sentOf(messages, topicFilter);
  const typed: readonly TriedMessage[] =
    pasted === null ? [] : [{ topic: topicFilter, payload: Buffer.from(pasted), receivedAt: null, ...NOBODY }];
  const tried = [...typed, ...real].map((message) => {
    const context = contextOf(message, lab);
    return { context, verdict: verdictOf({ sql, version, statement }, message, context, run(context)) };
  });
  // Actions meet only what passes.
  const shown = tried.find(({ verdict }) => verdict.outcome === 'passed') ?? tried[0];
  return {
    error: null,
    topicFilter,
    rows: rowsOf(statement),
    fields: fieldsOf(real),
    verdicts: tried.map(({ verdict }) => verdict),
    templates: tryTemplates(templates, { version, assignments: statement.assignments }, shown?.context ?? null),
  };
}

function sentOf(messages: readonly TrialMessage[], filter: string): readonly TriedMessage[] {
  return messages
    .filter(({ topic }) => matchesFilter(filter, topic))
    .slice(0, MOST_MESSAGES)
    .map(({ payload, ...message }) => ({ ...NOBODY, ...message, payload: Buffer.from(payload) }));
}

/** The `1:10` at the end of the sentence. */
function faultOf(message: string): NonNullable<RuleTrial['error']> {
  const place = /(\d+):(\d+)\.$/.exec(message);
  return { message, line: Number(place?.[1] ?? 1), column: Number(place?.[2] ?? 1) };
}

/** The message's number is not kept, so traceid() is Undefined. */
function contextOf(
  { topic, payload, receivedAt, clientId, principal, sourceIp }: TriedMessage,
  { accountId, shadow }: Pick<EvaluationContext, 'accountId' | 'shadow'>,
): EvaluationContext {
  return {
    payload: openPayload(payload),
    topic,
    receivedAt: receivedAt ?? Date.now(),
    accountId,
    shadow,
    clientId,
    principal,
    sourceIp,
    traceId: undefined,
  };
}

function verdictOf(
  { sql, version, statement }: { readonly sql: string; readonly version: SqlVersion; readonly statement: Statement },
  message: TriedMessage,
  context: EvaluationContext,
  outcome: Outcome,
): TrialVerdict {
  const { where, assignments } = statement;
  const parts = where === undefined ? [] : partsOf(where, where.kind === 'logic' ? where.operator : 'AND');
  const explain = openExplainer(sql, { version, assignments }, context);
  const shown = {
    topic: message.topic,
    at: message.receivedAt,
    payload: beginningOf(message.payload),
    where: parts.map(explain),
    absent:
      outcome.kind === 'selected'
        ? selectedBy(statement)
            .map(explain)
            .filter(({ value }) => value === null)
            .map(({ text, operands }) => ({
              text,
              reason: operands.find(({ reason }) => reason !== null)?.reason ?? null,
            }))
        : [],
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

function selectedBy({ selection }: Statement): readonly Expression[] {
  if (selection.kind === 'value') return selection.expression.kind === 'star' ? [] : [selection.expression];
  return selection.items.flatMap((item) => (item.kind === 'star' ? [] : [item.expression]));
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
