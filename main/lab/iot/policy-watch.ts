/** Tells whose permissions may have changed: a policy counts at once, also for connections that are open. */
import type { Change } from './append-log-store.ts';
import type { Registry } from './registry.ts';

/** `onAffected` is called with certificate ids, right after each change of the registry that touches some. */
export function watchPolicies(registry: Registry, onAffected: (certificateIds: ReadonlySet<string>) => void): void {
  registry.store.onCommitted((changes) => {
    const affected = new Set(changes.flatMap((change) => certificatesOf(registry, change)));
    if (affected.size > 0) onAffected(affected);
  });
}

function certificatesOf(registry: Registry, [table, key]: Change): readonly string[] {
  const ofThing = (name: string): readonly string[] => registry.thingPrincipals.rightsOf(name);
  const ofGroup = (name: string): readonly string[] => membersBelow(registry, name).flatMap(ofThing);
  // Ties are kept under "left right".
  const [left = '', right = ''] = key.split(' ');
  switch (table) {
    case 'policies':
      return [...registry.policyTargets.rightsOf(key), ...registry.groupPolicies.rightsOf(key).flatMap(ofGroup)];
    case 'policyTargets':
    case 'thingPrincipals':
      return [right];
    case 'groupPolicies':
      return ofGroup(right);
    case 'groupMembers':
      return ofThing(right);
    case 'things':
      return ofThing(left);
    default:
      return [];
  }
}

/** The things in a group and in all groups below it. */
function membersBelow(registry: Registry, groupName: string): readonly string[] {
  const names = new Set([groupName]);
  for (const name of names) {
    for (const group of registry.thingGroups.values()) {
      if (group.parentGroupName === name) names.add(group.thingGroupName);
    }
  }
  return [...names].flatMap((name) => registry.groupMembers.rightsOf(name));
}
