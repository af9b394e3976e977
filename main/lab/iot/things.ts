/** What the thing operations of the registry do. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError } from '../services.ts';
import { attributePayloadSchema, updatedAttributes, type Attributes } from './attributes.ts';
import { checkedBody, invalidRequest, nameOf, notFound } from './input.ts';
import type { Account, Registry, Thing } from './registry.ts';

/** Of things, thing types and thing groups. */
export const REGISTRY_NAME = /^[a-zA-Z0-9:_-]+$/;
export const LONGEST_NAME = 128;

const createBody = z.strictObject({
  thingTypeName: z.string().optional(),
  billingGroupName: z.string().optional(),
  attributePayload: attributePayloadSchema.optional(),
});
const updateBody = z.strictObject({
  thingTypeName: z.string().optional(),
  attributePayload: attributePayloadSchema.optional(),
  expectedVersion: z.number().int().optional(),
  removeThingType: z.boolean().optional(),
});
const MOST_ATTRIBUTES_WITHOUT_TYPE = 3;
const MOST_ATTRIBUTES_WITH_TYPE = 50;

type ThingAnswer = { readonly thingName: string; readonly thingArn: string; readonly thingId: string };

/** CreateThing: the same request again answers the same thing. Throws AwsError. */
export function createThing({ registry }: Account, name: string | undefined, request: unknown): ThingAnswer {
  const thingName = thingNameOf(name);
  const body = checkedBody(request, createBody);
  if (body.billingGroupName !== undefined) {
    throw invalidRequest("'billingGroupName' has no effect in the lab: it has no billing groups, use thing groups.");
  }
  const thingTypeName = body.thingTypeName ?? null;
  const attributes = updatedAttributes({}, body.attributePayload);
  const answer = (thingId: string): ThingAnswer => ({
    thingName,
    thingArn: registry.arn('thing', thingName),
    thingId,
  });
  const existing = registry.things.get(thingName);
  if (existing !== undefined) {
    refuseDifference(registry, existing, attributes, thingTypeName);
    return answer(existing.thingId);
  }
  if (thingTypeName !== null) checkType(registry, thingTypeName);
  checkCount(attributes, thingTypeName);
  const thing: Thing = { thingName, thingId: randomUUID(), thingTypeName, attributes, version: 1 };
  registry.store.commit(registry.things.set(thingName, thing));
  return answer(thing.thingId);
}

/** UpdateThing. Throws AwsError. */
export function updateThing({ registry }: Account, name: string | undefined, request: unknown): object {
  const thing = thingOf(registry, name);
  const body = checkedBody(request, updateBody);
  refuseVersion(`thing ${thing.thingName}`, thing.version, body.expectedVersion);
  const { removeThingType: isTypeRemoved = false } = body;
  if (isTypeRemoved && body.thingTypeName !== undefined) {
    throw invalidRequest("Give either 'thingTypeName' or 'removeThingType', not both.");
  }
  if (body.thingTypeName !== undefined && body.thingTypeName !== thing.thingTypeName) {
    checkType(registry, body.thingTypeName);
  }
  const thingTypeName = isTypeRemoved ? null : (body.thingTypeName ?? thing.thingTypeName);
  const attributes = updatedAttributes(thing.attributes, body.attributePayload);
  checkCount(attributes, thingTypeName);
  const updated: Thing = { ...thing, thingTypeName, attributes, version: thing.version + 1 };
  registry.store.commit(registry.things.set(thing.thingName, updated));
  return {};
}

/** DeleteThing: success for a thing that is not there, as on AWS; its group memberships go with it. Throws AwsError. */
export function deleteThing({ registry }: Account, name: string | undefined, expectedVersion?: number): object {
  const thingName = thingNameOf(name);
  const thing = registry.things.get(thingName);
  if (thing === undefined) return {};
  refuseVersion(`thing ${thingName}`, thing.version, expectedVersion);
  if (registry.thingPrincipals.rightsOf(thingName).length > 0) {
    throw invalidRequest(`Cannot delete. Thing ${thingName} is still attached to one or more principals`);
  }
  registry.store.commit(
    ...registry.groupMembers.leftsOf(thingName).map((group) => registry.groupMembers.remove(group, thingName)),
    registry.things.remove(thingName),
  );
  return {};
}

/** Throws AwsError ResourceNotFoundException. */
export function thingOf({ things }: Registry, name: string | undefined): Thing {
  const thingName = thingNameOf(name);
  const thing = things.get(thingName);
  if (thing === undefined) throw notFound(`Thing ${thingName} not found`);
  return thing;
}

/** The condition of a caller who changes only what it has seen. Throws AwsError VersionConflictException. */
export function refuseVersion(what: string, actual: number, expected: number | undefined): void {
  if (expected === undefined || expected === actual) return;
  throw new AwsError('VersionConflictException', `The version for ${what} does not match the expected version.`, 409);
}

function thingNameOf(name: string | undefined): string {
  return nameOf(name, 'thingName', REGISTRY_NAME, LONGEST_NAME);
}

function refuseDifference(
  registry: Registry,
  { thingName, ...existing }: Thing,
  attributes: Attributes,
  thingTypeName: string | null,
): void {
  const difference = !isDeepStrictEqual(existing.attributes, attributes)
    ? 'attributes'
    : existing.thingTypeName !== thingTypeName
      ? 'thing type'
      : undefined;
  if (difference === undefined) return;
  throw new AwsError(
    'ResourceAlreadyExistsException',
    `Thing ${thingName} already exists in account with different ${difference}`,
    409,
    { resourceId: thingName, resourceArn: registry.arn('thing', thingName) },
  );
}

/** A thing may become one of this type. */
function checkType({ thingTypes }: Registry, name: string): void {
  const thingTypeName = nameOf(name, 'thingTypeName', REGISTRY_NAME, LONGEST_NAME);
  const type = thingTypes.get(thingTypeName);
  if (type === undefined) throw notFound(`Thing type ${thingTypeName} not found`);
  if (type.deprecatedAt !== null) {
    throw invalidRequest(`Thing type ${thingTypeName} is deprecated: no more things can be associated with it`);
  }
}

function checkCount(attributes: Attributes, thingTypeName: string | null): void {
  const count = Object.keys(attributes).length;
  const most = thingTypeName === null ? MOST_ATTRIBUTES_WITHOUT_TYPE : MOST_ATTRIBUTES_WITH_TYPE;
  if (count <= most) return;
  const kind = thingTypeName === null ? 'without' : 'with';
  throw invalidRequest(`Attributes count ${count} exceeds the limit of ${most} for things ${kind} a thing type.`);
}
