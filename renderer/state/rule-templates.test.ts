/** Which texts of a rule are templates. */
import { expect, test } from 'vitest';
import { templatesOf } from './rule-templates.ts';

test('templates of all actions are found once each, topics apart from texts', () => {
  const form = {
    name: 'r',
    description: '',
    sql: '',
    sqlVersion: '2016-03-23',
    isEnabled: true,
    roleArn: '',
    actions: [
      { kind: 's3', bucket: 'plain', key: '${topic()}' },
      { kind: 'republish', topic: '${topic()}', qos: 0 },
    ],
    errorAction: { kind: 's3', bucket: 'errors-${accountid()}', key: '${topic()}' },
  } as const;
  expect(templatesOf(form)).toEqual([
    { text: '${topic()}', isTopic: false },
    { text: '${topic()}', isTopic: true },
    { text: 'errors-${accountid()}', isTopic: false },
  ]);
});
