import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDynamoDb, type DynamoDb } from '../../dynamodb/dynamodb.ts';
import { testFolder } from '../../iot/test-folder.ts';
import { IDENTITY } from '../../iot/test-lab.ts';
import { until } from '../../iot/test-mqtt-client.ts';
import { openTestEngine } from '../test-engine.ts';

const { roleArn } = IDENTITY;

let database: DynamoDb;
let lab: Awaited<ReturnType<typeof openTestEngine>>;
const call = async (name: string, input: object): Promise<object> => {
  const operation = database.operations[name];
  if (operation === undefined) throw new Error(`no operation ${name}`);
  return operation(input);
};
const items = async (): Promise<unknown> => call('Scan', { TableName: 'course' });

beforeAll(async () => {
  const folder = await testFolder();
  database = await openDynamoDb({ folder: join(folder, 'dynamodb'), identity: IDENTITY, endpoint: () => '' });
  await call('CreateTable', {
    TableName: 'course',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'station', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'station', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
    ],
  });
  await until('the table takes items', () => database.has('course'));
  lab = await openTestEngine(folder, { tables: database });
});
afterAll(async () => {
  await lab.close();
  await database.close();
});

it('writes each attribute as a column, with native maps and lists and the digits of numbers', async () => {
  lab.rule('v2', { sql: "SELECT * FROM 'v2/#'", actions: [lab.toTable('course')] });
  await lab.publish(
    'v2/1',
    '{"station":"s","at":1,"t":-7.25,"ok":true,"none":null,"list":[1,"a",{"b":0.1}],"empty":{}}',
  );
  await lab.publish('v2/1', '{"station":"s","t":1}');
  await lab.publish('v2/1', '{"station":"s","at":"1"}');
  await lab.publish('v2/1', '[1]');
  await lab.engine.drain();
  expect(await items()).toMatchObject({
    Items: [
      {
        station: { S: 's' },
        at: { N: '1' },
        t: { N: '-7.25' },
        ok: { BOOL: true },
        none: { NULL: true },
        list: { L: [{ N: '1' }, { S: 'a' }, { M: { b: { N: '0.1' } } }] },
        empty: { M: {} },
      },
    ],
  });
  expect(lab.engine.counters()[0]).toMatchObject({ delivered: 1, failed: 3 });
  const reasons = lab.messages.ofRule('v2', 3).map(({ rules }) => rules[0]?.actions[0]?.error);
  expect(reasons).toEqual([
    expect.stringContaining('JSON object'),
    expect.stringContaining('Type mismatch for key at'),
    expect.stringContaining('Missing the key at in the item'),
  ]);
});

it('inserts, updates and deletes an item with the result in one column', async () => {
  const dynamoDB = {
    tableName: 'course',
    hashKeyField: 'station',
    hashKeyValue: '${topic(2)}',
    rangeKeyField: 'at',
    rangeKeyValue: '${at}',
    rangeKeyType: 'NUMBER',
    operation: '${operation}',
    payloadField: 'data',
    roleArn,
  };
  lab.rule('v1', { sql: "SELECT t FROM 'v1/#'", actions: [{ dynamoDB }] });
  lab.rule('v1_raw', {
    sql: "SELECT * FROM 'raw/#'",
    actions: [{ dynamoDB: { ...dynamoDB, operation: 'INSERT', rangeKeyValue: '7' } }],
  });
  const found = async (station: string): Promise<unknown> =>
    call('Query', {
      TableName: 'course',
      KeyConditionExpression: 'station = :s',
      ExpressionAttributeValues: { ':s': { S: station } },
    });
  await lab.publish('v1/one', '{"at":5,"operation":"INSERT","t":[1.50]}');
  await lab.publish('v1/one', '{"at":6,"operation":"INSERT","t":2}');
  await lab.publish('v1/one', '{"at":5,"operation":"UPDATE","t":3}');
  await lab.publish('v1/one', '{"at":6,"operation":"DELETE"}');
  await lab.publish('v1/one', '{"at":6,"operation":"REPLACE"}');
  await lab.publish('raw/two', 'plain');
  await lab.engine.drain();
  expect(await found('one')).toMatchObject({
    Items: [{ station: { S: 'one' }, at: { N: '5' }, data: { M: { t: { N: '3' } } } }],
  });
  expect(await found('two')).toMatchObject({ Items: [{ data: { B: Buffer.from('plain').toString('base64') } }] });
  expect(lab.engine.counters().find(({ name }) => name === 'v1')).toMatchObject({
    delivered: 4,
    failed: 1,
    lastFailure: { message: expect.stringContaining('"REPLACE"') as string },
  });
});
