/** The HTTP routes of the operations on static thing groups. */
import type { RestInput, RestRoute } from '../services.ts';
import { BY_TOKEN, booleanOf, integerOf, nextPage, pageOf } from './input.ts';
import type { Account, Registry, ThingGroup } from './registry.ts';
import {
  ancestorsOf,
  childrenOf,
  createThingGroup,
  deleteThingGroup,
  descendantsOf,
  groupOf,
  updateThingGroup,
} from './thing-groups.ts';

export function thingGroupRoutes(account: Account): readonly RestRoute[] {
  const { registry } = account;
  return [
    {
      method: 'POST',
      path: '/thing-groups/{thingGroupName}',
      name: 'CreateThingGroup',
      handle: ({ params, body }) => createThingGroup(account, params['thingGroupName'], body),
    },
    {
      method: 'GET',
      path: '/thing-groups/{thingGroupName}',
      name: 'DescribeThingGroup',
      handle: ({ params }) => descriptionOf(registry, groupOf(registry, params['thingGroupName'])),
    },
    {
      method: 'PATCH',
      path: '/thing-groups/{thingGroupName}',
      name: 'UpdateThingGroup',
      handle: ({ params, body }) => updateThingGroup(account, params['thingGroupName'], body),
    },
    {
      method: 'DELETE',
      path: '/thing-groups/{thingGroupName}',
      name: 'DeleteThingGroup',
      handle: (input) => deleteThingGroup(account, input.params['thingGroupName'], integerOf(input, 'expectedVersion')),
    },
    {
      method: 'GET',
      path: '/thing-groups',
      name: 'ListThingGroups',
      handle: (input) => {
        const prefix = input.query.get('namePrefixFilter') ?? '';
        const wanted = groupsBelow(registry, input).filter((group) => group.thingGroupName.startsWith(prefix));
        const { items, next } = pageOf(input, wanted, BY_TOKEN, (group) => group.thingGroupName);
        return { thingGroups: items.map((group) => nameAndArn(registry, group)), ...nextPage('nextToken', next) };
      },
    },
  ];
}

/** How lists name a group. */
export function nameAndArn(registry: Registry, { thingGroupName }: ThingGroup): object {
  return { groupName: thingGroupName, groupArn: registry.arn('thinggroup', thingGroupName) };
}

/** Without a parent AWS lists the groups of all levels, unless `recursive` is said to be false. */
function groupsBelow(registry: Registry, input: RestInput): readonly ThingGroup[] {
  const parent = input.query.get('parentGroup');
  const isRecursive = booleanOf(input, 'recursive');
  if (parent === null) {
    const all = registry.thingGroups.values();
    return isRecursive || !input.query.has('recursive')
      ? all
      : all.filter(({ parentGroupName }) => parentGroupName === null);
  }
  const { thingGroupName } = groupOf(registry, parent);
  return isRecursive ? descendantsOf(registry, thingGroupName) : childrenOf(registry, thingGroupName);
}

function descriptionOf(registry: Registry, group: ThingGroup): object {
  const { thingGroupName, thingGroupId, parentGroupName, description, attributes, version, createdAt } = group;
  return {
    thingGroupName,
    thingGroupId,
    thingGroupArn: registry.arn('thinggroup', thingGroupName),
    version,
    thingGroupProperties: {
      ...(description === null ? {} : { thingGroupDescription: description }),
      attributePayload: { attributes },
    },
    thingGroupMetadata: {
      ...(parentGroupName === null ? {} : { parentGroupName }),
      rootToParentThingGroups: [...ancestorsOf(registry, group)].reverse().map((each) => nameAndArn(registry, each)),
      creationDate: createdAt,
    },
  };
}
