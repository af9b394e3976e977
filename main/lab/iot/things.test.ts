// Things and what is attached to them, asked for by the AWS SDK through the lab's edge.
import { paginateListThings, type IoT } from '@aws-sdk/client-iot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  collect,
  EXISTS,
  INVALID,
  NOT_FOUND,
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

const attributes = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 'x']));

test('a new lab holds nothing of its own', async () => {
  expect((await aws.listThings({})).things).toEqual([]);
  expect((await aws.listThingTypes({})).thingTypes).toEqual([]);
  expect((await aws.listThingGroups({})).thingGroups).toEqual([]);
  expect((await aws.listCertificates({})).certificates).toEqual([]);
  expect((await aws.listCACertificates({})).certificates).toEqual([]);
  expect((await aws.listPolicies({})).policies).toEqual([]);
  expect((await aws.listTopicRules({})).rules).toEqual([]);
});

test('a thing is made once, described, and changed under the condition of its version', async () => {
  const thingName = 'st:1_A-b';
  const request = { thingName, attributePayload: { attributes: { site: 'Vik', kind: 'wind' } } };
  const made = await aws.createThing(request);
  expect(made).toMatchObject({ thingName, thingArn: testArn(`thing/${thingName}`) });
  expect((await aws.createThing(request)).thingId).toBe(made.thingId);
  expect(await refusal(aws.createThing({ thingName }))).toEqual(EXISTS);
  expect(await aws.describeThing({ thingName })).toEqual({
    $metadata: expect.anything() as object,
    defaultClientId: thingName,
    thingName,
    thingId: made.thingId,
    thingArn: testArn(`thing/${thingName}`),
    attributes: { site: 'Vik', kind: 'wind' },
    version: 1,
  });

  const merge = { attributes: { kind: '', height: '12' }, merge: true };
  await aws.updateThing({ thingName, attributePayload: merge, expectedVersion: 1 });
  expect(await aws.describeThing({ thingName })).toMatchObject({
    attributes: { site: 'Vik', height: '12' },
    version: 2,
  });
  await aws.updateThing({ thingName, attributePayload: { attributes: { only: 'me' } } });
  expect(await aws.describeThing({ thingName })).toMatchObject({ attributes: { only: 'me' }, version: 3 });
  expect(await refusal(aws.updateThing({ thingName, expectedVersion: 1 }))).toEqual(VERSION_CONFLICT);
  expect(await refusal(aws.deleteThing({ thingName, expectedVersion: 1 }))).toEqual(VERSION_CONFLICT);
  await aws.deleteThing({ thingName, expectedVersion: 3 });
  expect(await refusal(aws.describeThing({ thingName }))).toEqual(NOT_FOUND);
  // As on AWS: what is not there is deleted already.
  await aws.deleteThing({ thingName });
});

test('names, attributes, unknown types and billing groups are checked', async () => {
  const values = { attributes: { site: 'no spaces' } };
  expect(await refusal(aws.createThing({ thingName: 'no/slash' }))).toEqual(INVALID);
  expect(await refusal(aws.createThing({ thingName: 'a'.repeat(129) }))).toEqual(INVALID);
  expect(await refusal(aws.createThing({ thingName: 'x', attributePayload: values }))).toEqual(INVALID);
  expect(await refusal(aws.createThing({ thingName: 'x', thingTypeName: 'none' }))).toEqual(NOT_FOUND);
  expect(await refusal(aws.createThing({ thingName: 'x', billingGroupName: 'b' }))).toEqual(INVALID);
  expect(await refusal(aws.updateThing({ thingName: 'none' }))).toEqual(NOT_FOUND);
  await expect(aws.createThing({ thingName: 'x', attributePayload: { attributes: attributes(4) } })).rejects.toThrow(
    'limit of 3',
  );

  await aws.createThingType({ thingTypeName: 'limits' });
  const typed = { thingName: 'x', thingTypeName: 'limits' };
  expect(await refusal(aws.createThing({ ...typed, attributePayload: { attributes: attributes(51) } }))).toEqual(
    INVALID,
  );
  await aws.createThing({ ...typed, attributePayload: { attributes: attributes(50) } });
  expect((await aws.describeThing({ thingName: 'x' })).thingTypeName).toBe('limits');
  expect(await refusal(aws.updateThing({ thingName: 'x', removeThingType: true }))).toEqual(INVALID);
  await aws.updateThing({ thingName: 'x', removeThingType: true, attributePayload: { attributes: attributes(3) } });
  expect((await aws.describeThing({ thingName: 'x' })).thingTypeName).toBeUndefined();
  await aws.updateThing({ thingName: 'x', thingTypeName: 'limits' });
  expect((await aws.describeThing({ thingName: 'x' })).thingTypeName).toBe('limits');
  await aws.deleteThing({ thingName: 'x' });
});

