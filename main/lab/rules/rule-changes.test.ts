import {
  CreateTopicRuleCommand,
  DeleteTopicRuleCommand,
  DisableTopicRuleCommand,
  EnableTopicRuleCommand,
  GetTopicRuleCommand,
  ListTagsForResourceCommand,
  ListTopicRulesCommand,
  ReplaceTopicRuleCommand,
  type IoTClient,
  type TopicRulePayload,
} from '@aws-sdk/client-iot';
import { PublishCommand } from '@aws-sdk/client-iot-data-plane';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testFolder } from '../iot/test-folder.ts';
import { until, type TestMqttClient } from '../iot/test-mqtt-client.ts';
import { dataClient, enrol, iotClient, listen, messagesOf, openWholeLab } from '../iot/test-whole-lab.ts';
import type { Lab } from '../lab.ts';

let lab: Lab;
let iot: IoTClient;
let device: TestMqttClient;

beforeAll(async () => {
  lab = await openWholeLab(await testFolder());
  iot = iotClient(lab);
  device = await listen(lab, await enrol(lab, 'device'), 'device', ['out/#']);
});
afterAll(async () => {
  device.end();
  await lab.close();
});

const payload = (sql: string, topic: string, more: Partial<TopicRulePayload> = {}): TopicRulePayload => ({
  sql,
  awsIotSqlVersion: '2016-03-23',
  actions: [{ republish: { topic, qos: 1, roleArn: lab.report.roleArn } }],
  ...more,
});

let packetId = 0;
/** What the rules make of a message of the connected device, which is also subscribed to what they republish. */
async function answersTo(text: string): Promise<readonly string[]> {
  const before = messagesOf(device).length;
  const id = ++packetId;
  device.publish('in/1', text, { id });
  await until('it is acknowledged', () => device.ackOf(id));
  await lab.drain();
  // Whatever the rules had to publish is on its way: this comes behind it.
  await dataClient(lab).send(new PublishCommand({ topic: 'out/end', qos: 1, payload: Buffer.from(text) }));
  const since = () => messagesOf(device).slice(before);
  await until('the last message comes', () => since().some(({ topic }) => topic === 'out/end'));
  return since()
    .filter(({ topic }) => topic !== 'out/end')
    .map(({ topic, payload: body }) => `${topic} ${body}`);
}

it('lets connected devices feel every change of a rule at once', async () => {
  expect(await answersTo('{"n":1}')).toEqual([]);
  const tags = 'course=iot';
  await iot.send(
    new CreateTopicRuleCommand({ ruleName: 'r', topicRulePayload: payload("SELECT n FROM 'in/+'", 'out/a'), tags }),
  );
  expect(await answersTo('{"n":2,"m":0}')).toEqual(['out/a {"n":2}']);
  const replaced = payload("SELECT n AS m FROM 'in/#' WHERE n > 3", 'out/b', { description: 'later' });
  await iot.send(new ReplaceTopicRuleCommand({ ruleName: 'r', topicRulePayload: replaced }));
  expect(await answersTo('{"n":3}')).toEqual([]);
  expect(await answersTo('{"n":4}')).toEqual(['out/b {"m":4}']);
  await iot.send(new DisableTopicRuleCommand({ ruleName: 'r' }));
  expect(await answersTo('{"n":5}')).toEqual([]);
  const { rule, ruleArn } = await iot.send(new GetTopicRuleCommand({ ruleName: 'r' }));
  expect(rule).toEqual({ ...replaced, ruleName: 'r', ruleDisabled: true, createdAt: expect.any(Date) as Date });
  expect((await iot.send(new ListTagsForResourceCommand({ resourceArn: ruleArn }))).tags).toEqual([
    { Key: 'course', Value: 'iot' },
  ]);
  await iot.send(new EnableTopicRuleCommand({ ruleName: 'r' }));
  expect(await answersTo('{"n":6}')).toEqual(['out/b {"m":6}']);
  await iot.send(new DeleteTopicRuleCommand({ ruleName: 'r' }));
  expect(await answersTo('{"n":7}')).toEqual([]);
  await expect(iot.send(new GetTopicRuleCommand({ ruleName: 'r' }))).rejects.toMatchObject({
    name: 'UnauthorizedException',
  });
});

it('lists rules in pages, by topic and by whether they are enabled', async () => {
  for (let n = 0; n < 30; n++) {
    const sql = `SELECT * FROM '${n % 2 === 0 ? 'even' : 'odd/+'}'`;
    const topicRulePayload = payload(sql, 'out/c', { ruleDisabled: n % 3 === 0 });
    await iot.send(new CreateTopicRuleCommand({ ruleName: `rule_${String(n).padStart(2, '0')}`, topicRulePayload }));
  }
  const names = async (input: { topic?: string; ruleDisabled?: boolean; maxResults?: number }): Promise<string[]> => {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await iot.send(new ListTopicRulesCommand({ ...input, nextToken }));
      expect(page.rules?.length).toBeLessThanOrEqual(input.maxResults ?? 25);
      found.push(...(page.rules ?? []).map(({ ruleName = '' }) => ruleName));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  };
  expect(await names({})).toHaveLength(30);
  expect(await names({ maxResults: 7 })).toEqual(await names({ maxResults: 100 }));
  expect(await names({ topic: 'odd/1', maxResults: 4 })).toHaveLength(15);
  expect(await names({ topic: 'odd/1', ruleDisabled: true })).toEqual([
    'rule_03',
    'rule_09',
    'rule_15',
    'rule_21',
    'rule_27',
  ]);
});
