/** From what a person asks for to a plan: names, shared parts, and beforehand what it would make and how long that takes. */
import { randomBytes } from 'node:crypto';
import type { CallInput } from '../../preload/contract.ts';
import { AppError } from '../../preload/errors.ts';
import type { DryRun } from '../../preload/shapes-provisioning.ts';
import { hasPolicy, listThingNames } from '../cloud/enrolment.ts';
import { exists } from '../cloud/existence.ts';
import { fleetPolicy } from '../cloud/policy.ts';
import { parsePolicy } from './policy-text.ts';
import { isBilled } from '../cloud/target.ts';
import type { BundledSet } from '../noaa/bundled.ts';
import type { JobPlan } from './job-file.ts';
import type { Connection } from './provisioning.ts';

export type Wish = CallInput<'provision.start'>;

/** Without a thing type AWS takes three attributes. */
const ATTRIBUTES_WITHOUT_TYPE = 3;
/** What the local target makes a second on a small computer; measured, and a guess for yours. */
const UNPACED_STATIONS_A_SECOND = 100;

/** The names of the stations; the numbers all have the width of the last one. */
function namesOf({ pattern, count, first }: Pick<Wish, 'pattern' | 'count' | 'first'>): readonly string[] {
  const width = String(first + count - 1).length;
  return Array.from({ length: count }, (_, index) =>
    pattern.replace('{n}', String(first + index).padStart(width, '0')),
  );
}

/** Throws `provision.*` where the wish cannot be fulfilled at all. */
export function planOf(wish: Wish, sets: readonly BundledSet[], { target }: Connection): JobPlan {
  const { way, thingType, group, attributes } = wish;
  const sources = sets
    .filter((set) => wish.set === null || set.id === wish.set)
    .flatMap((set) => set.stations.map((station) => ({ set: set.id, station: station.id })));
  const [first] = sources;
  if (first === undefined) throw new AppError('stations.unknown', `There is no bundled set "${wish.set ?? ''}".`);
  if (thingType === null && Object.keys(attributes).length > ATTRIBUTES_WITHOUT_TYPE) {
    throw new AppError('provision.attributes', 'A thing without a type has at most three attributes.', {
      hint: 'Give the stations a thing type, or fewer attributes.',
    });
  }
  const id = `${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`;
  return {
    version: 1,
    id,
    account: target.account,
    region: target.region,
    way,
    created: Date.now(),
    thingType,
    group,
    attributes,
    policyName: wish.policy ?? `isobar-stations-${id}`,
    policyDocument: wish.policy === null ? policyText(wish.policyDocument, target) : null,
    items: namesOf(wish).map((name, index) => ({ name, ...(sources[index % sources.length] ?? first) })),
  };
}

/** The target judges the policy; that it is JSON is known before. */
function policyText(own: string | undefined, target: Connection['target']): string {
  return JSON.stringify(own === undefined ? fleetPolicy(target) : parsePolicy(own));
}

export function provisioningBucket(account: string): string {
  return `isobar-${account}-provisioning`;
}

/** Looks at the target and makes nothing. */
export async function dryRun(
  plan: JobPlan,
  connection: Connection,
  isInFleet: (id: string) => boolean,
): Promise<DryRun> {
  const { clients, target } = connection;
  const names = plan.items.map(({ name }) => name);
  const there = await listThingNames(clients);
  const makes: DryRun['makes'][number][] = [];
  if (plan.thingType !== null) {
    const thingType = { kind: 'thingType', name: plan.thingType } as const;
    makes.push({ what: 'thingType', name: plan.thingType, exists: await exists(clients, thingType) });
  }
  if (plan.group !== null) {
    const group = { kind: 'thingGroup', name: plan.group } as const;
    makes.push({ what: 'thingGroup', name: plan.group, exists: await exists(clients, group) });
  }
  makes.push({ what: 'policy', name: plan.policyName, exists: await hasPolicy(clients, plan.policyName) });
  if (plan.way === 'bulk') {
    const name = provisioningBucket(plan.account);
    makes.push({ what: 'bucket', name, exists: await exists(clients, { kind: 'bucket', name }) });
  }
  const each = plan.group === null ? 4 : 5;
  const slowest = Math.min(target.iotPace?.others ?? UNPACED_STATIONS_A_SECOND, UNPACED_STATIONS_A_SECOND);
  return {
    first: names[0] ?? '',
    last: names.at(-1) ?? '',
    stations: names.length,
    taken: names.filter((name) => there.has(name) || isInFleet(name)),
    makes,
    policyName: plan.policyName,
    policyDocument: plan.policyDocument ?? '',
    calls: makes.filter((part) => !part.exists).length + (plan.way === 'bulk' ? 3 : names.length * each),
    seconds: Math.ceil(names.length / slowest),
    mayCost: isBilled(target),
  };
}
