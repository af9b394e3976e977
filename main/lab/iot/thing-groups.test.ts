// Static thing groups and their members, asked for by the AWS SDK through the lab's edge.
import { paginateListThingGroups, paginateListThingsInThingGroup, type IoT } from '@aws-sdk/client-iot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  collect,
  EXISTS,
  INVALID,
  NOT_FOUND,
  NOT_IN_LAB,
  openTestRegistry,
  refusal,
  testArn,
  VERSION_CONFLICT,
  type TestRegistry,
} from './test-registry.ts';

let lab: TestRegistry;
let aws: IoT;

beforeAll(async () => {
  lab = await openTestRegistry();
  ({ aws } = lab);
});
afterAll(() => lab.close());

const group = (groupName: string) => ({ groupName, groupArn: testArn(`thinggroup/${groupName}`) });

test('groups lie within each other, are described with their way from the root, changed, listed and deleted', async () => {
  const thingGroupProperties = { thingGroupDescription: 'all', attributePayload: { attributes: { owner: 'us' } } };
  const request = { thingGroupName: 'norway', thingGroupProperties };
  const made = await aws.createThingGroup(request);
  expect((await aws.createThingGroup(request)).thingGroupId).toBe(made.thingGroupId);
  expect(await refusal(aws.createThingGroup({ thingGroupName: 'norway' }))).toEqual(EXISTS);
  await aws.createThingGroup({ thingGroupName: 'west', parentGroupName: 'norway' });
  await aws.createThingGroup({ thingGroupName: 'bergen', parentGroupName: 'west' });
  await aws.createThingGroup({ thingGroupName: 'elsewhere' });
  expect(await refusal(aws.createThingGroup({ thingGroupName: 'x', parentGroupName: 'none' }))).toEqual(NOT_FOUND);

  expect(
    await aws.updateThingGroup({
      thingGroupName: 'norway',
      expectedVersion: 1,
      thingGroupProperties: { attributePayload: { attributes: { since: '1866' }, merge: true } },
    }),
  ).toMatchObject({ version: 2 });
  const update = { thingGroupName: 'norway', thingGroupProperties: {}, expectedVersion: 1 };
  expect(await refusal(aws.updateThingGroup(update))).toEqual(VERSION_CONFLICT);
  expect(await aws.describeThingGroup({ thingGroupName: 'norway' })).toEqual({
    $metadata: expect.anything() as object,
    thingGroupName: 'norway',
    thingGroupId: made.thingGroupId,
    thingGroupArn: testArn('thinggroup/norway'),
    version: 2,
    thingGroupProperties: {
      thingGroupDescription: 'all',
      attributePayload: { attributes: { owner: 'us', since: '1866' } },
    },
    thingGroupMetadata: { rootToParentThingGroups: [], creationDate: expect.any(Date) as Date },
  });
  await lab.restart();
  expect((await aws.describeThingGroup({ thingGroupName: 'bergen' })).thingGroupMetadata).toMatchObject({
    parentGroupName: 'west',
    rootToParentThingGroups: [group('norway'), group('west')],
  });

  const list = async (filter: Parameters<typeof aws.listThingGroups>[0]) =>
    (await aws.listThingGroups(filter)).thingGroups?.map(({ groupName }) => groupName);
  expect(await list({})).toEqual(['bergen', 'elsewhere', 'norway', 'west']);
  expect(await list({ recursive: false })).toEqual(['elsewhere', 'norway']);
  expect(await list({ parentGroup: 'norway' })).toEqual(['west']);
  expect(await list({ parentGroup: 'norway', recursive: true })).toEqual(['bergen', 'west']);
  expect(await list({ namePrefixFilter: 'e' })).toEqual(['elsewhere']);
  expect(await refusal(aws.listThingGroups({ parentGroup: 'none' }))).toEqual(NOT_FOUND);
  const pages = await collect(paginateListThingGroups({ client: aws, pageSize: 3 }, {}));
  expect(pages.map(({ thingGroups }) => thingGroups?.length)).toEqual([3, 1]);

  expect(await refusal(aws.deleteThingGroup({ thingGroupName: 'west' }))).toEqual(INVALID);
  expect(await refusal(aws.deleteThingGroup({ thingGroupName: 'bergen', expectedVersion: 9 }))).toEqual(
    VERSION_CONFLICT,
  );
  await aws.deleteThingGroup({ thingGroupName: 'bergen' });
  await aws.deleteThingGroup({ thingGroupName: 'west' });
  await aws.deleteThingGroup({ thingGroupName: 'west' });
  expect(await refusal(aws.describeThingGroup({ thingGroupName: 'west' }))).toEqual(NOT_FOUND);
});

