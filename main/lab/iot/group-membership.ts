/** Which things are in which thing groups. */
import { z } from 'zod';
import type { RestRoute } from '../services.ts';
import { BY_TOKEN, bodyOf, booleanOf, invalidRequest, nextPage, pageOf } from './input.ts';
import type { Account, Registry, ThingGroup } from './registry.ts';
import { nameAndArn } from './thing-group-routes.ts';
import { ancestorsOf, descendantsOf, groupOf } from './thing-groups.ts';
import { thingOf } from './things.ts';

/** https://docs.aws.amazon.com/iot/latest/developerguide/thing-groups.html */
const MOST_GROUPS_OF_A_THING = 10;

/** The lab has no dynamic groups, so there is never one that `overrideDynamicGroups` would have to put aside. */
const overrideDynamicGroups = z.boolean().optional();
const pairBody = z.strictObject({
  thingGroupName: z.string().optional(),
  thingGroupArn: z.string().optional(),
  thingName: z.string().optional(),
  thingArn: z.string().optional(),
});
const addBody = pairBody.extend({ overrideDynamicGroups });
const updateBody = z.strictObject({
  thingName: z.string(),
  thingGroupsToAdd: z.array(z.string()).optional(),
  thingGroupsToRemove: z.array(z.string()).optional(),
  overrideDynamicGroups,
});

/** Puts a thing into groups and takes it out of others, all or nothing. Throws AwsError. */
export function updateThingGroups(
  { registry }: Account,
  name: string,
  change: { readonly add: readonly string[]; readonly remove: readonly string[] },
): object {
  const { thingName } = thingOf(registry, name);
  const { groupMembers } = registry;
  const added = change.add.map((group) => groupOf(registry, group).thingGroupName);
  const removed = change.remove.map((group) => groupOf(registry, group).thingGroupName);
  const before = groupMembers.leftsOf(thingName);
  const after = new Set([...before.filter((group) => !removed.includes(group)), ...added]);
  if (after.size > before.length && after.size > MOST_GROUPS_OF_A_THING) {
    throw invalidRequest(`A thing can be in at most ${MOST_GROUPS_OF_A_THING} thing groups.`);
  }
  const newGroups = [...after].filter((group) => !before.includes(group));
  if (newGroups.length > 0) refuseSharedHierarchy(registry, thingName, after);
  registry.store.commit(
    ...before.filter((group) => !after.has(group)).map((group) => groupMembers.remove(group, thingName)),
    ...newGroups.map((group) => groupMembers.add(group, thingName)),
  );
  return {};
}

export function groupMembershipRoutes(account: Account): readonly RestRoute[] {
  const { registry } = account;
  return [
    {
      method: 'PUT',
      path: '/thing-groups/addThingToThingGroup',
      name: 'AddThingToThingGroup',
      handle: (input) => {
        const { thingName, groupName } = pairOf(registry, bodyOf(input, addBody));
        return updateThingGroups(account, thingName, { add: [groupName], remove: [] });
      },
    },
    {
      method: 'PUT',
      path: '/thing-groups/removeThingFromThingGroup',
      name: 'RemoveThingFromThingGroup',
      handle: (input) => {
        const { thingName, groupName } = pairOf(registry, bodyOf(input, pairBody));
        return updateThingGroups(account, thingName, { add: [], remove: [groupName] });
      },
    },
    {
      method: 'PUT',
      path: '/thing-groups/updateThingGroupsForThing',
      name: 'UpdateThingGroupsForThing',
      handle: (input) => {
        const { thingName, thingGroupsToAdd: add = [], thingGroupsToRemove: remove = [] } = bodyOf(input, updateBody);
        return updateThingGroups(account, thingName, { add, remove });
      },
    },
    {
      method: 'GET',
      path: '/thing-groups/{thingGroupName}/things',
      name: 'ListThingsInThingGroup',
      handle: (input) => {
        const { thingGroupName } = groupOf(registry, input.params['thingGroupName']);
        const inner = booleanOf(input, 'recursive') ? descendantsOf(registry, thingGroupName) : [];
        const groups = [thingGroupName, ...inner.map((group) => group.thingGroupName)];
        const names = [...new Set(groups.flatMap((group) => registry.groupMembers.rightsOf(group)))];
        const { items, next } = pageOf(input, names, BY_TOKEN, (name) => name);
        return { things: items, ...nextPage('nextToken', next) };
      },
    },
    {
      method: 'GET',
      path: '/things/{thingName}/thing-groups',
      name: 'ListThingGroupsForThing',
      handle: (input) => {
        const { thingName } = thingOf(registry, input.params['thingName']);
        const groups = registry.groupMembers.leftsOf(thingName).flatMap((name) => registry.thingGroups.get(name) ?? []);
        const { items, next } = pageOf(input, groups, BY_TOKEN, (group) => group.thingGroupName);
        return { thingGroups: items.map((group) => nameAndArn(registry, group)), ...nextPage('nextToken', next) };
      },
    },
  ];
}

/** A thing and a group, each told by its name or its ARN. */
function pairOf(registry: Registry, body: z.infer<typeof pairBody>): { thingName: string; groupName: string } {
  return {
    thingName: nameFrom(body.thingName, body.thingArn, registry.arn('thing', ''), 'thing'),
    groupName: nameFrom(body.thingGroupName, body.thingGroupArn, registry.arn('thinggroup', ''), 'thingGroup'),
  };
}

function nameFrom(name: string | undefined, arn: string | undefined, arnStart: string, what: string): string {
  if (arn !== undefined && !arn.startsWith(arnStart)) {
    throw invalidRequest(`'${what}Arn' must be an ARN of this account and region, "${arnStart}…".`);
  }
  const named = arn?.slice(arnStart.length);
  if (name !== undefined && named !== undefined && name !== named) {
    throw invalidRequest(`'${what}Name' and '${what}Arn' are of two different resources.`);
  }
  const found = name ?? named;
  if (found === undefined) throw invalidRequest(`Either '${what}Name' or '${what}Arn' must be given.`);
  return found;
}

/** A thing may be in one group of a hierarchy only. */
function refuseSharedHierarchy(registry: Registry, thingName: string, groups: ReadonlySet<string>): void {
  const byRoot = new Map<string, string>();
  for (const name of groups) {
    const root = rootOf(registry, groupOf(registry, name));
    const other = byRoot.get(root);
    if (other !== undefined) {
      throw invalidRequest(
        `Thing ${thingName} cannot be in two groups of one hierarchy, ${other} and ${name}: both are below ${root}.`,
      );
    }
    byRoot.set(root, name);
  }
}

function rootOf(registry: Registry, group: ThingGroup): string {
  return ancestorsOf(registry, group).at(-1)?.thingGroupName ?? group.thingGroupName;
}
