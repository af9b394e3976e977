/** Tags of what AWS IoT lets be tagged: thing types, thing groups, policies, rules and CA certificates; things and certificates have none. */
import { z } from 'zod';
import { AwsError, type RestRoute } from '../services.ts';
import type { PendingChange } from './append-log-store.ts';
import { bodyOf, invalidRequest, notFound } from './input.ts';
import type { Registry, Tags } from './registry.ts';

const MOST_TAGS = 50;
const tagKey = z
  .string()
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u, 'not a tag key')
  .refine((key) => !key.toLowerCase().startsWith('aws:'), 'tag keys that begin with "aws:" are reserved');
const tag = z.strictObject({
  Key: tagKey,
  Value: z
    .string()
    .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u, 'not a tag value')
    .default(''),
});

/** Tags as a request brings them. */
export const tagsSchema = z
  .array(tag)
  .max(MOST_TAGS)
  .refine((tags) => new Set(tags.map(({ Key }) => Key)).size === tags.length, 'a tag key is given twice');

const tagBody = z.strictObject({ resourceArn: z.string(), tags: tagsSchema });
const untagBody = z.strictObject({ resourceArn: z.string(), tagKeys: z.array(z.string()).max(MOST_TAGS) });

/** The tags that a resource is made with. */
export function initialTags(registry: Registry, arn: string, tags: Tags = []): readonly PendingChange[] {
  return tags.length === 0 ? [] : [registry.tags.set(arn, tags)];
}

/** A resource that is deleted takes its tags along: a later one of the same name begins without. */
export function forgottenTags(registry: Registry, arn: string): readonly PendingChange[] {
  return registry.tags.has(arn) ? [registry.tags.remove(arn)] : [];
}

/** `hasRule`: topic rules are kept elsewhere. */
export function tagRoutes(registry: Registry, hasRule: (ruleName: string) => boolean): readonly RestRoute[] {
  const { store, tags } = registry;
  const isThere: Readonly<Record<string, (name: string) => boolean>> = {
    thingtype: registry.thingTypes.has,
    thinggroup: registry.thingGroups.has,
    policy: registry.policies.has,
    cacert: registry.caCertificates.has,
    rule: hasRule,
  };

  const checkResource = (arn: string): void => {
    const [, kind = '', name = ''] = /^([a-z]+)\/(.+)$/.exec(resourcePartOf(registry, arn)) ?? [];
    const has = Object.hasOwn(isThere, kind) ? isThere[kind] : undefined;
    if (has === undefined) {
      throw invalidRequest(
        `Invalid resource ARN "${arn}": thing types, thing groups, policies, rules and CA certificates of this account can be tagged.`,
      );
    }
    if (!has(name)) throw notFound(`The resource ${arn} does not exist`);
  };

  return [
    {
      method: 'POST',
      path: '/tags',
      name: 'TagResource',
      handle: (input) => {
        const { resourceArn, tags: given } = bodyOf(input, tagBody);
        checkResource(resourceArn);
        const values = new Map((tags.get(resourceArn) ?? []).map(({ Key, Value }) => [Key, Value]));
        for (const { Key, Value } of given) values.set(Key, Value);
        if (values.size > MOST_TAGS) {
          throw new AwsError('LimitExceededException', `A resource has at most ${MOST_TAGS} tags.`, 410);
        }
        const all = [...values].map(([Key, Value]) => ({ Key, Value }));
        store.commit(...initialTags(registry, resourceArn, all));
        return {};
      },
    },
    {
      method: 'POST',
      path: '/untag',
      name: 'UntagResource',
      handle: (input) => {
        const { resourceArn, tagKeys } = bodyOf(input, untagBody);
        checkResource(resourceArn);
        const kept = (tags.get(resourceArn) ?? []).filter(({ Key }) => !tagKeys.includes(Key));
        store.commit(...(kept.length === 0 ? forgottenTags(registry, resourceArn) : [tags.set(resourceArn, kept)]));
        return {};
      },
    },
    {
      method: 'GET',
      path: '/tags',
      name: 'ListTagsForResource',
      handle: ({ query }) => {
        const arn = query.get('resourceArn') ?? '';
        checkResource(arn);
        // At most fifty, and the call knows no page size: all come at once.
        if ((query.get('nextToken') ?? '') !== '') {
          throw invalidRequest("'nextToken' is not a token of an earlier answer.");
        }
        return { tags: tags.get(arn) ?? [] };
      },
    },
  ];
}

/** What follows the account in an ARN of this account; empty for any other text. */
function resourcePartOf(registry: Registry, arn: string): string {
  const start = registry.arn('policy', '').slice(0, -'policy/'.length);
  return arn.startsWith(start) ? arn.slice(start.length) : '';
}
