/** Thing types: what things of one kind have in common. A type in use is deprecated first and deleted when nothing is of it any more. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError, type RestInput, type RestRoute } from '../services.ts';
import { attributeNameSchema } from './attributes.ts';
import { BY_TOKEN, bodyOf, invalidRequest, nameOf, nextPage, notFound, pageOf } from './input.ts';
import { epochSeconds, type Registry, type ThingType } from './registry.ts';
import { forgottenTags, initialTags, tagsSchema } from './tags.ts';
import { LONGEST_NAME, REGISTRY_NAME } from './things.ts';

/** AWS's pattern `[\p{Graph}\x20]*`: printable ASCII. */
export const descriptionSchema = z.string().regex(/^[\x20-\x7e]{0,2028}$/, 'not a description of printable ASCII');

const properties = z.strictObject({
  thingTypeDescription: descriptionSchema.optional(),
  searchableAttributes: z
    .array(attributeNameSchema)
    .max(3, 'a thing type has at most 3 searchable attributes')
    .refine((names) => new Set(names).size === names.length, 'a searchable attribute is given twice')
    .optional(),
  mqtt5Configuration: z.unknown().optional(),
});
const createBody = z.strictObject({ thingTypeProperties: properties.optional(), tags: tagsSchema.optional() });
const updateBody = z.strictObject({ thingTypeProperties: properties.optional() });
const deprecateBody = z.strictObject({ undoDeprecate: z.boolean().optional() });

export function thingTypeRoutes(registry: Registry): readonly RestRoute[] {
  const { store, thingTypes } = registry;
  const arnOf = (thingTypeName: string): string => registry.arn('thingtype', thingTypeName);

  return [
    {
      method: 'POST',
      path: '/thing-types/{thingTypeName}',
      name: 'CreateThingType',
      handle: (input) => {
        const thingTypeName = typeNameOf(input);
        const body = bodyOf(input, createBody);
        const wanted = propertiesOf(body.thingTypeProperties);
        const existing = thingTypes.get(thingTypeName);
        if (existing !== undefined && !isDeepStrictEqual(pick(existing), wanted)) {
          throw new AwsError(
            'ResourceAlreadyExistsException',
            `Thing type ${thingTypeName} already exists in account with different properties`,
            409,
            { resourceId: thingTypeName, resourceArn: arnOf(thingTypeName) },
          );
        }
        const type: ThingType = existing ?? {
          thingTypeName,
          thingTypeId: randomUUID(),
          ...wanted,
          createdAt: epochSeconds(),
          deprecatedAt: null,
        };
        if (existing === undefined) {
          store.commit(thingTypes.set(thingTypeName, type), ...initialTags(registry, arnOf(thingTypeName), body.tags));
        }
        return { thingTypeName, thingTypeArn: arnOf(thingTypeName), thingTypeId: type.thingTypeId };
      },
    },
    {
      method: 'GET',
      path: '/thing-types/{thingTypeName}',
      name: 'DescribeThingType',
      handle: (input) => {
        const type = typeOf(registry, input);
        return { ...summaryOf(registry, type), thingTypeId: type.thingTypeId };
      },
    },
    {
      method: 'PATCH',
      path: '/thing-types/{thingTypeName}',
      name: 'UpdateThingType',
      handle: (input) => {
        const type = typeOf(registry, input);
        const given = bodyOf(input, updateBody).thingTypeProperties;
        const wanted = given === undefined ? {} : propertiesOf(given);
        // On AWS nothing but `mqtt5Configuration` can be updated.
        // https://docs.aws.amazon.com/iot/latest/developerguide/message-enrichment.html
        if (!isDeepStrictEqual({ ...pick(type), ...wanted }, pick(type))) {
          throw invalidRequest('Description and searchable attributes of a thing type cannot be changed.');
        }
        return {};
      },
    },
    {
      method: 'GET',
      path: '/thing-types',
      name: 'ListThingTypes',
      handle: (input) => {
        const name = input.query.get('thingTypeName');
        const wanted = thingTypes.values().filter(({ thingTypeName }) => name === null || thingTypeName === name);
        const { items, next } = pageOf(input, wanted, BY_TOKEN, ({ thingTypeName }) => thingTypeName);
        return { thingTypes: items.map((type) => summaryOf(registry, type)), ...nextPage('nextToken', next) };
      },
    },
    {
      method: 'POST',
      path: '/thing-types/{thingTypeName}/deprecate',
      name: 'DeprecateThingType',
      handle: (input) => {
        const type = typeOf(registry, input);
        const { undoDeprecate: isUndone = false } = bodyOf(input, deprecateBody);
        const deprecatedAt = isUndone ? null : (type.deprecatedAt ?? epochSeconds());
        store.commit(thingTypes.set(type.thingTypeName, { ...type, deprecatedAt }));
        return {};
      },
    },
    {
      method: 'DELETE',
      path: '/thing-types/{thingTypeName}',
      name: 'DeleteThingType',
      handle: (input) => {
        const { thingTypeName, deprecatedAt } = typeOf(registry, input);
        // AWS also makes one wait five minutes after the deprecation, for its own caches; the lab has none.
        if (deprecatedAt === null) {
          throw invalidRequest(`Cannot delete thing type ${thingTypeName}: deprecate it first`);
        }
        if (registry.things.values().some((thing) => thing.thingTypeName === thingTypeName)) {
          throw invalidRequest(`Cannot delete thing type ${thingTypeName}: things are still associated with it`);
        }
        store.commit(thingTypes.remove(thingTypeName), ...forgottenTags(registry, arnOf(thingTypeName)));
        return {};
      },
    },
  ];
}

type Properties = Pick<ThingType, 'description' | 'searchableAttributes'>;

function propertiesOf(given: z.infer<typeof properties> = {}): Properties {
  if (given.mqtt5Configuration !== undefined) {
    throw invalidRequest("'mqtt5Configuration' has no effect in the lab: its broker serves MQTT 3.1.1.");
  }
  return {
    description: given.thingTypeDescription ?? null,
    searchableAttributes: [...(given.searchableAttributes ?? [])].sort(),
  };
}

function pick({ description, searchableAttributes }: ThingType): Properties {
  return { description, searchableAttributes };
}

function typeNameOf(input: RestInput): string {
  return nameOf(input.params['thingTypeName'], 'thingTypeName', REGISTRY_NAME, LONGEST_NAME);
}

function typeOf({ thingTypes }: Registry, input: RestInput): ThingType {
  const thingTypeName = typeNameOf(input);
  const type = thingTypes.get(thingTypeName);
  if (type === undefined) throw notFound(`Thing type ${thingTypeName} not found`);
  return type;
}

function summaryOf(registry: Registry, type: ThingType): object {
  const { thingTypeName, description, searchableAttributes, createdAt, deprecatedAt } = type;
  return {
    thingTypeName,
    thingTypeArn: registry.arn('thingtype', thingTypeName),
    thingTypeProperties: {
      ...(description === null ? {} : { thingTypeDescription: description }),
      searchableAttributes,
    },
    thingTypeMetadata: {
      deprecated: deprecatedAt !== null,
      ...(deprecatedAt === null ? {} : { deprecationDate: deprecatedAt }),
      creationDate: createdAt,
    },
  };
}
