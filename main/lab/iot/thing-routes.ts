/** The HTTP routes of the thing operations. */
import type { RestInput, RestRoute } from '../services.ts';
import { BY_TOKEN, booleanOf, integerOf, invalidRequest, nextPage, pageOf } from './input.ts';
import type { Account, Registry, Thing } from './registry.ts';
import { createThing, deleteThing, thingOf, updateThing } from './things.ts';

export function thingRoutes(account: Account): readonly RestRoute[] {
  const { registry } = account;
  return [
    {
      method: 'POST',
      path: '/things/{thingName}',
      name: 'CreateThing',
      handle: ({ params, body }) => createThing(account, params['thingName'], body),
    },
    {
      method: 'GET',
      path: '/things/{thingName}',
      name: 'DescribeThing',
      handle: ({ params }) => {
        const thing = thingOf(registry, params['thingName']);
        return { defaultClientId: thing.thingName, thingId: thing.thingId, ...summaryOf(registry, thing) };
      },
    },
    {
      method: 'GET',
      path: '/things',
      name: 'ListThings',
      handle: (input) => {
        const wanted = selectThings(registry.things.values(), input);
        const { items, next } = pageOf(input, wanted, BY_TOKEN, ({ thingName }) => thingName);
        return { things: items.map((thing) => summaryOf(registry, thing)), ...nextPage('nextToken', next) };
      },
    },
    {
      method: 'PATCH',
      path: '/things/{thingName}',
      name: 'UpdateThing',
      handle: ({ params, body }) => updateThing(account, params['thingName'], body),
    },
    {
      method: 'DELETE',
      path: '/things/{thingName}',
      name: 'DeleteThing',
      handle: (input) => deleteThing(account, input.params['thingName'], integerOf(input, 'expectedVersion')),
    },
  ];
}

function summaryOf(registry: Registry, { thingName, thingTypeName, attributes, version }: Thing): object {
  return {
    thingName,
    thingArn: registry.arn('thing', thingName),
    ...(thingTypeName === null ? {} : { thingTypeName }),
    attributes,
    version,
  };
}

function selectThings(things: readonly Thing[], input: RestInput): readonly Thing[] {
  const name = input.query.get('attributeName');
  const value = input.query.get('attributeValue');
  const typeName = input.query.get('thingTypeName');
  const isPrefix = booleanOf(input, 'usePrefixAttributeValue');
  if (name === null && value !== null) throw invalidRequest("'attributeValue' needs 'attributeName'.");
  if (name === null && typeName === null) return things;
  return things.filter(({ attributes, thingTypeName }) => {
    if (typeName !== null && thingTypeName !== typeName) return false;
    if (name === null) return true;
    const actual = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (actual === undefined) return false;
    return value === null || (isPrefix ? actual.startsWith(value) : actual === value);
  });
}
