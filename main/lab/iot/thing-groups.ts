/** What the operations on static thing groups do, and how groups lie within each other. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError } from '../services.ts';
import { attributePayloadSchema, updatedAttributes } from './attributes.ts';
import { checkedBody, invalidRequest, nameOf, notFound } from './input.ts';
import { epochSeconds, type Account, type Registry, type ThingGroup } from './registry.ts';
import { forgottenTags, initialTags, tagsSchema } from './tags.ts';
import { descriptionSchema } from './thing-types.ts';
import { LONGEST_NAME, REGISTRY_NAME, refuseVersion } from './things.ts';

const properties = z.strictObject({
  thingGroupDescription: descriptionSchema.optional(),
  attributePayload: attributePayloadSchema.optional(),
});
const createBody = z.strictObject({
  parentGroupName: z.string().optional(),
  thingGroupProperties: properties.optional(),
  tags: tagsSchema.optional(),
});
const updateBody = z.strictObject({
  thingGroupProperties: properties,
  expectedVersion: z.number().int().optional(),
});

// https://docs.aws.amazon.com/general/latest/gr/iot_device_management.html#thing-group-limits
const MOST_LEVELS = 7;
const MOST_CHILDREN = 100;
const MOST_ATTRIBUTES = 50;

type GroupAnswer = { readonly thingGroupName: string; readonly thingGroupArn: string; readonly thingGroupId: string };

/** CreateThingGroup: the same request again answers the same group. Throws AwsError. */
export function createThingGroup({ registry }: Account, name: string | undefined, request: unknown): GroupAnswer {
  const thingGroupName = groupNameOf(name);
  const body = checkedBody(request, createBody);
  const parent = body.parentGroupName === undefined ? undefined : groupOf(registry, body.parentGroupName);
  const wanted = {
    parentGroupName: parent?.thingGroupName ?? null,
    description: body.thingGroupProperties?.thingGroupDescription ?? null,
    attributes: checkCount(updatedAttributes({}, body.thingGroupProperties?.attributePayload)),
  };
  const thingGroupArn = registry.arn('thinggroup', thingGroupName);
  const existing = registry.thingGroups.get(thingGroupName);
  if (existing !== undefined) {
    const { parentGroupName, description, attributes, thingGroupId } = existing;
    if (isDeepStrictEqual({ parentGroupName, description, attributes }, wanted)) {
      return { thingGroupName, thingGroupArn, thingGroupId };
    }
    throw new AwsError(
      'ResourceAlreadyExistsException',
      `Thing Group ${thingGroupName} already exists in current account with different properties`,
      409,
      { resourceId: thingGroupName, resourceArn: thingGroupArn },
    );
  }
  if (parent !== undefined) checkPlace(registry, parent);
  const group: ThingGroup = {
    thingGroupName,
    thingGroupId: randomUUID(),
    ...wanted,
    version: 1,
    createdAt: epochSeconds(),
  };
  registry.store.commit(
    registry.thingGroups.set(thingGroupName, group),
    ...initialTags(registry, thingGroupArn, body.tags),
  );
  return { thingGroupName, thingGroupArn, thingGroupId: group.thingGroupId };
}

/** UpdateThingGroup. Throws AwsError. */
export function updateThingGroup({ registry }: Account, name: string | undefined, request: unknown): object {
  const group = groupOf(registry, name);
  const { thingGroupProperties: given, expectedVersion } = checkedBody(request, updateBody);
  refuseVersion(`thing group ${group.thingGroupName}`, group.version, expectedVersion);
  const version = group.version + 1;
  registry.store.commit(
    registry.thingGroups.set(group.thingGroupName, {
      ...group,
      description: given.thingGroupDescription ?? group.description,
      attributes: checkCount(updatedAttributes(group.attributes, given.attributePayload)),
      version,
    }),
  );
  return { version };
}

/** DeleteThingGroup: its members and policies come free of it; success for a group that is not there, as on AWS. Throws AwsError. */
export function deleteThingGroup({ registry }: Account, name: string | undefined, expectedVersion?: number): object {
  const thingGroupName = groupNameOf(name);
  const group = registry.thingGroups.get(thingGroupName);
  if (group === undefined) return {};
  refuseVersion(`thing group ${thingGroupName}`, group.version, expectedVersion);
  if (childrenOf(registry, thingGroupName).length > 0) {
    throw invalidRequest(`Cannot delete thing group ${thingGroupName} while there are child groups attached to it`);
  }
  const { groupMembers, groupPolicies } = registry;
  registry.store.commit(
    ...groupMembers.rightsOf(thingGroupName).map((thing) => groupMembers.remove(thingGroupName, thing)),
    ...groupPolicies.leftsOf(thingGroupName).map((policy) => groupPolicies.remove(policy, thingGroupName)),
    ...forgottenTags(registry, registry.arn('thinggroup', thingGroupName)),
    registry.thingGroups.remove(thingGroupName),
  );
  return {};
}

/** Throws AwsError ResourceNotFoundException. */
export function groupOf({ thingGroups }: Registry, name: string | undefined): ThingGroup {
  const thingGroupName = groupNameOf(name);
  const group = thingGroups.get(thingGroupName);
  if (group === undefined) throw notFound(`Thing group ${thingGroupName} not found`);
  return group;
}

/** The groups around a group, its direct parent first. */
export function ancestorsOf({ thingGroups }: Registry, group: ThingGroup): readonly ThingGroup[] {
  const ancestors: ThingGroup[] = [];
  let { parentGroupName } = group;
  while (parentGroupName !== null) {
    const parent = thingGroups.get(parentGroupName);
    if (parent === undefined) break;
    ancestors.push(parent);
    ({ parentGroupName } = parent);
  }
  return ancestors;
}

export function childrenOf({ thingGroups }: Registry, thingGroupName: string): readonly ThingGroup[] {
  return thingGroups.values().filter(({ parentGroupName }) => parentGroupName === thingGroupName);
}

/** The groups within a group, at any depth. */
export function descendantsOf(registry: Registry, thingGroupName: string): readonly ThingGroup[] {
  const children = childrenOf(registry, thingGroupName);
  return [...children, ...children.flatMap((child) => descendantsOf(registry, child.thingGroupName))];
}

function groupNameOf(name: string | undefined): string {
  return nameOf(name, 'thingGroupName', REGISTRY_NAME, LONGEST_NAME);
}

/** A new group may be made in this parent. */
function checkPlace(registry: Registry, parent: ThingGroup): void {
  const { thingGroupName } = parent;
  if (ancestorsOf(registry, parent).length + 2 > MOST_LEVELS) {
    throw invalidRequest(
      `A hierarchy of thing groups has at most ${MOST_LEVELS} levels; ${thingGroupName} is the last.`,
    );
  }
  if (childrenOf(registry, thingGroupName).length >= MOST_CHILDREN) {
    throw invalidRequest(`Thing group ${thingGroupName} already has the most direct child groups, ${MOST_CHILDREN}.`);
  }
}

function checkCount(attributes: Record<string, string>): Record<string, string> {
  const count = Object.keys(attributes).length;
  if (count <= MOST_ATTRIBUTES) return attributes;
  throw invalidRequest(`Attributes count ${count} exceeds the limit of ${MOST_ATTRIBUTES} for thing groups.`);
}
