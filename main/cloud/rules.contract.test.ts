/** Rules through the SDK client alone: made, read back as the form that made them, replaced, switched, removed, and known to the ledger. */
import { CreateTopicRuleCommand } from '@aws-sdk/client-iot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RuleForm } from '../../preload/shapes-rules.ts';
import { openTestTarget, type TestTarget } from '../test-target.ts';
import { makeStream, readRulePlaces } from './rule-places.ts';
import { putRule, readRules, removeRule, setRuleEnabled } from './rules.ts';

let lab: TestTarget['lab'];
let clients: TestTarget['clients'];
let opened: TestTarget;

beforeAll(async () => {
  opened = await openTestTarget();
  ({ lab, clients } = opened);
});

afterAll(() => opened.close());

test('a rule is made in places that are made, read back as its form, replaced, switched and removed', async () => {
  const { roleArn } = lab.report;
  await makeStream(clients, { name: 's', bucket: 'bucket-of-rules', roleArn }, AbortSignal.timeout(60_000));
  expect(await readRulePlaces(clients)).toEqual({ buckets: ['bucket-of-rules'], streams: ['s'], tables: [] });

  const form: RuleForm = {
    name: 'weather',
    description: '',
    sql: "SELECT * FROM 'sensor/#'",
    sqlVersion: '2016-03-23',
    isEnabled: true,
    actions: [
      { kind: 'firehose', stream: 's', separator: '\n' },
      { kind: 's3', bucket: 'bucket-of-rules', key: '${timestamp()}' },
      { kind: 'republish', topic: 'copy', qos: 1 },
    ],
    errorAction: { kind: 's3', bucket: 'bucket-of-rules', key: 'errors' },
    roleArn,
  };
  await putRule(clients, form, true);
  expect(clients.recorder.stateOf({ kind: 'rule', name: 'weather' })).toBe('made');
  const [read] = await readRules(clients);
  expect(read).toMatchObject({ form, isEditable: true, topicFilter: 'sensor/#' });
  expect(read?.actions.map(({ target, isErrorAction }) => [target, isErrorAction])).toEqual([
    ['s', false],
    ['bucket-of-rules', false],
    ['copy', false],
    ['bucket-of-rules', true],
  ]);

  await expect(putRule(clients, form, true)).rejects.toThrow('already exists');
  await putRule(clients, { ...form, sql: "SELECT a FROM 'b'", errorAction: null }, false);
  await setRuleEnabled(clients, 'weather', false);
  expect((await readRules(clients))[0]?.form).toMatchObject({
    sql: "SELECT a FROM 'b'",
    errorAction: null,
    isEnabled: false,
  });
  await removeRule(clients, 'weather');
  expect(await readRules(clients)).toEqual([]);
  expect(clients.recorder.stateOf({ kind: 'rule', name: 'weather' })).toBeNull();
});

test('a rule with settings that a form has not is listed, but not for editing', async () => {
  const { roleArn } = lab.report;
  await clients.iot.send(
    new CreateTopicRuleCommand({
      ruleName: 'batched',
      topicRulePayload: {
        sql: "SELECT * FROM 'a'",
        awsIotSqlVersion: '2016-03-23',
        actions: [{ firehose: { roleArn, deliveryStreamName: 's', batchMode: true } }],
      },
    }),
  );
  expect((await readRules(clients))[0]).toMatchObject({
    isEditable: false,
    actions: [{ kind: 'firehose', target: 's' }],
  });
  await removeRule(clients, 'batched');
});

test('a role that IoT may not act as is said as such', async () => {
  const form: RuleForm = {
    name: 'other_role',
    description: '',
    sql: "SELECT * FROM 'a'",
    sqlVersion: '2016-03-23',
    isEnabled: true,
    actions: [{ kind: 's3', bucket: 'b-1', key: 'k' }],
    errorAction: null,
    roleArn: lab.report.roleArn.replace('LabRole', 'Other'),
  };
  await expect(putRule(clients, form, true)).rejects.toMatchObject({ code: 'cloud.roleNotAssumable' });
});
