/** What the operations on policies and their attachments do. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../services.ts';
import { checkedBody, nameOf, notFound } from './input.ts';
import { parsePolicyDocument } from './policy-document.ts';
import { arnOfTarget, policyTargetOf } from './policy-targets.ts';
import { epochSeconds, type Account, type Policy, type Registry } from './registry.ts';
import { forgottenTags, initialTags, tagsSchema } from './tags.ts';

const policyBody = z.strictObject({ policyDocument: z.string().min(1), tags: tagsSchema.optional() });
/** https://docs.aws.amazon.com/general/latest/gr/iot-core.html, "policies that can be attached to a certificate". */
const MOST_ATTACHED = 10;

type PolicyAnswer = {
  readonly policyName: string;
  readonly policyArn: string;
  readonly policyDocument: string;
  readonly policyVersionId: string;
};

/** CreatePolicy. Throws AwsError. */
export function createPolicy({ registry }: Account, name: string | undefined, body: unknown): PolicyAnswer {
  const policyName = policyNameOf(name);
  const { policyDocument, tags } = checkedBody(body, policyBody);
  const policyArn = registry.arn('policy', policyName);
  parsePolicyDocument(policyDocument);
  if (registry.policies.has(policyName)) {
    throw new AwsError(
      'ResourceAlreadyExistsException',
      `Policy cannot be created - name already exists (name=${policyName})`,
      409,
      { resourceId: policyName, resourceArn: policyArn },
    );
  }
  const now = epochSeconds();
  const policy: Policy = {
    policyName,
    defaultVersionId: '1',
    nextVersion: 2,
    versions: [{ versionId: '1', document: policyDocument, createdAt: now }],
    createdAt: now,
    modifiedAt: now,
    generationId: randomUUID(),
  };
  registry.store.commit(registry.policies.set(policyName, policy), ...initialTags(registry, policyArn, tags));
  return { policyName, policyArn, policyDocument, policyVersionId: '1' };
}

/** DeletePolicy: only one with a single version that is attached to nothing. Throws AwsError. */
export function deletePolicy({ registry }: Account, name: string | undefined): object {
  const { policyName, versions } = policyOf(registry, name);
  if (targetArnsOf(registry, policyName).length > 0) {
    throw deleteConflict(
      `The policy cannot be deleted as the policy is attached to one or more principals (name=${policyName})`,
    );
  }
  if (versions.length > 1) {
    throw deleteConflict(
      `Cannot delete the policy because it has one or more policy versions attached to it (name=${policyName})`,
    );
  }
  registry.store.commit(
    registry.policies.remove(policyName),
    ...forgottenTags(registry, registry.arn('policy', policyName)),
  );
  return {};
}

/** AttachPolicy and AttachPrincipalPolicy; repeating it is no error. `what` names the parameter. Throws AwsError. */
export function attachPolicy(
  { registry }: Account,
  name: string | undefined,
  target: string | undefined,
  what: 'target' | 'principal' = 'target',
): object {
  const { policyName } = policyOf(registry, name);
  const found = policyTargetOf(registry, target, what);
  const ties = found.kind === 'group' ? registry.groupPolicies : registry.policyTargets;
  const right = found.kind === 'group' ? found.groupName : found.certificateId;
  if (ties.has(policyName, right)) return {};
  if (ties.leftsOf(right).length >= MOST_ATTACHED) {
    throw new AwsError(
      'LimitExceededException',
      `The maximum number of policies is attached already, ${MOST_ATTACHED} (target=${arnOfTarget(registry, found)})`,
      410,
    );
  }
  registry.store.commit(ties.add(policyName, right));
  return {};
}

/** DetachPolicy and DetachPrincipalPolicy; detaching what is not attached is no error. Throws AwsError. */
export function detachPolicy(
  { registry }: Account,
  name: string | undefined,
  target: string | undefined,
  what: 'target' | 'principal' = 'target',
): object {
  const { policyName } = policyOf(registry, name);
  const found = policyTargetOf(registry, target, what);
  const ties = found.kind === 'group' ? registry.groupPolicies : registry.policyTargets;
  const right = found.kind === 'group' ? found.groupName : found.certificateId;
  if (ties.has(policyName, right)) registry.store.commit(ties.remove(policyName, right));
  return {};
}

/** Certificates first, then groups. */
export function targetArnsOf({ policyTargets, groupPolicies, arn }: Registry, policyName: string): readonly string[] {
  return [
    ...policyTargets.rightsOf(policyName).map((id) => arn('cert', id)),
    ...groupPolicies.rightsOf(policyName).map((name) => arn('thinggroup', name)),
  ];
}

/** Throws AwsError InvalidRequestException, ResourceNotFoundException. */
export function policyOf({ policies }: Registry, name: string | undefined): Policy {
  const policyName = policyNameOf(name);
  const policy = policies.get(policyName);
  if (policy === undefined) throw notFound(`Policy not found (name=${policyName})`);
  return policy;
}

function policyNameOf(name: string | undefined): string {
  return nameOf(name, 'policyName', /^[\w+=,.@-]+$/, 128);
}

/** HTTP 409: something still hangs on what should be deleted. */
export function deleteConflict(message: string): AwsError {
  return new AwsError('DeleteConflictException', message, 409);
}
