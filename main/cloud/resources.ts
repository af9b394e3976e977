/** The kinds of resources that Isobar makes and may have to remove. */

/** In the order in which AWS lets them go: what is tied to others first. */
export const RESOURCE_KINDS = [
  'rule',
  'stream',
  'table',
  'crawler',
  'database',
  'certificate',
  'thing',
  'policy',
  'thingGroup',
  'thingType',
  'bucket',
] as const;

export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** `name` is AWS's id for certificates, the name for all others. */
export type Resource = { readonly kind: ResourceKind; readonly name: string };
