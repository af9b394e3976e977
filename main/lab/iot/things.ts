/** The thing operations of the IoT registry, and the ties between things and certificates. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError, type RestInput, type RestRoute } from '../services.ts';
import { certificateIdOfArn } from './certificates.ts';
import { BY_TOKEN, bodyOf, booleanOf, invalidRequest, nameOf, nextPage, notFound, pageOf } from './input.ts';
import type { Registry, Thing } from './registry.ts';

const THING_NAME = /^[a-zA-Z0-9:_-]+$/;
const attributeName = z.string().regex(/^[a-zA-Z0-9_.,@/:#-]{1,128}$/, 'not an attribute name');
const attributeValue = z.string().regex(/^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/, 'not an attribute value');

const attributePayload = z.strictObject({
  attributes: z.record(attributeName, attributeValue).optional(),
  merge: z.boolean().optional(),
});
const createBody = z.strictObject({
  thingTypeName: z.string().optional(),
  billingGroupName: z.string().optional(),
  attributePayload: attributePayload.optional(),
});
const updateBody = z.strictObject({
  thingTypeName: z.string().optional(),
  attributePayload: attributePayload.optional(),
  expectedVersion: z.number().int().optional(),
  removeThingType: z.boolean().optional(),
});
/** Without a thing type a thing has at most this many attributes. */
const MOST_ATTRIBUTES = 3;

export function thingRoutes(registry: Registry): readonly RestRoute[] {
  const { store, things, thingPrincipals } = registry;
  return [
    {
      method: 'POST',
      path: '/things/{thingName}',
      name: 'CreateThing',
      handle: (input) => {
        const thingName = thingNameOf(input);
        const body = bodyOf(input, createBody);
        refuseGroups(body);
        const attributes = setAttributes({}, body.attributePayload?.attributes ?? {});
        const existing = things.get(thingName);
        if (existing !== undefined && !isDeepStrictEqual(existing.attributes, attributes)) {
          throw new AwsError(
            'ResourceAlreadyExistsException',
            `Thing ${thingName} already exists in account with different attributes`,
            409,
            { resourceId: thingName, resourceArn: registry.arn('thing', thingName) },
          );
        }
        const thing = existing ?? { thingName, thingId: randomUUID(), attributes, version: 1 };
        if (existing === undefined) store.commit(things.set(thingName, thing));
        return { thingName, thingArn: registry.arn('thing', thingName), thingId: thing.thingId };
      },
    },
    {
      method: 'GET',
      path: '/things/{thingName}',
      name: 'DescribeThing',
      handle: (input) => {
        const { thingName, thingId, attributes, version } = thingOf(registry, input);
        const thingArn = registry.arn('thing', thingName);
        return { defaultClientId: thingName, thingName, thingId, thingArn, attributes, version };
      },
    },
    {
      method: 'GET',
      path: '/things',
      name: 'ListThings',
      handle: (input) => {
        const { items, next } = pageOf(input, selectThings(things.values(), input), BY_TOKEN);
        return {
          things: items.map(({ thingName, attributes, version }) => ({
            thingName,
            thingArn: registry.arn('thing', thingName),
            attributes,
            version,
          })),
          ...nextPage('nextToken', next),
        };
      },
    },
    {
      method: 'PATCH',
      path: '/things/{thingName}',
      name: 'UpdateThing',
      handle: (input) => {
        const thing = thingOf(registry, input);
        const body = bodyOf(input, updateBody);
        refuseGroups(body);
        refuseVersion(thing, body.expectedVersion);
        const { attributes, merge = false } = body.attributePayload ?? { merge: true };
        const updated = setAttributes(merge ? thing.attributes : {}, attributes ?? {});
        store.commit(things.set(thing.thingName, { ...thing, attributes: updated, version: thing.version + 1 }));
        return {};
      },
    },
    {
      method: 'DELETE',
      path: '/things/{thingName}',
      name: 'DeleteThing',
      handle: (input) => {
        const thingName = thingNameOf(input);
        const thing = things.get(thingName);
        // AWS answers success for a thing that is not there.
        if (thing === undefined) return {};
        const expected = input.query.get('expectedVersion');
        refuseVersion(thing, expected === null ? undefined : Number(expected));
        if (thingPrincipals.rightsOf(thingName).length > 0) {
          throw invalidRequest(`Cannot delete. Thing ${thingName} is still attached to one or more principals`);
        }
        store.commit(things.remove(thingName));
        return {};
      },
    },
    {
      method: 'PUT',
      path: '/things/{thingName}/principals',
      name: 'AttachThingPrincipal',
      handle: (input) => {
        const { thingName } = thingOf(registry, input);
        const certificateId = principalOf(registry, input);
        if (!registry.certificates.has(certificateId)) throw notFound(`Certificate ${certificateId} not found`);
        const kind = input.query.get('thingPrincipalType');
        if (kind !== null && kind !== 'NON_EXCLUSIVE_THING') {
          throw invalidRequest(`thingPrincipalType ${kind} is not in the lab; NON_EXCLUSIVE_THING is.`);
        }
        if (!thingPrincipals.has(thingName, certificateId)) store.commit(thingPrincipals.add(thingName, certificateId));
        return {};
      },
    },
    {
      method: 'DELETE',
      path: '/things/{thingName}/principals',
      name: 'DetachThingPrincipal',
      handle: (input) => {
        const { thingName } = thingOf(registry, input);
        const certificateId = principalOf(registry, input);
        if (!registry.certificates.has(certificateId)) throw notFound(`Certificate ${certificateId} not found`);
        if (thingPrincipals.has(thingName, certificateId)) {
          store.commit(thingPrincipals.remove(thingName, certificateId));
        }
        return {};
      },
    },
    {
      method: 'GET',
      path: '/things/{thingName}/principals',
      name: 'ListThingPrincipals',
      handle: (input) => {
        const { thingName } = thingOf(registry, input);
        const arns = thingPrincipals.rightsOf(thingName).map((id) => registry.arn('cert', id));
        const { items, next } = pageOf(input, arns, BY_TOKEN);
        return { principals: items, ...nextPage('nextToken', next) };
      },
    },
    {
      method: 'GET',
      path: '/principals/things',
      name: 'ListPrincipalThings',
      handle: (input) => {
        const names = thingPrincipals.leftsOf(principalOf(registry, input));
        const { items, next } = pageOf(input, names, BY_TOKEN);
        return { things: items, ...nextPage('nextToken', next) };
      },
    },
  ];
}

