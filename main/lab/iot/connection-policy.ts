/** What one connected certificate may do, from the policies attached to it right now. */
import { parsePolicyDocument } from './policy-document.ts';
import {
  evaluatePolicies,
  type Decision,
  type IotAction,
  type NamedPolicy,
  type PolicyContext,
} from './policy-evaluation.ts';
import { documentOf } from './policies.ts';
import type { Peer } from './peer.ts';
import type { Registry } from './registry.ts';

export type ConnectionPolicy = {
  /** `resource` is the part of the ARN behind the account, e.g. `topic/sensor/weather`. */
  readonly decide: (action: IotAction, resource: string) => Decision;
};

/** Decisions remembered per connection: a station asks the same few questions over and over. */
const MOST_REMEMBERED = 1000;

export function openConnectionPolicy(
  registry: Registry,
  place: { readonly region: string; readonly account: string },
  connection: { readonly peer: Peer; readonly clientId: string },
): ConnectionPolicy {
  const { peer, clientId } = connection;
  if (peer.principal.kind === 'signed') return { decide: allowAll };
  const { certificateId } = peer.principal;
  const remembered = new Map<string, Decision>();
  let revision = -1;
  let policies: readonly NamedPolicy[] = [];
  let context: PolicyContext = { clientId, thingName: undefined, isThingAttached: false };

  const refresh = (): void => {
    revision = registry.store.revision();
    remembered.clear();
    policies = registry.policyTargets.leftsOf(certificateId).flatMap((name) => {
      const policy = registry.policies.get(name);
      return policy === undefined ? [] : [{ name, document: parsePolicyDocument(documentOf(policy)) }];
    });
    const isThingAttached = registry.thingPrincipals.has(clientId, certificateId);
    context = { clientId, thingName: isThingAttached ? clientId : undefined, isThingAttached };
  };

  return {
    decide: (action, resource) => {
      if (revision !== registry.store.revision()) refresh();
      const key = `${action} ${resource}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const arn = `arn:aws:iot:${place.region}:${place.account}:${resource}`;
      const decision = evaluatePolicies(policies, action, arn, context);
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(key, decision);
      return decision;
    },
  };
}

/** The account's own key pair: on AWS an administrator's IAM policy allows `iot:*`. */
function allowAll(action: IotAction, resource: string): Decision {
  return { isAllowed: true, action, resource, reason: `${action} on ${resource} is allowed to the account's own keys` };
}