test('a hierarchy has seven levels and a group a hundred children', async () => {
  const below = (thingGroupName: string, parentGroupName: string) =>
    aws.createThingGroup({ thingGroupName, parentGroupName });
  await aws.createThingGroup({ thingGroupName: 'level-1' });
  for (let level = 2; level <= 7; level++) await below(`level-${level}`, `level-${level - 1}`);
  expect(await refusal(below('level-8', 'level-7'))).toEqual(INVALID);
  await aws.createThingGroup({ thingGroupName: 'wide' });
  for (let child = 1; child <= 100; child++) await below(`child-${child}`, 'wide');
  expect(await refusal(below('child-101', 'wide'))).toEqual(INVALID);
});

test('things are put into groups and taken out, by name or ARN', async () => {
  await aws.createThingGroup({ thingGroupName: 'root' });
  await aws.createThingGroup({ thingGroupName: 'inner', parentGroupName: 'root' });
  await aws.createThingGroup({ thingGroupName: 'other' });
  for (const thingName of ['st-1', 'st-2', 'st-3']) await aws.createThing({ thingName });
  await aws.addThingToThingGroup({ thingName: 'st-1', thingGroupName: 'root' });
  await aws.addThingToThingGroup({ thingName: 'st-1', thingGroupName: 'root' });
  await aws.addThingToThingGroup({
    thingArn: testArn('thing/st-2'),
    thingGroupArn: testArn('thinggroup/inner'),
    overrideDynamicGroups: false,
  });
  await aws.addThingToThingGroup({ thingName: 'st-3', thingGroupName: 'inner' });
  const things = async (thingGroupName: string, recursive?: boolean) =>
    (await collect(paginateListThingsInThingGroup({ client: aws, pageSize: 2 }, { thingGroupName, recursive }))).map(
      (page) => page.things,
    );
  expect(await things('root')).toEqual([['st-1']]);
  expect(await things('root', true)).toEqual([['st-1', 'st-2'], ['st-3']]);
  const groupsOf = async (thingName: string) => (await aws.listThingGroupsForThing({ thingName })).thingGroups;
  expect(await groupsOf('st-2')).toEqual([group('inner')]);

  const add = (thingName: string, thingGroupName: string) => aws.addThingToThingGroup({ thingName, thingGroupName });
  // Two groups of one hierarchy.
  expect(await refusal(add('st-1', 'inner'))).toEqual(INVALID);
  expect(await refusal(add('none', 'inner'))).toEqual(NOT_FOUND);
  expect(await refusal(add('st-1', 'none'))).toEqual(NOT_FOUND);
  expect(await refusal(aws.addThingToThingGroup({ thingName: 'st-1' }))).toEqual(INVALID);
  expect(
    await refusal(
      aws.addThingToThingGroup({ thingName: 'st-1', thingArn: testArn('thing/st-2'), thingGroupName: 'other' }),
    ),
  ).toEqual(INVALID);

  const change = { thingName: 'st-1', thingGroupsToAdd: ['inner', 'other'], thingGroupsToRemove: ['root'] };
  await aws.updateThingGroupsForThing(change);
  expect(await groupsOf('st-1')).toEqual([group('inner'), group('other')]);
  await lab.restart();
  await aws.removeThingFromThingGroup({ thingName: 'st-1', thingGroupName: 'other' });
  await aws.removeThingFromThingGroup({ thingName: 'st-1', thingGroupName: 'other' });
  expect(await groupsOf('st-1')).toEqual([group('inner')]);
  await aws.deleteThing({ thingName: 'st-1' });
  expect(await things('inner')).toEqual([['st-2', 'st-3']]);
  await aws.deleteThingGroup({ thingGroupName: 'inner' });
  expect(await groupsOf('st-2')).toEqual([]);

  const many = Array.from({ length: 11 }, (_, index) => `many-${index}`);
  for (const thingGroupName of many) await aws.createThingGroup({ thingGroupName });
  await aws.updateThingGroupsForThing({ thingName: 'st-2', thingGroupsToAdd: many.slice(0, 10) });
  expect(await refusal(add('st-2', 'many-10'))).toEqual(INVALID);
});

test('billing groups and dynamic groups are refused in words', async () => {
  const dynamic = aws.createDynamicThingGroup({ thingGroupName: 'x', queryString: 'attributes.a=1' });
  await expect(dynamic).rejects.toThrow('no dynamic thing groups');
  expect(await refusal(aws.createBillingGroup({ billingGroupName: 'x' }))).toEqual(NOT_IN_LAB);
  expect(await refusal(aws.listBillingGroups({}))).toEqual(NOT_IN_LAB);
  expect(await refusal(aws.addThingToBillingGroup({ billingGroupName: 'x', thingName: 'y' }))).toEqual(NOT_IN_LAB);
});
