/** get_thing_shadow() as a program of AWS meets it: the shadow, the rule and what it delivers all go over the wire. */
import { CreateTopicRuleCommand } from '@aws-sdk/client-iot';
import { PublishCommand, UpdateThingShadowCommand } from '@aws-sdk/client-iot-data-plane';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { testFolder } from '../iot/test-folder.ts';
import { clientOptions, dataClient, iotClient, openWholeLab } from '../iot/test-whole-lab.ts';

test('a rule reads the classic and the named shadow of its moment, in statement and template', async () => {
  const lab = await openWholeLab(await testFolder());
  const { roleArn } = lab.report;
  const [iot, data] = [iotClient(lab), dataClient(lab)];
  const s3 = new S3Client({ ...clientOptions(lab), forcePathStyle: true });
  const report = async (shadowName: string | undefined, state: object): Promise<void> => {
    const payload = Buffer.from(JSON.stringify({ state }));
    await data.send(new UpdateThingShadowCommand({ thingName: 's1', shadowName, payload }));
  };
  const makeRule = (sql: string, key: string) =>
    iot.send(
      new CreateTopicRuleCommand({
        ruleName: 'alarms',
        topicRulePayload: {
          sql,
          awsIotSqlVersion: '2016-03-23',
          actions: [{ s3: { bucketName: 'alarms', key, roleArn } }],
        },
      }),
    );
  const arrived = async (key: string): Promise<unknown> => {
    await lab.drain();
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'alarms', Key: key }));
    return JSON.parse((await Body?.transformToString()) ?? '');
  };
  const publish = (n: number) =>
    data.send(new PublishCommand({ topic: 'station/s1', payload: Buffer.from(`{"n":${n}}`), qos: 1 }));
  try {
    await s3.send(new CreateBucketCommand({ Bucket: 'alarms' }));
    const sql = (role: string) => `SELECT n, get_thing_shadow(topic(2), '${role}').state AS state,
      get_thing_shadow(topic(2), 'night', '${role}').state.desired.lamp AS lamp, get_thing_shadow('nobody', '${role}') AS none
      FROM 'station/+' WHERE get_thing_shadow(topic(2), '${role}').state.reported.alarm = 'ON'`;
    const key = `\${get_thing_shadow(topic(2), '${roleArn}').version}/\${n}`;
    await expect(makeRule(sql('arn:aws:iam::123456789012:role/Other'), key)).rejects.toThrow(
      'its last argument must be a role that can be assumed',
    );
    await expect(makeRule(sql(roleArn), key.replace(roleArn, 'arn:aws:iam::123456789012:role/Other'))).rejects.toThrow(
      'Action 1: key',
    );
    await makeRule(sql(roleArn), key);

    await report(undefined, { reported: { alarm: 'OFF', level: 1 } });
    await report('night', { desired: { lamp: 'red' } });
    await publish(1);
    await lab.drain();
    await report(undefined, { reported: { alarm: 'ON' }, desired: { level: 2 } });
    await publish(2);
    expect(await arrived('2/2')).toEqual({
      n: 2,
      state: { reported: { alarm: 'ON', level: 1 }, desired: { level: 2 }, delta: { level: 2 } },
      lamp: 'red',
    });
    expect(lab.activity().rules).toMatchObject([{ matched: 2, passed: 1, delivered: 1, failed: 0 }]);
    const [newest] = lab.tryRule({
      sql: sql('other'),
      sqlVersion: '2016-03-23',
      pasted: null,
      templates: [],
      messages: null,
    }).verdicts;
    expect(newest?.where[0]?.operands.find(({ reason }) => reason !== null)).toMatchObject({
      text: "get_thing_shadow(topic(2), 'other')",
      value: null,
      reason: expect.stringContaining('the role other cannot be assumed') as string,
    });
  } finally {
    await lab.close();
  }
});
