/** What a policy can be attached to: a certificate or a thing group, by its ARN. */
import { invalidRequest, notFound } from './input.ts';
import type { Registry } from './registry.ts';

export type PolicyTarget =
  | { readonly kind: 'certificate'; readonly certificateId: string }
  | { readonly kind: 'group'; readonly groupName: string };

/** Throws AwsError InvalidRequestException for another ARN, ResourceNotFoundException where there is no such certificate or group. */
export function policyTargetOf(registry: Registry, arn: string | undefined, what: string): PolicyTarget {
  if (arn === undefined || arn === '') throw invalidRequest(`Missing value for '${what}'.`);
  const certificates = registry.arn('cert', '');
  const groups = registry.arn('thinggroup', '');
  if (arn.startsWith(certificates)) {
    const certificateId = arn.slice(certificates.length);
    if (!registry.certificates.has(certificateId)) throw notFound(`Certificate ${certificateId} not found`);
    return { kind: 'certificate', certificateId };
  }
  if (arn.startsWith(groups)) {
    const groupName = arn.slice(groups.length);
    if (!registry.thingGroups.has(groupName)) throw notFound(`Thing group ${groupName} not found`);
    return { kind: 'group', groupName };
  }
  throw invalidRequest(
    `'${what}' must be the ARN of a certificate or thing group of this account and region, "${certificates}…" or "${groups}…".`,
  );
}

export function arnOfTarget(registry: Registry, target: PolicyTarget): string {
  return target.kind === 'group'
    ? registry.arn('thinggroup', target.groupName)
    : registry.arn('cert', target.certificateId);
}
