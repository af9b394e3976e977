// Thing types and tags, asked for by the AWS SDK through the lab's edge.
import { paginateListThingTypes, type IoT } from '@aws-sdk/client-iot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IDENTITY } from './test-lab.ts';
import {
  collect,
  EXISTS,
  INVALID,
  NOT_FOUND,
  openTestRegistry,
  refusal,
  testArn,
  type TestRegistry,
} from './test-registry.ts';

let lab: TestRegistry;
let aws: IoT;

beforeAll(async () => {
  lab = await openTestRegistry();
  ({ aws } = lab);
});
afterAll(() => lab.close());

const thingTypeProperties = { thingTypeDescription: 'a mast', searchableAttributes: ['site', 'height'] };

test('a type is made once, described, listed, and never changed', async () => {
  const request = { thingTypeName: 'mast', thingTypeProperties };
  const made = await aws.createThingType(request);
  expect(made).toMatchObject({ thingTypeName: 'mast', thingTypeArn: testArn('thingtype/mast') });
  expect((await aws.createThingType(request)).thingTypeId).toBe(made.thingTypeId);
  expect(await refusal(aws.createThingType({ thingTypeName: 'mast' }))).toEqual(EXISTS);
  expect(await aws.describeThingType({ thingTypeName: 'mast' })).toEqual({
    $metadata: expect.anything() as object,
    thingTypeName: 'mast',
    thingTypeId: made.thingTypeId,
    thingTypeArn: testArn('thingtype/mast'),
    thingTypeProperties: { thingTypeDescription: 'a mast', searchableAttributes: ['height', 'site'] },
    thingTypeMetadata: { deprecated: false, creationDate: expect.any(Date) as Date },
  });
  const change = { thingTypeDescription: 'another' };
  expect(await refusal(aws.updateThingType({ thingTypeName: 'mast', thingTypeProperties: change }))).toEqual(INVALID);
  await aws.updateThingType({ thingTypeName: 'mast', thingTypeProperties });

  const create = (properties: object) => aws.createThingType({ thingTypeName: 'bad', thingTypeProperties: properties });
  expect(await refusal(create({ searchableAttributes: ['a', 'b', 'c', 'd'] }))).toEqual(INVALID);
  expect(await refusal(create({ thingTypeDescription: 'måst' }))).toEqual(INVALID);
  await expect(create({ mqtt5Configuration: {} })).rejects.toThrow('MQTT 3.1.1');

  await aws.createThingType({ thingTypeName: 'buoy' });
  const pages = await collect(paginateListThingTypes({ client: aws, pageSize: 1 }, {}));
  expect(pages.map(({ thingTypes = [] }) => thingTypes.map((type) => type.thingTypeName))).toEqual([
    ['buoy'],
    ['mast'],
  ]);
  const { thingTypes: [only] = [] } = await aws.listThingTypes({ thingTypeName: 'mast' });
  expect(only?.thingTypeProperties?.thingTypeDescription).toBe('a mast');
});

test('a type is deprecated before it is deleted, and deleted when no thing is of it', async () => {
  const thingTypeName = 'old';
  await aws.createThingType({ thingTypeName });
  await aws.createThing({ thingName: 'st-1', thingTypeName });
  expect(await refusal(aws.deleteThingType({ thingTypeName }))).toEqual(INVALID);
  await aws.deprecateThingType({ thingTypeName });
  expect((await aws.describeThingType({ thingTypeName })).thingTypeMetadata).toMatchObject({
    deprecated: true,
    deprecationDate: expect.any(Date) as Date,
  });
  expect(await refusal(aws.createThing({ thingName: 'st-2', thingTypeName }))).toEqual(INVALID);
  await aws.deprecateThingType({ thingTypeName, undoDeprecate: true });
  await aws.createThing({ thingName: 'st-2', thingTypeName });
  await aws.deprecateThingType({ thingTypeName });
  expect(await refusal(aws.deleteThingType({ thingTypeName }))).toEqual(INVALID);
  await aws.updateThing({ thingName: 'st-1', removeThingType: true });
  await aws.deleteThing({ thingName: 'st-2' });
  await lab.restart();
  await aws.deleteThingType({ thingTypeName });
  expect(await refusal(aws.describeThingType({ thingTypeName }))).toEqual(NOT_FOUND);
  expect(await refusal(aws.deprecateThingType({ thingTypeName }))).toEqual(NOT_FOUND);
});

