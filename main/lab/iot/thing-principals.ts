/** Ties between things and certificates. A certificate may be of several things, unless it is attached to one exclusively. */
import type { RestInput, RestRoute } from '../services.ts';
import { certificateIdOfArn } from './certificates.ts';
import { BY_TOKEN, invalidRequest, nextPage, notFound, pageOf } from './input.ts';
import type { Account, Registry } from './registry.ts';
import { thingOf } from './things.ts';

const KINDS = ['EXCLUSIVE_THING', 'NON_EXCLUSIVE_THING'] as const;
type Kind = (typeof KINDS)[number];

/**
 * AttachThingPrincipal; repeating it is no error.
 * https://docs.aws.amazon.com/iot/latest/developerguide/exclusive-thing.html. Throws AwsError.
 */
export function attachThingPrincipal(
  { registry }: Account,
  name: string | undefined,
  principal: string | undefined,
  kind: Kind = 'NON_EXCLUSIVE_THING',
): object {
  const { thingName } = thingOf(registry, name);
  const certificateId = principalOf(registry, principal);
  const others = registry.thingPrincipals.leftsOf(certificateId).filter((other) => other !== thingName);
  const owner = registry.exclusiveThings.get(certificateId);
  if (owner !== undefined && owner !== thingName) {
    throw invalidRequest(`The principal is attached exclusively to the thing ${owner}. Detach it there first.`);
  }
  if (kind === 'EXCLUSIVE_THING' && others.length > 0) {
    throw invalidRequest(
      'The principal is attached to other things, so it cannot be attached exclusively. Detach it from them first.',
    );
  }
  const isAttached = registry.thingPrincipals.has(thingName, certificateId);
  if (isAttached && (owner === thingName) !== (kind === 'EXCLUSIVE_THING')) {
    throw invalidRequest(
      `The principal is attached to the thing ${thingName} with another thingPrincipalType. Detach it first.`,
    );
  }
  if (isAttached) return {};
  registry.store.commit(
    registry.thingPrincipals.add(thingName, certificateId),
    ...(kind === 'EXCLUSIVE_THING' ? [registry.exclusiveThings.set(certificateId, thingName)] : []),
  );
  return {};
}

/** DetachThingPrincipal; detaching what is not attached is no error. Throws AwsError. */
function detachThingPrincipal(
  { registry, onDetached }: Account,
  name: string | undefined,
  principal: string | undefined,
): object {
  const { thingName } = thingOf(registry, name);
  const certificateId = principalOf(registry, principal);
  if (!registry.thingPrincipals.has(thingName, certificateId)) return {};
  const isExclusive = registry.exclusiveThings.get(certificateId) === thingName;
  registry.store.commit(
    registry.thingPrincipals.remove(thingName, certificateId),
    ...(isExclusive ? [registry.exclusiveThings.remove(certificateId)] : []),
  );
  onDetached(certificateId, thingName);
  return {};
}

export function thingPrincipalRoutes(account: Account): readonly RestRoute[] {
  const { registry } = account;
  const { thingPrincipals } = registry;
  const kindOf = (thingName: string, certificateId: string): Kind =>
    registry.exclusiveThings.get(certificateId) === thingName ? 'EXCLUSIVE_THING' : 'NON_EXCLUSIVE_THING';

  return [
    {
      method: 'PUT',
      path: '/things/{thingName}/principals',
      name: 'AttachThingPrincipal',
      handle: (input) =>
        attachThingPrincipal(account, input.params['thingName'], input.headers[PRINCIPAL], wantedKind(input)),
    },
    {
      method: 'DELETE',
      path: '/things/{thingName}/principals',
      name: 'DetachThingPrincipal',
      handle: ({ params, headers }) => detachThingPrincipal(account, params['thingName'], headers[PRINCIPAL]),
    },
    {
      method: 'GET',
      path: '/things/{thingName}/principals',
      name: 'ListThingPrincipals',
      handle: (input) => {
        const { thingName } = thingOf(registry, input.params['thingName']);
        const { items, next } = pageOf(input, thingPrincipals.rightsOf(thingName), BY_TOKEN, (id) => id);
        return { principals: items.map((id) => registry.arn('cert', id)), ...nextPage('nextToken', next) };
      },
    },
    {
      method: 'GET',
      path: '/things/{thingName}/principals-v2',
      name: 'ListThingPrincipalsV2',
      handle: (input) => {
        const { thingName } = thingOf(registry, input.params['thingName']);
        const ids = ofKind(thingPrincipals.rightsOf(thingName), wantedKind(input), (id) => kindOf(thingName, id));
        const { items, next } = pageOf(input, ids, BY_TOKEN, (id) => id);
        return {
          thingPrincipalObjects: items.map((id) => ({
            principal: registry.arn('cert', id),
            thingPrincipalType: kindOf(thingName, id),
          })),
          ...nextPage('nextToken', next),
        };
      },
    },
    {
      method: 'GET',
      path: '/principals/things',
      name: 'ListPrincipalThings',
      handle: (input) => {
        const names = thingPrincipals.leftsOf(principalOf(registry, input.headers[PRINCIPAL]));
        const { items, next } = pageOf(input, names, BY_TOKEN, (name) => name);
        return { things: items, ...nextPage('nextToken', next) };
      },
    },
    {
      method: 'GET',
      path: '/principals/things-v2',
      name: 'ListPrincipalThingsV2',
      handle: (input) => {
        const id = principalOf(registry, input.headers[PRINCIPAL]);
        const names = ofKind(thingPrincipals.leftsOf(id), wantedKind(input), (name) => kindOf(name, id));
        const { items, next } = pageOf(input, names, BY_TOKEN, (name) => name);
        return {
          principalThingObjects: items.map((thingName) => ({ thingName, thingPrincipalType: kindOf(thingName, id) })),
          ...nextPage('nextToken', next),
        };
      },
    },
  ];
}

const PRINCIPAL = 'x-amzn-principal';

/** The id of a registered certificate. Throws AwsError. */
function principalOf(registry: Registry, arn: string | undefined): string {
  const certificateId = certificateIdOfArn(registry, arn, 'principal');
  if (!registry.certificates.has(certificateId)) throw notFound(`Certificate ${certificateId} not found`);
  return certificateId;
}

function wantedKind({ query }: RestInput): Kind | undefined {
  const text = query.get('thingPrincipalType');
  if (text === null) return undefined;
  const kind = KINDS.find((candidate) => candidate === text);
  if (kind === undefined) throw invalidRequest(`'thingPrincipalType' must be ${KINDS.join(' or ')}.`);
  return kind;
}

function ofKind(names: readonly string[], wanted: Kind | undefined, kindOf: (name: string) => Kind): readonly string[] {
  return wanted === undefined ? names : names.filter((name) => kindOf(name) === wanted);
}
