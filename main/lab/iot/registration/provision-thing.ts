/** Makes the thing of a template, or brings the one that is there in line as the OverrideSettings say. */
import { isDeepStrictEqual } from 'node:util';
import { notFound } from '../input.ts';
import { updateThingGroups } from '../group-membership.ts';
import type { Account, Thing } from '../registry.ts';
import { createThing, updateThing } from '../things.ts';
import type { ThingPlan } from './device-plan.ts';
import { resourceConflict } from './registration-errors.ts';
import type { Override } from './template.ts';

/** Without a setting a difference fails, as CreateThing would. Throws AwsError. */
export function provisionThing(account: Account, plan: ThingPlan): void {
  const { registry } = account;
  const { thingName, thingTypeName, attributes, thingGroups = [] } = plan;
  if (thingTypeName !== undefined && !registry.thingTypes.has(thingTypeName)) {
    throw notFound(`Thing Type ${account.identity.account}:${thingTypeName} not found.`);
  }
  const existing = registry.things.get(thingName);
  if (existing !== undefined) {
    bringInLine(account, plan, existing);
    return;
  }
  createThing(account, thingName, {
    ...(thingTypeName === undefined ? {} : { thingTypeName }),
    ...(attributes === undefined ? {} : { attributePayload: { attributes } }),
  });
  if (thingGroups.length > 0) updateThingGroups(account, thingName, { add: thingGroups, remove: [] });
}

function bringInLine(account: Account, plan: ThingPlan, existing: Thing): void {
  const { thingName, attributes, thingTypeName, thingGroups, overrides } = plan;
  const changes = {
    ...attributeChange(existing, attributes, overrides.AttributePayload),
    ...typeChange(existing, thingTypeName, overrides.ThingTypeName),
  };
  if (Object.keys(changes).length > 0) updateThing(account, thingName, changes);
  if (thingGroups !== undefined) {
    const before = account.registry.groupMembers.leftsOf(thingName);
    const groups = groupChange(thingName, before, thingGroups, overrides.ThingGroups);
    if (groups.add.length + groups.remove.length > 0) updateThingGroups(account, thingName, groups);
  }
}

function attributeChange(
  { thingName, attributes: before }: Thing,
  wanted: ThingPlan['attributes'],
  override: Override = 'FAIL',
): object {
  if (wanted === undefined || override === 'DO_NOTHING' || isDeepStrictEqual(before, wanted)) return {};
  if (override === 'FAIL') throw resourceConflict(`Thing ${thingName} exists with other attributes`);
  return { attributePayload: { attributes: wanted, merge: override === 'MERGE' } };
}

function typeChange(
  { thingName, thingTypeName: before }: Thing,
  wanted: string | undefined,
  override: Override = 'FAIL',
): object {
  if (wanted === undefined || override === 'DO_NOTHING' || before === wanted) return {};
  if (override === 'FAIL') throw resourceConflict(`Thing ${thingName} exists with another thing type`);
  return { thingTypeName: wanted };
}

function groupChange(
  thingName: string,
  before: readonly string[],
  wanted: readonly string[],
  override: Override = 'FAIL',
): { readonly add: readonly string[]; readonly remove: readonly string[] } {
  const add = wanted.filter((name) => !before.includes(name));
  const remove = before.filter((name) => !wanted.includes(name));
  if (override === 'DO_NOTHING' || (add.length === 0 && remove.length === 0)) return { add: [], remove: [] };
  if (override === 'FAIL') throw resourceConflict(`Thing ${thingName} exists in other thing groups`);
  return { add, remove: override === 'MERGE' ? [] : remove };
}
