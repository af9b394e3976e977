/** Topic rules through AWS IoT's own API: as they are, as the builder edits them, and how they change. */
import {
  CreateTopicRuleCommand,
  DeleteTopicRuleCommand,
  DisableTopicRuleCommand,
  EnableTopicRuleCommand,
  GetTopicRuleCommand,
  paginateListTopicRules,
  ReplaceTopicRuleCommand,
  type Action,
  type TopicRule,
  type TopicRulePayload,
} from '@aws-sdk/client-iot';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../preload/errors.ts';
import type { RecordSeparator, RuleActionForm, RuleForm } from '../../preload/shapes-rules.ts';
import type { Clients } from './clients.ts';
import { nullWhen, told } from './refusals.ts';

export type ReadRule = {
  readonly form: RuleForm;
  /** Every action as AWS names its kind and what it writes to, the error action last. */
  readonly actions: readonly { readonly kind: string; readonly target: string; readonly isErrorAction: boolean }[];
  /** False where the rule holds what a form does not: to put the form back would change it. */
  readonly isEditable: boolean;
  readonly topicFilter: string;
};

/** A longer list is for the AWS console; each rule takes a call. */
const MOST_RULES = 200;
const SEPARATORS: readonly RecordSeparator[] = ['', '\n', '\r\n', '\t', ','];

/** The rules of the account by name, at most 200. */
export async function readRules({ iot }: Clients): Promise<readonly ReadRule[]> {
  const listed: { readonly name: string; readonly topicFilter: string }[] = [];
  for await (const { rules = [] } of paginateListTopicRules({ client: iot, pageSize: 100 }, {})) {
    for (const { ruleName, topicPattern } of rules) {
      listed.push({ name: told(ruleName, 'the name of a rule'), topicFilter: topicPattern ?? '' });
    }
    if (listed.length >= MOST_RULES) break;
  }
  const read: ReadRule[] = [];
  for (const { name, topicFilter } of listed.slice(0, MOST_RULES).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    // To a rule that was removed meanwhile AWS answers "unauthorized".
    const answer = await nullWhen(['UnauthorizedException'], iot.send(new GetTopicRuleCommand({ ruleName: name })));
    if (answer !== null) read.push({ ...readRule(name, told(answer.rule, `the rule "${name}"`)), topicFilter });
  }
  return read;
}

/**
 * Makes the rule, or replaces the one of its name. AppError `cloud.roleNotAssumable` when IoT may not act as the role, `cloud.roleNotPassed`
 * when the person may not hand it on; AWS's other refusals keep their names.
 */
export async function putRule({ iot }: Clients, form: RuleForm, isNew: boolean): Promise<void> {
  const input = { ruleName: form.name, topicRulePayload: payloadOf(form) };
  try {
    await (isNew ? iot.send(new CreateTopicRuleCommand(input)) : iot.send(new ReplaceTopicRuleCommand(input)));
  } catch (error) {
    throw roleRefusal(error, form.roleArn) ?? error;
  }
}

/** AWS has no code of its own for either. */
function roleRefusal(error: unknown, roleArn: string): AppError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message.includes('sts:AssumeRole')) {
    return new AppError('cloud.roleNotAssumable', `AWS IoT may not act as the role "${roleArn}".`, {
      hint: 'Choose LabRole, or a role of this account that trusts iot.amazonaws.com.',
      cause: error,
    });
  }
  if (!error.message.includes('iam:PassRole')) return undefined;
  return new AppError('cloud.roleNotPassed', `You may not hand the role "${roleArn}" to AWS IoT.`, {
    hint: 'Choose LabRole, or ask for iam:PassRole on this role.',
    cause: error,
  });
}

export async function setRuleEnabled({ iot }: Clients, ruleName: string, isEnabled: boolean): Promise<void> {
  await (isEnabled
    ? iot.send(new EnableTopicRuleCommand({ ruleName }))
    : iot.send(new DisableTopicRuleCommand({ ruleName })));
}

export async function removeRule({ iot }: Clients, ruleName: string): Promise<void> {
  await iot.send(new DeleteTopicRuleCommand({ ruleName }));
}

/** The rule as CreateTopicRule takes it. */
export function payloadOf(form: RuleForm): TopicRulePayload {
  return {
    sql: form.sql,
    ...(form.description === '' ? {} : { description: form.description }),
    actions: form.actions.map((action) => actionOf(action, form.roleArn)),
    ...(form.errorAction === null ? {} : { errorAction: actionOf(form.errorAction, form.roleArn) }),
    ruleDisabled: !form.isEnabled,
    awsIotSqlVersion: form.sqlVersion,
  };
}

