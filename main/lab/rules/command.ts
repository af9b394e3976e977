/** `isobar rule`: runs rules on messages, one JSON a line in and out, as the lab would. */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { AppError } from '../../../preload/errors.ts';
import { AwsError } from '../services.ts';
import { openPayload, type EvaluationContext } from './context.ts';
import { compileStatement } from './evaluate.ts';
import { EvaluationFailure } from './failure.ts';
import { readJson } from './json-reader.ts';
import { parseStatement } from './parse.ts';
import { SQL_VERSIONS } from './sql-version.ts';
import { compileRepublishTopic, compileTemplate } from './substitution.ts';
import { checkTemplateField } from './template-fields.ts';
import { matchesFilter } from './topic-filter.ts';
import { toJson, type SqlObject, type Value } from './value.ts';

const contextSchema = z.object({
  timestampMs: z.number().optional(),
  clientId: z.string().optional(),
  accountId: z.string().default('123456789012'),
  principal: z.string().optional(),
  traceId: z.string().optional(),
  sourceIp: z.string().optional(),
  /** `mqtt` unless it is said otherwise. */
  transport: z.string().default('mqtt'),
  shadows: z.record(z.string(), z.unknown()).default({}),
  contentType: z.string().optional(),
  responseTopic: z.string().optional(),
  payloadFormatIndicator: z.string().optional(),
  correlationDataBase64: z.string().optional(),
  userProperties: z.array(z.tuple([z.string(), z.string()])).optional(),
});

const inputSchema = z.object({
  sql: z.string(),
  sqlVersion: z.enum(SQL_VERSIONS).default('2016-03-23'),
  topic: z.string(),
  context: contextSchema.default({ accountId: '123456789012', transport: 'mqtt', shadows: {} }),
  template: z.string().optional(),
  /** `republish.topic`; any field that may hold a template when it is left out. */
  templateField: z.string().optional(),
  /** Of Basic Ingest: the message goes to the rule whatever its filter says. */
  ruleName: z.string().optional(),
});

/** There is no account whose roles could be assumed. */
const ANY_ROLE = { roleArn: null };

type Input = z.infer<typeof inputSchema>;

/**
 * Answers each line of `input` with one line; a line that is no message of the kind gets an error. Ends quietly when the reader of `output` goes
 * away. The exit code is 0.
 */
export async function runRules(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<number> {
  const gone = new AbortController();
  output.on('error', (error) => gone.abort(error));
  const { signal } = gone;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity, signal })) {
      if (line.trim() === '') continue;
      signal.throwIfAborted();
      if (!output.write(`${answerTo(line)}\n`)) await once(output, 'drain', { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const reason: unknown = signal.reason;
  if (reason instanceof Error && 'code' in reason && reason.code !== 'EPIPE') throw reason;
  return 0;
}

/** `{"value":…}`, `{"undefined":true}`, `{"base64":…}` or `{"error":{code,message}}`. */
function answerTo(line: string): string {
  try {
    return answer(line);
  } catch (error) {
    return errorLine(error);
  }
}

function errorLine(error: unknown): string {
  const code = error instanceof AwsError || error instanceof AppError ? error.code : 'RuleEvaluationFailed';
  return JSON.stringify({ error: { code, message: error instanceof Error ? error.message : String(error) } });
}

function answer(line: string): string {
  const read = readInput(line);
  const { sql, sqlVersion, topic, template, ruleName } = read.input;
  const statement = parseStatement(sql, sqlVersion, ANY_ROLE);
  const context = contextOf(read.input, read.payload);
  if (template !== undefined) return filledTemplate(read.input, template, context);
  const isDirect = topic.startsWith('$aws/rules/');
  const isMeant = isDirect
    ? ruleName === undefined || topic.split('/')[2] === ruleName
    : matchesFilter(statement.topicFilter, topic);
  if (!isMeant) return '{"undefined":true}';
  const outcome = compileStatement(statement, sqlVersion)(context);
  switch (outcome.kind) {
    case 'filtered':
      return '{"undefined":true}';
    case 'failed':
      throw new EvaluationFailure(outcome.reason);
    case 'selected': {
      const value = readJson(outcome.record);
      if (value !== undefined) return `{"value":${toJson(value)}}`;
      return JSON.stringify({ base64: outcome.record.toString('base64') });
    }
  }
}

function filledTemplate(
  { sql, sqlVersion, templateField }: Input,
  template: string,
  context: EvaluationContext,
): string {
  const { assignments } = parseStatement(sql, sqlVersion, ANY_ROLE);
  const [, action, field] = /^([^.]+)\.(.+)$/.exec(templateField ?? '') ?? [];
  if (action !== undefined && field !== undefined) checkTemplateField(action, field, template);
  const compile = templateField === 'republish.topic' ? compileRepublishTopic : compileTemplate;
  const { text } = compile(template, sqlVersion, assignments, ANY_ROLE)(context);
  return JSON.stringify({ value: text });
}

/** The payload is read apart from the rest, so that the text of its numbers is kept. */
function readInput(line: string): { readonly input: Input; readonly payload: Buffer } {
  const whole = readJson(Buffer.from(line));
  if (!(whole instanceof Map)) throw new AppError('rule.input', 'The line is no JSON object.');
  const fields: SqlObject = whole;
  const rest = new Map([...fields].filter(([key]) => key !== 'payload'));
  const parsed = inputSchema.safeParse(JSON.parse(toJson(rest)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError('rule.input', `The line is not valid: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  return { input: parsed.data, payload: payloadBytes(fields.get('payload')) };
}

/** `{"base64":…}` stands for raw bytes, everything else for its JSON. */
function payloadBytes(payload: Value): Buffer {
  if (payload instanceof Map && payload.size === 1) {
    const base64: unknown = payload.get('base64');
    if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  }
  return Buffer.from(toJson(payload));
}

function contextOf({ topic, context }: Input, payload: Buffer): EvaluationContext {
  const { timestampMs, accountId, principal, traceId, sourceIp, shadows, ...mqtt5 } = context;
  const isMqtt = /mqtt|websocket/i.test(context.transport);
  return {
    payload: openPayload(payload),
    topic,
    receivedAt: timestampMs ?? Date.now(),
    accountId,
    clientId: isMqtt ? context.clientId : undefined,
    principal,
    traceId: isMqtt ? traceId : undefined,
    sourceIp,
    mqtt5,
    shadow: (thingName, shadowName) => {
      const found = shadows[shadowName === undefined ? thingName : `${thingName}/${shadowName}`];
      if (found === undefined) return { missing: `the context has no shadow of ${thingName}` };
      return { document: readJson(Buffer.from(JSON.stringify(found))) };
    },
  };
}
