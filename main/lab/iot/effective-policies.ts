/** Which policies count for a certificate or a thing: those attached to it and those of its groups with all their parents. */
import { z } from 'zod';
import type { RestRoute } from '../services.ts';
import { bodyOf, invalidRequest } from './input.ts';
import { parsePolicyDocument } from './policy-document.ts';
import { compilePolicy, type CompiledPolicy } from './compile-policy.ts';
import { policyTargetOf, type PolicyTarget } from './policy-targets.ts';
import type { Policy, Registry } from './registry.ts';
import { thingOf } from './things.ts';

/** In the order of attachment, those of the certificate first; each policy once. */
export function effectivePolicies(
  registry: Registry,
  certificateId: string | undefined,
  thingName: string | undefined,
): readonly Policy[] {
  const names = new Set<string>(certificateId === undefined ? [] : registry.policyTargets.leftsOf(certificateId));
  const groups = thingName === undefined ? [] : registry.groupMembers.leftsOf(thingName);
  for (const group of groups) for (const name of groupPolicyNames(registry, group)) names.add(name);
  return [...names].flatMap((name) => registry.policies.get(name) ?? []);
}

/** Of a group and its parents, nearest first. */
export function groupPolicyNames(registry: Registry, groupName: string): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<string>();
  let name: string | null = groupName;
  while (name !== null && !seen.has(name)) {
    seen.add(name);
    for (const policyName of registry.groupPolicies.leftsOf(name)) names.add(policyName);
    name = registry.thingGroups.get(name)?.parentGroupName ?? null;
  }
  return names;
}

/** The text of the version that counts. */
export function documentOf({ versions, defaultVersionId }: Policy): string {
  return versions.find(({ versionId }) => versionId === defaultVersionId)?.document ?? '';
}

/** By the stored policy, which is another object after each change. */
const compiledPolicies = new WeakMap<Policy, CompiledPolicy>();

/** The default version, compiled once for all connections. */
export function compiledOf(policy: Policy): CompiledPolicy {
  const known = compiledPolicies.get(policy);
  if (known !== undefined) return known;
  const { policyName, defaultVersionId } = policy;
  const compiled = compilePolicy(policyName, defaultVersionId, parsePolicyDocument(documentOf(policy)));
  compiledPolicies.set(policy, compiled);
  return compiled;
}

const effectiveBody = z.strictObject({
  principal: z.string().optional(),
  cognitoIdentityPoolId: z.string().optional(),
});

/** https://docs.aws.amazon.com/iot/latest/apireference/API_GetEffectivePolicies.html */
export function effectivePolicyRoutes(registry: Registry): readonly RestRoute[] {
  return [
    {
      method: 'POST',
      path: '/effective-policies',
      name: 'GetEffectivePolicies',
      handle: (input) => {
        const { principal, cognitoIdentityPoolId } = bodyOf(input, effectiveBody);
        refuseCognito(cognitoIdentityPoolId);
        const givenThing = input.query.get('thingName');
        if (principal === undefined && givenThing === null) {
          throw invalidRequest("At least one of 'principal' and 'thingName' must be given.");
        }
        const thingName = givenThing === null ? undefined : thingOf(registry, givenThing).thingName;
        const target = principal === undefined ? undefined : policyTargetOf(registry, principal, 'principal');
        return {
          effectivePolicies: policiesOf(registry, target, thingName).map((policy) => ({
            policyName: policy.policyName,
            policyArn: registry.arn('policy', policy.policyName),
            policyDocument: documentOf(policy),
          })),
        };
      },
    },
  ];
}

/** Of whatever a policy can be attached to, and of the thing that connects with it. */
export function policiesOf(
  registry: Registry,
  target: PolicyTarget | undefined,
  thingName: string | undefined,
): readonly Policy[] {
  if (target === undefined || target.kind === 'certificate') {
    return effectivePolicies(registry, target?.certificateId, thingName);
  }
  const ofGroup = [...groupPolicyNames(registry, target.groupName)].flatMap(
    (name) => registry.policies.get(name) ?? [],
  );
  return [...new Set([...ofGroup, ...effectivePolicies(registry, undefined, thingName)])];
}

export function refuseCognito(poolId: string | undefined): void {
  if (poolId !== undefined)
    throw invalidRequest('The lab has no Amazon Cognito: cognitoIdentityPoolId cannot be used.');
}
