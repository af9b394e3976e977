/** The copies of a rule say the same as the API call: read back by the programs that would run them, as far as they are here. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { RuleForm } from '../../preload/shapes-rules.ts';
import { ruleCode } from './rule-code.ts';
import { payloadOf } from './rules.ts';

const FORM: RuleForm = {
  name: 'cold_to_dynamodb',
  description: "l'air froid",
  sql: `SELECT *\nFROM 'sensor/#' WHERE note = "it's"`,
  sqlVersion: '2016-03-23',
  isEnabled: true,
  actions: [
    { kind: 'dynamoDBv2', table: 'isobar-cold' },
    { kind: 'firehose', stream: 's', separator: '\n' },
  ],
  errorAction: { kind: 'republish', topic: 'errors', qos: 1 },
  roleArn: 'arn:aws:iam::123456789012:role/LabRole',
};

test('a shell hands the CLI exactly the payload', () => {
  const { cli } = ruleCode(FORM);
  const said = execFileSync('sh', ['-c', `aws() { printf '%s\\n' "$@"; }\n${cli}`], { encoding: 'utf8' });
  expect(said.startsWith('iot\ncreate-topic-rule\n--rule-name\ncold_to_dynamodb\n--topic-rule-payload\n')).toBe(true);
  expect(JSON.parse(said.slice(said.indexOf('{')))).toEqual(payloadOf(FORM));
});

test('Python reads the same payload', () => {
  const { python } = ruleCode(FORM);
  const call = python.slice(python.indexOf('iot.create_topic_rule'));
  const script = [
    'import json',
    'class Iot:',
    '    def create_topic_rule(self, **given): print(json.dumps(given))',
    'iot = Iot()',
    call,
  ].join('\n');
  const said: unknown = JSON.parse(execFileSync('python3', ['-c', script], { encoding: 'utf8' }));
  expect(said).toEqual({ ruleName: FORM.name, topicRulePayload: payloadOf(FORM) });
});

test('CloudFormation has its own names for the kinds of actions', () => {
  const template: unknown = JSON.parse(ruleCode(FORM).cloudFormation);
  const { roleArn } = FORM;
  expect(template).toMatchObject({
    Resources: {
      RuleColdToDynamodb: {
        Type: 'AWS::IoT::TopicRule',
        Properties: {
          RuleName: FORM.name,
          TopicRulePayload: {
            Sql: FORM.sql,
            AwsIotSqlVersion: '2016-03-23',
            Actions: [
              { DynamoDBv2: { PutItem: { TableName: 'isobar-cold' }, RoleArn: roleArn } },
              { Firehose: { DeliveryStreamName: 's', RoleArn: roleArn, Separator: '\n' } },
            ],
            ErrorAction: { Republish: { Topic: 'errors', Qos: 1 } },
          },
        },
      },
    },
  });
});