function thingNameOf(input: RestInput): string {
  return nameOf(input.params['thingName'], 'thingName', THING_NAME, 128);
}

function thingOf({ things }: Registry, input: RestInput): Thing {
  const thingName = thingNameOf(input);
  const thing = things.get(thingName);
  if (thing === undefined) throw notFound(`Thing ${thingName} not found`);
  return thing;
}

function principalOf(registry: Registry, input: RestInput): string {
  return certificateIdOfArn(registry, input.headers['x-amzn-principal'], 'principal');
}

function selectThings(things: readonly Thing[], input: RestInput): readonly Thing[] {
  const name = input.query.get('attributeName');
  const value = input.query.get('attributeValue');
  const isPrefix = booleanOf(input, 'usePrefixAttributeValue');
  // There are no thing types in the lab, so nothing is of one.
  if (input.query.get('thingTypeName') !== null) return [];
  if (name === null && value !== null) throw invalidRequest("'attributeValue' needs 'attributeName'.");
  if (name === null) return things;
  return things.filter(({ attributes }) => {
    const actual = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (actual === undefined) return false;
    return value === null || (isPrefix ? actual.startsWith(value) : actual === value);
  });
}

/** An empty value removes the attribute. */
function setAttributes(
  before: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string>>,
): Record<string, string> {
  const attributes = Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== ''));
  if (Object.keys(attributes).length > MOST_ATTRIBUTES) {
    throw invalidRequest(`Attributes count exceeds the limit of ${MOST_ATTRIBUTES} for things without a thing type.`);
  }
  return attributes;
}

function refuseVersion(thing: Thing, expected: number | undefined): void {
  if (expected === undefined || expected === thing.version) return;
  throw new AwsError(
    'VersionConflictException',
    `The version for thing ${thing.thingName} does not match the expected version.`,
    409,
  );
}

function refuseGroups(body: { thingTypeName?: string | undefined; billingGroupName?: string | undefined }): void {
  if (body.thingTypeName !== undefined) throw notFound(`Thing type ${body.thingTypeName} not found`);
  if (body.billingGroupName !== undefined) throw notFound(`Billing group ${body.billingGroupName} not found`);
}
