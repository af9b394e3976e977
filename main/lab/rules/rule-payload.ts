/** Reads the payload of a topic rule, and refuses what the lab could not carry out. */
import { z } from 'zod';
import { invalidRequest } from '../iot/input.ts';
import { parseStatement } from './parse.ts';
import { SQL_VERSIONS, type SqlVersion } from './sql-version.ts';
import type { Statement } from './statement.ts';

const firehoseAction = z.strictObject({
  deliveryStreamName: z.string().min(1).max(64),
  roleArn: z.string().regex(/^arn:[^:]+:iam::\d{12}:role\/.+$/, 'expected the ARN of an IAM role'),
  separator: z.enum(['\n', '\t', '\r\n', ',']).optional(),
  batchMode: z.literal(false, 'batch mode is not in the lab yet').optional(),
});

export const ruleAction = z.strictObject({ firehose: firehoseAction });
export type RuleAction = z.infer<typeof ruleAction>;

const payloadSchema = z.strictObject({
  sql: z.string().min(1),
  description: z.string().max(1024).optional(),
  actions: z.array(z.record(z.string(), z.unknown())).max(10, 'a rule has at most 10 actions'),
  ruleDisabled: z.boolean().optional(),
  awsIotSqlVersion: z.enum(SQL_VERSIONS).optional(),
});

export type RulePayload = {
  readonly sql: string;
  readonly description: string | undefined;
  readonly actions: RuleAction[];
  readonly ruleDisabled: boolean;
  readonly awsIotSqlVersion: SqlVersion;
};

const LARGEST_PAYLOAD = 128 * 1024;
/** As on AWS when the API is called without one; the console would choose the newer. */
const DEFAULT_VERSION: SqlVersion = '2015-10-08';

/** Throws AwsError InvalidRequestException or SqlParseException. */
export function parseRulePayload(body: unknown): { readonly payload: RulePayload; readonly statement: Statement } {
  if (Buffer.byteLength(JSON.stringify(body ?? {})) > LARGEST_PAYLOAD) {
    throw invalidRequest('The rule payload is larger than 128 KB.');
  }
  const parsed = payloadSchema.safeParse(body ?? {});
  if (!parsed.success) throw invalidRequest(`The rule payload is not valid: ${firstIssue(parsed.error)}`);
  const { sql, description, ruleDisabled = false, awsIotSqlVersion = DEFAULT_VERSION } = parsed.data;
  const statement = parseStatement(sql);
  if (statement.topicFilter.startsWith('$aws/rules/')) {
    throw invalidRequest('A rule cannot select from $aws/rules/: publish there to reach one rule directly.');
  }
  const actions = parsed.data.actions.map(parseAction);
  return { payload: { sql, description, actions, ruleDisabled, awsIotSqlVersion }, statement };
}

function parseAction(action: Readonly<Record<string, unknown>>, index: number): RuleAction {
  const kinds = Object.keys(action);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    throw invalidRequest(`Action ${index + 1} must hold exactly one kind of action.`);
  }
  if (kind !== 'firehose') {
    throw invalidRequest(`Action ${index + 1}: the action "${kind}" is not in the lab yet; "firehose" is.`);
  }
  const parsed = ruleAction.safeParse(action);
  if (!parsed.success) throw invalidRequest(`Action ${index + 1} is not valid: ${firstIssue(parsed.error)}`);
  if (parsed.data.firehose.deliveryStreamName.includes('${')) {
    throw invalidRequest(`Action ${index + 1}: substitution templates are not in the lab yet.`);
  }
  return parsed.data;
}

function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return 'unknown reason';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
