/** The HTTP routes of the policy operations; attaching has an old family of calls besides the current one. */
import { z } from 'zod';
import type { RestInput, RestRoute } from '../services.ts';
import { documentOf, groupPolicyNames } from './effective-policies.ts';
import { BY_MARKER, booleanOf, checkedBody, creationKey, nextPage, orderOf, pageOf } from './input.ts';
import { attachPolicy, createPolicy, deletePolicy, detachPolicy, policyOf, targetArnsOf } from './policies.ts';
import { policyTargetOf } from './policy-targets.ts';
import type { Account, Policy, Registry } from './registry.ts';

const targetBody = z.strictObject({ target: z.string().min(1) });

export function policyRoutes(account: Account): readonly RestRoute[] {
  const { registry } = account;
  return [
    {
      method: 'POST',
      path: '/policies/{policyName}',
      name: 'CreatePolicy',
      handle: ({ params, body }) => createPolicy(account, params['policyName'], body),
    },
    {
      method: 'GET',
      path: '/policies/{policyName}',
      name: 'GetPolicy',
      handle: ({ params }) => {
        const policy = policyOf(registry, params['policyName']);
        return {
          ...summaryOf(registry, policy),
          policyDocument: documentOf(policy),
          defaultVersionId: policy.defaultVersionId,
          creationDate: policy.createdAt,
          lastModifiedDate: policy.modifiedAt,
          generationId: policy.generationId,
        };
      },
    },
    {
      method: 'GET',
      path: '/policies',
      name: 'ListPolicies',
      handle: (input) => {
        const keyOf = (policy: Policy): string => creationKey(policy, policy.policyName);
        const { items, next } = pageOf(input, registry.policies.values(), BY_MARKER, keyOf, orderOf(input));
        return { policies: items.map((policy) => summaryOf(registry, policy)), ...nextPage('nextMarker', next) };
      },
    },
    {
      method: 'DELETE',
      path: '/policies/{policyName}',
      name: 'DeletePolicy',
      handle: ({ params }) => deletePolicy(account, params['policyName']),
    },
    ...attachmentRoutes(account),
    ...principalRoutes(account),
  ];
}

function attachmentRoutes(account: Account): readonly RestRoute[] {
  const { registry } = account;
  return [
    {
      method: 'PUT',
      path: '/target-policies/{policyName}',
      name: 'AttachPolicy',
      handle: ({ params, body }) => attachPolicy(account, params['policyName'], targetIn(body)),
    },
    {
      method: 'POST',
      path: '/target-policies/{policyName}',
      name: 'DetachPolicy',
      handle: ({ params, body }) => detachPolicy(account, params['policyName'], targetIn(body)),
    },
    {
      method: 'POST',
      path: '/attached-policies/{target}',
      name: 'ListAttachedPolicies',
      handle: (input) => {
        const names = attachedNames(registry, input.params['target'], booleanOf(input, 'recursive'));
        const attached = names.flatMap((name) => registry.policies.get(name) ?? []);
        const { items, next } = pageOf(input, attached, BY_MARKER, ({ policyName }) => policyName);
        return { policies: items.map((policy) => summaryOf(registry, policy)), ...nextPage('nextMarker', next) };
      },
    },
    {
      method: 'POST',
      path: '/policy-targets/{policyName}',
      name: 'ListTargetsForPolicy',
      handle: (input) => {
        const { policyName } = policyOf(registry, input.params['policyName']);
        const { items, next } = pageOf(input, targetArnsOf(registry, policyName), BY_MARKER, (arn) => arn);
        return { targets: items, ...nextPage('nextMarker', next) };
      },
    },
  ];
}

/** The names a header has in the old calls. */
const PRINCIPAL = 'x-amzn-iot-principal';
const POLICY = 'x-amzn-iot-policy';

/** The calls AWS has replaced; many scripts still use them. */
function principalRoutes(account: Account): readonly RestRoute[] {
  const { registry } = account;
  return [
    {
      method: 'PUT',
      path: '/principal-policies/{policyName}',
      name: 'AttachPrincipalPolicy',
      handle: ({ params, headers }) => attachPolicy(account, params['policyName'], headers[PRINCIPAL], 'principal'),
    },
    {
      method: 'DELETE',
      path: '/principal-policies/{policyName}',
      name: 'DetachPrincipalPolicy',
      handle: ({ params, headers }) => detachPolicy(account, params['policyName'], headers[PRINCIPAL], 'principal'),
    },
    {
      method: 'GET',
      path: '/principal-policies',
      name: 'ListPrincipalPolicies',
      handle: (input) => {
        const target = policyTargetOf(registry, input.headers[PRINCIPAL], 'principal');
        const names =
          target.kind === 'group'
            ? registry.groupPolicies.leftsOf(target.groupName)
            : registry.policyTargets.leftsOf(target.certificateId);
        const attached = names.flatMap((name) => registry.policies.get(name) ?? []);
        const { items, next } = pageOf(input, attached, BY_MARKER, ({ policyName }) => policyName, orderIn(input));
        return { policies: items.map((policy) => summaryOf(registry, policy)), ...nextPage('nextMarker', next) };
      },
    },
    {
      method: 'GET',
      path: '/policy-principals',
      name: 'ListPolicyPrincipals',
      handle: (input) => {
        const { policyName } = policyOf(registry, input.headers[POLICY]);
        const arns = targetArnsOf(registry, policyName);
        const { items, next } = pageOf(input, arns, BY_MARKER, (arn) => arn, orderIn(input));
        return { principals: items, ...nextPage('nextMarker', next) };
      },
    },
  ];
}

function summaryOf(
  registry: Registry,
  { policyName }: Policy,
): { readonly policyName: string; readonly policyArn: string } {
  return { policyName, policyArn: registry.arn('policy', policyName) };
}

/** With `isRecursive` also what a group has from its parents, and a certificate from the groups of its things. */
function attachedNames(registry: Registry, arn: string | undefined, isRecursive: boolean): readonly string[] {
  const target = policyTargetOf(registry, arn, 'target');
  if (target.kind === 'group') {
    return isRecursive
      ? [...groupPolicyNames(registry, target.groupName)]
      : registry.groupPolicies.leftsOf(target.groupName);
  }
  const own = registry.policyTargets.leftsOf(target.certificateId);
  if (!isRecursive) return own;
  const groups = registry.thingPrincipals
    .leftsOf(target.certificateId)
    .flatMap((thingName) => registry.groupMembers.leftsOf(thingName));
  return [...new Set([...own, ...groups.flatMap((name) => [...groupPolicyNames(registry, name)])])];
}

function targetIn(body: unknown): string {
  return checkedBody(body, targetBody).target;
}

/** These lists are in ascending order unless told otherwise. */
function orderIn(input: RestInput): 'ascending' | 'descending' {
  return input.query.get('isAscendingOrder') === 'false' ? 'descending' : 'ascending';
}