test('what can be tagged is tagged when it is made and later, and its tags go with it', async () => {
  const tag = (Key: string, Value = 'v') => ({ Key, Value });
  await aws.createThingType({ thingTypeName: 'tagged', tags: [tag('a'), tag('b')] });
  const resourceArn = testArn('thingtype/tagged');
  const tags = async () => (await aws.listTagsForResource({ resourceArn })).tags;
  await aws.tagResource({ resourceArn, tags: [tag('b', 'new'), { Key: 'c' }] });
  expect(await tags()).toEqual([tag('a'), tag('b', 'new'), tag('c', '')]);
  await aws.untagResource({ resourceArn, tagKeys: ['a', 'c', 'none'] });
  await lab.restart();
  expect(await tags()).toEqual([tag('b', 'new')]);

  const many = (count: number) => Array.from({ length: count }, (_, index) => tag(`k${index}`));
  expect(await refusal(aws.tagResource({ resourceArn, tags: many(51) }))).toEqual(INVALID);
  expect(await refusal(aws.tagResource({ resourceArn, tags: many(50) }))).toEqual(['LimitExceededException', 410]);
  expect(await refusal(aws.tagResource({ resourceArn, tags: [tag('aws:x')] }))).toEqual(INVALID);
  expect(await refusal(aws.tagResource({ resourceArn, tags: [tag('x'), tag('x')] }))).toEqual(INVALID);
  await aws.createThing({ thingName: 'untaggable' });
  for (const arn of [testArn('thing/untaggable'), 'nonsense', testArn('constructor/x')]) {
    expect(await refusal(aws.tagResource({ resourceArn: arn, tags: [] }))).toEqual(INVALID);
  }
  expect(await refusal(aws.listTagsForResource({ resourceArn: testArn('policy/none') }))).toEqual(NOT_FOUND);
  expect(await refusal(aws.listTagsForResource({ resourceArn: testArn('rule/none') }))).toEqual(NOT_FOUND);

  await aws.deprecateThingType({ thingTypeName: 'tagged' });
  await aws.deleteThingType({ thingTypeName: 'tagged' });
  await aws.createThingType({ thingTypeName: 'tagged' });
  expect(await tags()).toEqual([]);
});

test('a rule brings its tags in a header and takes them along', async () => {
  const firehose = { deliveryStreamName: 'weather', roleArn: IDENTITY.roleArn };
  const topicRulePayload = { sql: "SELECT * FROM 'sensor/#'", actions: [{ firehose }] };
  const create = (tags: string) => aws.createTopicRule({ ruleName: 'tagged', topicRulePayload, tags });
  expect(await refusal(create('aws:mine=x'))).toEqual(INVALID);
  await create('course=IoT%20Core&made=by%2Bhand');
  const resourceArn = testArn('rule/tagged');
  expect((await aws.listTagsForResource({ resourceArn })).tags).toEqual([
    { Key: 'course', Value: 'IoT Core' },
    { Key: 'made', Value: 'by+hand' },
  ]);
  await aws.deleteTopicRule({ ruleName: 'tagged' });
  expect(await refusal(aws.listTagsForResource({ resourceArn }))).toEqual(NOT_FOUND);
});

test('the endpoint of every type is a host without port; other types are refused', async () => {
  for (const endpointType of [undefined, 'iot:Data', 'iot:Data-ATS', 'iot:CredentialProvider', 'iot:Jobs']) {
    expect((await aws.describeEndpoint({ endpointType })).endpointAddress).toBe('localhost');
  }
  expect(await refusal(aws.describeEndpoint({ endpointType: 'iot:Other' }))).toEqual(INVALID);
});
