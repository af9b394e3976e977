/** Reads the payload of a topic rule, and refuses what the lab could not carry out. */
import { z } from 'zod';
import { invalidRequest } from '../iot/input.ts';
import type { LabIdentity } from '../services.ts';
import { checkAction } from './actions/open-action.ts';
import { parseStatement } from './parse.ts';
import { ACTION_SCHEMAS, isActionKind, roleOf, type RuleAction } from './rule-action.ts';
import type { RulePayload } from './rule-book.ts';
import { SQL_VERSIONS, type SqlVersion } from './sql-version.ts';
import type { Statement } from './statement.ts';

const anyAction = z.record(z.string(), z.unknown());
const payloadSchema = z.strictObject({
  sql: z.string().min(1),
  description: z.string().max(1024).optional(),
  actions: z.array(anyAction).max(10, 'a rule has at most 10 actions'),
  errorAction: anyAction.optional(),
  ruleDisabled: z.boolean().optional(),
  awsIotSqlVersion: z.enum(SQL_VERSIONS, `the lab knows the SQL versions ${SQL_VERSIONS.join(' and ')}`).optional(),
});

const LARGEST_PAYLOAD = 128 * 1024;
/** As on AWS when the API is called without one; the console would choose the newer. */
const DEFAULT_VERSION: SqlVersion = '2015-10-08';

/** Throws AwsError InvalidRequestException or SqlParseException. */
export function parseRulePayload(
  body: unknown,
  identity: Pick<LabIdentity, 'roleArn'>,
): { readonly payload: RulePayload; readonly statement: Statement } {
  if (Buffer.byteLength(JSON.stringify(body ?? {})) > LARGEST_PAYLOAD) {
    throw invalidRequest('The rule payload is larger than 128 KB.');
  }
  const parsed = payloadSchema.safeParse(body ?? {});
  if (!parsed.success) throw invalidRequest(`The rule payload is not valid: ${firstIssue(parsed.error)}`);
  const { sql, description, ruleDisabled = false, awsIotSqlVersion = DEFAULT_VERSION } = parsed.data;
  const statement = parseStatement(sql, awsIotSqlVersion, identity);
  if (statement.topicFilter.startsWith('$aws/rules/')) {
    throw invalidRequest('A rule cannot select from $aws/rules/: publish there to reach one rule directly.');
  }
  const read = (action: Readonly<Record<string, unknown>>, what: string): RuleAction => {
    const known = parseAction(action, what);
    checkRole(known, identity, what);
    const { assignments } = statement;
    checkAction(known, { version: awsIotSqlVersion, assignments, creation: identity }, what);
    return known;
  };
  const actions = parsed.data.actions.map((action, index) => read(action, `Action ${index + 1}`));
  const { errorAction } = parsed.data;
  return {
    payload: {
      sql,
      ...(description === undefined ? {} : { description }),
      actions,
      ...(errorAction === undefined ? {} : { errorAction: read(errorAction, 'The error action') }),
      ruleDisabled,
      awsIotSqlVersion,
    },
    statement,
  };
}

function parseAction(action: Readonly<Record<string, unknown>>, what: string): RuleAction {
  const kinds = Object.keys(action);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) throw invalidRequest(`${what} must hold exactly one kind of action.`);
  if (!isActionKind(kind)) {
    const known = Object.keys(ACTION_SCHEMAS).join(', ');
    throw invalidRequest(`${what}: the action "${kind}" is not in the lab; these are: ${known}.`);
  }
  const settings = action[kind];
  if (kind === 'republish' && typeof settings === 'object' && settings !== null && 'headers' in settings) {
    throw invalidRequest(`${what}: the lab's broker speaks MQTT 3.1.1 and cannot carry the headers of MQTT 5.`);
  }
  const parsed = ACTION_SCHEMAS[kind].safeParse(action);
  if (!parsed.success) throw invalidRequest(`${what} is not valid: ${firstIssue(parsed.error)}`);
  return parsed.data;
}

function checkRole(action: RuleAction, identity: Pick<LabIdentity, 'roleArn'>, what: string): void {
  const roleArn = roleOf(action);
  if (roleArn === identity.roleArn) return;
  throw invalidRequest(
    `${what}: iot.amazonaws.com is unable to perform: sts:AssumeRole on resource: ${roleArn}. The lab has one role, ${identity.roleArn}.`,
  );
}

function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return 'unknown reason';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
