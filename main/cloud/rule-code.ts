/** A rule as text to take along: JSON for the API, an AWS CLI command, CloudFormation, and boto3. */
import type { RuleCode, RuleForm } from '../../preload/shapes-rules.ts';
import { payloadOf } from './rules.ts';

/** The four say the same: how the rule is created where it does not exist yet. */
export function ruleCode(form: RuleForm): RuleCode {
  const payload = payloadOf(form);
  const json = JSON.stringify(payload, null, 2);
  return {
    json,
    cli: `aws iot create-topic-rule --rule-name ${form.name} --topic-rule-payload ${shellQuoted(json)}\n`,
    cloudFormation: `${JSON.stringify(
      {
        AWSTemplateFormatVersion: '2010-09-09',
        Resources: {
          [logicalName(form.name)]: {
            Type: 'AWS::IoT::TopicRule',
            Properties: { RuleName: form.name, TopicRulePayload: capitalised(payload) },
          },
        },
      },
      null,
      2,
    )}\n`,
    python: [
      'import boto3',
      '',
      "iot = boto3.client('iot')",
      'iot.create_topic_rule(',
      `    ruleName=${pythonText(form.name)},`,
      `    topicRulePayload=${python(payload, '    ')},`,
      ')',
      '',
    ].join('\n'),
  };
}

/** CloudFormation's resource names are letters and digits. */
function logicalName(name: string): string {
  const text = name.replaceAll(/[^a-zA-Z0-9]+(.?)/g, (_whole, next: string) => next.toUpperCase());
  return `Rule${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What CloudFormation names otherwise than the API with a capital in front. */
const OTHER_NAMES: Readonly<Record<string, string>> = { dynamoDB: 'DynamoDB', dynamoDBv2: 'DynamoDBv2' };

function capitalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalised);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      OTHER_NAMES[key] ?? `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
      capitalised(member),
    ]),
  );
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function python(value: unknown, indent: string): string {
  const inner = `${indent}    `;
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${python(item, inner)},\n`);
    return items.length === 0 ? '[]' : `[\n${items.join('')}${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${inner}'${key}': ${python(member, inner)},\n`);
    return `{\n${members.join('')}${indent}}`;
  }
  if (typeof value === 'string') return pythonText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

/** JSON's escapes are Python's too. */
function pythonText(text: string): string {
  return JSON.stringify(text);
}