test('lists are filtered by attribute, its beginning and the type', async () => {
  await aws.createThingType({ thingTypeName: 'mast' });
  const make = (thingName: string, site: string, more: { thingTypeName?: string } = {}) =>
    aws.createThing({ thingName, attributePayload: { attributes: { site } }, ...more });
  await make('f-1', 'Vik');
  await make('f-2', 'Vikebukt', { thingTypeName: 'mast' });
  await make('f-3', 'Oslo', { thingTypeName: 'mast' });
  const names = async (filter: Parameters<typeof aws.listThings>[0]) =>
    (await aws.listThings(filter)).things?.map(({ thingName }) => thingName);
  expect(await names({ attributeName: 'site', attributeValue: 'Vik' })).toEqual(['f-1']);
  expect(await names({ attributeName: 'site', attributeValue: 'Vik', usePrefixAttributeValue: true })).toEqual([
    'f-1',
    'f-2',
  ]);
  expect(await names({ attributeName: 'site' })).toEqual(['f-1', 'f-2', 'f-3']);
  expect(await names({ thingTypeName: 'mast' })).toEqual(['f-2', 'f-3']);
  expect(await names({ thingTypeName: 'mast', attributeName: 'site', attributeValue: 'Oslo' })).toEqual(['f-3']);
  expect(await refusal(aws.listThings({ attributeValue: 'Vik' }))).toEqual(INVALID);
  for (const name of ['f-1', 'f-2', 'f-3']) await aws.deleteThing({ thingName: name });
});

test('pages hold each thing once, also while things come and go', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `p-${String(index).padStart(2, '0')}`);
  for (const thingName of names) await aws.createThing({ thingName });
  const pages = await collect(paginateListThings({ client: aws }, {}));
  expect(pages.map(({ things = [] }) => things.length)).toEqual([25, 25, 10]);
  const first = await aws.listThings({ maxResults: 10 });
  // What was on the first page goes, something comes before and behind the token.
  for (const thingName of names.slice(0, 10)) await aws.deleteThing({ thingName });
  await aws.createThing({ thingName: 'p-00-early' });
  await aws.createThing({ thingName: 'p-10-late' });
  const second = await aws.listThings({ maxResults: 3, nextToken: first.nextToken });
  expect(second.things?.map(({ thingName }) => thingName)).toEqual(['p-10', 'p-10-late', 'p-11']);
  expect((await aws.listThings({ maxResults: 250 })).things).toHaveLength(52);
  expect(await refusal(aws.listThings({ maxResults: 251 }))).toEqual(INVALID);
  expect(await refusal(aws.listThings({ nextToken: 'nonsense' }))).toEqual(INVALID);
});

test('certificates are attached to things, exclusively if asked, and hold them', async () => {
  await aws.createThing({ thingName: 'one' });
  await aws.createThing({ thingName: 'two' });
  const { certificateArn: shared = '' } = await aws.createKeysAndCertificate({ setAsActive: true });
  const { certificateArn: own = '' } = await aws.createKeysAndCertificate({ setAsActive: true });
  const attach = (thingName: string, principal: string, exclusive?: boolean) =>
    aws.attachThingPrincipal({
      thingName,
      principal,
      ...(exclusive === undefined ? {} : { thingPrincipalType: exclusive ? 'EXCLUSIVE_THING' : 'NON_EXCLUSIVE_THING' }),
    });
  await attach('one', shared);
  await attach('one', shared);
  await attach('two', shared, false);
  await attach('one', own, true);
  expect(await refusal(attach('two', own))).toEqual(INVALID);
  expect(await refusal(attach('one', own, false))).toEqual(INVALID);
  expect(await refusal(attach('one', shared, true))).toEqual(INVALID);
  expect(await refusal(attach('none', shared))).toEqual(NOT_FOUND);
  expect(await refusal(attach('one', testArn(`cert/${'0'.repeat(64)}`)))).toEqual(NOT_FOUND);
  expect(await refusal(attach('one', 'arn:aws:iot:other'))).toEqual(INVALID);

  expect((await aws.listThingPrincipals({ thingName: 'one' })).principals?.toSorted()).toEqual(
    [shared, own].toSorted(),
  );
  expect((await aws.listPrincipalThings({ principal: shared, maxResults: 1 })).things).toEqual(['one']);
  expect(await aws.listThingPrincipalsV2({ thingName: 'one', thingPrincipalType: 'EXCLUSIVE_THING' })).toMatchObject({
    thingPrincipalObjects: [{ principal: own, thingPrincipalType: 'EXCLUSIVE_THING' }],
  });
  expect((await aws.listPrincipalThingsV2({ principal: shared })).principalThingObjects).toEqual([
    { thingName: 'one', thingPrincipalType: 'NON_EXCLUSIVE_THING' },
    { thingName: 'two', thingPrincipalType: 'NON_EXCLUSIVE_THING' },
  ]);
  expect(await refusal(aws.deleteThing({ thingName: 'one' }))).toEqual(INVALID);

  await lab.restart();
  expect(await refusal(attach('two', own))).toEqual(INVALID);
  await aws.detachThingPrincipal({ thingName: 'one', principal: own });
  await attach('two', own);
  await aws.detachThingPrincipal({ thingName: 'one', principal: shared });
  await aws.detachThingPrincipal({ thingName: 'one', principal: shared });
  await aws.deleteThing({ thingName: 'one' });
  expect((await aws.listPrincipalThings({ principal: own })).things).toEqual(['two']);
});