function actionOf(action: RuleActionForm, roleArn: string): Action {
  switch (action.kind) {
    case 'firehose':
      return {
        firehose: {
          roleArn,
          deliveryStreamName: action.stream,
          ...(action.separator === '' ? {} : { separator: action.separator }),
        },
      };
    case 's3':
      return { s3: { roleArn, bucketName: action.bucket, key: action.key } };
    case 'dynamoDBv2':
      return { dynamoDBv2: { roleArn, putItem: { tableName: action.table } } };
    case 'dynamoDB':
      return {
        dynamoDB: {
          roleArn,
          tableName: action.table,
          hashKeyField: action.hashKeyField,
          hashKeyValue: action.hashKeyValue,
          ...(action.rangeKeyField === ''
            ? {}
            : { rangeKeyField: action.rangeKeyField, rangeKeyValue: action.rangeKeyValue }),
          ...(action.payloadField === '' ? {} : { payloadField: action.payloadField }),
        },
      };
    case 'republish':
      return { republish: { roleArn, topic: action.topic, qos: action.qos } };
  }
}

function readRule(name: string, rule: TopicRule): Omit<ReadRule, 'topicFilter'> {
  const actions = rule.actions ?? [];
  const forms = actions.flatMap((action) => formOf(action) ?? []);
  const errorAction = rule.errorAction === undefined ? null : formOf(rule.errorAction);
  const form: RuleForm = {
    name,
    description: rule.description ?? '',
    sql: told(rule.sql, `the SQL of the rule "${name}"`),
    sqlVersion: rule.awsIotSqlVersion === '2016-03-23' ? '2016-03-23' : '2015-10-08',
    isEnabled: rule.ruleDisabled !== true,
    actions: forms,
    errorAction,
    roleArn: roleOf(actions[0] ?? rule.errorAction ?? {}),
  };
  const again = payloadOf(form);
  const isEditable =
    isDeepStrictEqual(again.actions, actions) &&
    isDeepStrictEqual(again.errorAction, rule.errorAction) &&
    (rule.awsIotSqlVersion ?? form.sqlVersion) === form.sqlVersion;
  return {
    form,
    isEditable,
    actions: [
      ...actions.map((action) => ({ ...placeOf(action), isErrorAction: false })),
      ...(rule.errorAction === undefined ? [] : [{ ...placeOf(rule.errorAction), isErrorAction: true }]),
    ],
  };
}

/** Null for a kind of action that the builder does not have. */
function formOf({ firehose, s3, dynamoDBv2, dynamoDB, republish }: Action): RuleActionForm | null {
  if (firehose !== undefined) {
    const separator = SEPARATORS.find((known) => known === (firehose.separator ?? '')) ?? '';
    return { kind: 'firehose', stream: firehose.deliveryStreamName ?? '', separator };
  }
  if (s3 !== undefined) return { kind: 's3', bucket: s3.bucketName ?? '', key: s3.key ?? '' };
  if (dynamoDBv2 !== undefined) return { kind: 'dynamoDBv2', table: dynamoDBv2.putItem?.tableName ?? '' };
  if (republish !== undefined) {
    return { kind: 'republish', topic: republish.topic ?? '', qos: republish.qos === 1 ? 1 : 0 };
  }
  if (dynamoDB === undefined) return null;
  return {
    kind: 'dynamoDB',
    table: dynamoDB.tableName ?? '',
    hashKeyField: dynamoDB.hashKeyField ?? '',
    hashKeyValue: dynamoDB.hashKeyValue ?? '',
    rangeKeyField: dynamoDB.rangeKeyField ?? '',
    rangeKeyValue: dynamoDB.rangeKeyValue ?? '',
    payloadField: dynamoDB.payloadField ?? '',
  };
}

function placeOf(action: Action): { readonly kind: string; readonly target: string } {
  const form = formOf(action);
  if (form === null) return { kind: Object.keys(action)[0] ?? '', target: '' };
  switch (form.kind) {
    case 'firehose':
      return { kind: form.kind, target: form.stream };
    case 's3':
      return { kind: form.kind, target: form.bucket };
    case 'dynamoDBv2':
    case 'dynamoDB':
      return { kind: form.kind, target: form.table };
    case 'republish':
      return { kind: form.kind, target: form.topic };
  }
}

function roleOf({ firehose, s3, dynamoDBv2, dynamoDB, republish }: Action): string {
  return (firehose ?? s3 ?? dynamoDBv2 ?? dynamoDB ?? republish)?.roleArn ?? '';
}
