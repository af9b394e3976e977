/** What one connected peer may do, from the policies attached to its certificate and its thing's groups right now. */
import { readCertificateAttributes, type CertificateAttributes } from './certificate-attributes.ts';
import { compiledOf, effectivePolicies } from './effective-policies.ts';
import type { Peer } from './peer.ts';
import type { CompiledPolicy } from './compile-policy.ts';
import { evaluatePolicies, type Decision, type IotAction } from './policy-evaluation.ts';
import type { PolicyContext } from './policy-variables.ts';
import type { Registry, Thing } from './registry.ts';

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
  const arnStart = `arn:aws:iot:${place.region}:${place.account}:`;
  if (peer.principal.kind === 'signed') {
    return { decide: (action, resource) => allowedToAccount(action, `${arnStart}${resource}`) };
  }
  const { certificateId } = peer.principal;
  const certificate = { certificateId, attributes: lazyAttributes(registry, certificateId) };
  const remembered = new Map<string, Decision>();
  let revision = -1;
  let policies: readonly CompiledPolicy[] = [];
  let thing: Thing | undefined;
  let isTimed = false;

  const refresh = (): void => {
    revision = registry.store.revision();
    const nowThing = connectedThing(registry, certificateId, clientId);
    const nowPolicies = effectivePolicies(registry, certificateId, nowThing?.thingName).map(compiledOf);
    // Most changes of the registry are about others.
    if (nowThing === thing && isSame(nowPolicies, policies)) return;
    remembered.clear();
    thing = nowThing;
    policies = nowPolicies;
    isTimed = policies.some(({ usesTime }) => usesTime);
  };
  const evaluate = (action: IotAction, resource: string): Decision => {
    const context: PolicyContext = {
      clientId,
      thing,
      isThingAttached: thing !== undefined,
      certificate,
      sourceIp: peer.address.replace(/^::ffff:(?=\d+\.)/, ''),
      domainName: peer.domainName,
      now: Date.now,
    };
    return evaluatePolicies(policies, action, `${arnStart}${resource}`, context);
  };

  return {
    decide: (action, resource) => {
      if (revision !== registry.store.revision()) refresh();
      if (isTimed) return evaluate(action, resource);
      const key = `${action} ${resource}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const decision = evaluate(action, resource);
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(key, decision);
      return decision;
    },
  };
}

/**
 * The thing a connection stands for: the one its certificate is attached to exclusively, or the attached one that is named like its client id.
 * https://docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html
 */
export function connectedThing(
  registry: Registry,
  certificateId: string,
  clientId: string | undefined,
): Thing | undefined {
  const exclusive = registry.exclusiveThings.get(certificateId);
  if (exclusive !== undefined) return registry.things.get(exclusive);
  if (clientId === undefined || !registry.thingPrincipals.has(clientId, certificateId)) return undefined;
  return registry.things.get(clientId);
}

/** Reads the registered certificate once, when it is asked for. */
export function lazyAttributes(registry: Registry, certificateId: string): () => CertificateAttributes {
  let attributes: CertificateAttributes | undefined;
  return () => {
    const pem = registry.certificates.get(certificateId)?.pem;
    attributes ??= pem === undefined ? NO_ATTRIBUTES : readCertificateAttributes(pem);
    return attributes;
  };
}

const NO_ATTRIBUTES: CertificateAttributes = { valuesOf: () => [] };

function isSame<Item>(some: readonly Item[], others: readonly Item[]): boolean {
  return some.length === others.length && some.every((item, index) => item === others[index]);
}

/** The account's own key pair: on AWS an administrator's IAM policy allows `iot:*`. */
function allowedToAccount(action: IotAction, resource: string): Decision {
  const reason = `${action} on ${resource} is allowed to the account's own keys`;
  return { isAllowed: true, action, resource, decidedBy: null, reason, fix: null };
}
