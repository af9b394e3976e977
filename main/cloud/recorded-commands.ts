/** Which SDK commands make or delete a resource, and where they name it. A command that is not here makes nothing that stays. */
import type { Resource, ResourceKind } from './resources.ts';

type Path = readonly string[];

type Creation = {
  readonly kind: ResourceKind;
  /** Where the request names it; absent where AWS chooses the name. */
  readonly named?: Path;
  /** Where the answer names it, when that is not the name asked for. */
  readonly answered?: Path;
  /** AWS answers success when the very same one exists already. */
  readonly succeedsWhenThere: boolean;
};

const CERTIFICATE: Creation = { kind: 'certificate', answered: ['certificateId'], succeedsWhenThere: false };

const CREATIONS: ReadonlyMap<string, Creation> = new Map([
  ['CreateThingCommand', { kind: 'thing', named: ['thingName'], succeedsWhenThere: true }],
  ['CreateThingTypeCommand', { kind: 'thingType', named: ['thingTypeName'], succeedsWhenThere: true }],
  ['CreateThingGroupCommand', { kind: 'thingGroup', named: ['thingGroupName'], succeedsWhenThere: true }],
  ['CreatePolicyCommand', { kind: 'policy', named: ['policyName'], succeedsWhenThere: false }],
  ['CreateTopicRuleCommand', { kind: 'rule', named: ['ruleName'], succeedsWhenThere: false }],
  ['CreateCertificateFromCsrCommand', CERTIFICATE],
  ['CreateKeysAndCertificateCommand', CERTIFICATE],
  ['RegisterCertificateCommand', CERTIFICATE],
  ['RegisterCertificateWithoutCACommand', CERTIFICATE],
  ['CreateDeliveryStreamCommand', { kind: 'stream', named: ['DeliveryStreamName'], succeedsWhenThere: false }],
  ['CreateTableCommand', { kind: 'table', named: ['TableName'], succeedsWhenThere: false }],
  ['CreateDatabaseCommand', { kind: 'database', named: ['DatabaseInput', 'Name'], succeedsWhenThere: false }],
  ['CreateCrawlerCommand', { kind: 'crawler', named: ['Name'], succeedsWhenThere: false }],
  // In us-east-1 only, but asking costs one call.
  ['CreateBucketCommand', { kind: 'bucket', named: ['Bucket'], succeedsWhenThere: true }],
]);

const DELETIONS: ReadonlyMap<string, { readonly kind: ResourceKind; readonly named: Path }> = new Map([
  ['DeleteThingCommand', { kind: 'thing', named: ['thingName'] }],
  ['DeleteThingTypeCommand', { kind: 'thingType', named: ['thingTypeName'] }],
  ['DeleteThingGroupCommand', { kind: 'thingGroup', named: ['thingGroupName'] }],
  ['DeletePolicyCommand', { kind: 'policy', named: ['policyName'] }],
  ['DeleteTopicRuleCommand', { kind: 'rule', named: ['ruleName'] }],
  ['DeleteCertificateCommand', { kind: 'certificate', named: ['certificateId'] }],
  ['DeleteDeliveryStreamCommand', { kind: 'stream', named: ['DeliveryStreamName'] }],
  ['DeleteTableCommand', { kind: 'table', named: ['TableName'] }],
  ['DeleteDatabaseCommand', { kind: 'database', named: ['Name'] }],
  ['DeleteCrawlerCommand', { kind: 'crawler', named: ['Name'] }],
  ['DeleteBucketCommand', { kind: 'bucket', named: ['Bucket'] }],
] as const);

export function creationOf(command: string | undefined): Creation | null {
  return CREATIONS.get(command ?? '') ?? null;
}

export function deletionOf(command: string | undefined, input: object): Resource | null {
  const deletion = DELETIONS.get(command ?? '');
  const name = deletion === undefined ? null : textOf(input, deletion.named);
  return deletion === undefined || name === null ? null : { kind: deletion.kind, name };
}

/** The text at `path` inside `value`, or null. */
export function textOf(value: unknown, path: Path): string | null {
  const [first, ...rest] = path;
  if (first === undefined) return typeof value === 'string' ? value : null;
  if (typeof value !== 'object' || value === null) return null;
  return textOf(Object.entries(value).find(([key]) => key === first)?.[1], rest);
}
