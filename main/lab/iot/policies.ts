/** The policy operations of the IoT registry, and the ties between policies and certificates. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type RestInput, type RestRoute } from '../services.ts';
import { certificateIdOfArn } from './certificates.ts';
import { BY_MARKER, bodyOf, booleanOf, creationKey, nameOf, nextPage, notFound, orderOf, pageOf } from './input.ts';
import { parsePolicyDocument } from './policy-document.ts';
import { epochSeconds, type Policy, type Registry } from './registry.ts';

const documentBody = z.strictObject({ policyDocument: z.string().min(1) });
const targetBody = z.strictObject({ target: z.string().min(1) });

export function policyRoutes(registry: Registry): readonly RestRoute[] {
  const { store, policies, policyTargets } = registry;
  const summary = ({ policyName }: Policy) => ({ policyName, policyArn: registry.arn('policy', policyName) });

  return [
    {
      method: 'POST',
      path: '/policies/{policyName}',
      name: 'CreatePolicy',
      handle: (input) => {
        const policyName = policyNameOf(input);
        const { policyDocument: document } = bodyOf(input, documentBody);
        parsePolicyDocument(document);
        if (policies.has(policyName)) {
          throw new AwsError(
            'ResourceAlreadyExistsException',
            `Policy cannot be created - name already exists (name=${policyName})`,
            409,
            { resourceId: policyName, resourceArn: registry.arn('policy', policyName) },
          );
        }
        const now = epochSeconds();
        const policy: Policy = {
          policyName,
          defaultVersionId: '1',
          nextVersion: 2,
          versions: [{ versionId: '1', document, createdAt: now }],
          createdAt: now,
          modifiedAt: now,
          generationId: randomUUID(),
        };
        store.commit(policies.set(policyName, policy));
        return { ...summary(policy), policyDocument: document, policyVersionId: '1' };
      },
    },
    {
      method: 'GET',
      path: '/policies/{policyName}',
      name: 'GetPolicy',
      handle: (input) => {
        const policy = policyOf(registry, input);
        return {
          ...summary(policy),
          policyDocument: documentOf(policy),
          defaultVersionId: policy.defaultVersionId,
          creationDate: policy.createdAt,
          lastModifiedDate: policy.modifiedAt,
          generationId: policy.generationId,
        };
      },
    },
    {
      method: 'GET',
      path: '/policies',
      name: 'ListPolicies',
      handle: (input) => {
        const keyOf = (policy: Policy): string => creationKey(policy, policy.policyName);
        const { items, next } = pageOf(input, policies.values(), BY_MARKER, keyOf, orderOf(input));
        return { policies: items.map(summary), ...nextPage('nextMarker', next) };
      },
    },
    {
      method: 'DELETE',
      path: '/policies/{policyName}',
      name: 'DeletePolicy',
      handle: (input) => {
        const { policyName, versions } = policyOf(registry, input);
        if (policyTargets.rightsOf(policyName).length > 0) {
          throw deleteConflict(
            `The policy cannot be deleted as the policy is attached to one or more principals (name=${policyName})`,
          );
        }
        if (versions.length > 1) {
          throw deleteConflict(
            `Cannot delete the policy because it has one or more policy versions attached to it (name=${policyName})`,
          );
        }
        store.commit(policies.remove(policyName));
        return {};
      },
    },
    {
      method: 'PUT',
      path: '/target-policies/{policyName}',
      name: 'AttachPolicy',
      handle: (input) => {
        const { policyName } = policyOf(registry, input);
        const certificateId = targetOf(registry, bodyOf(input, targetBody).target);
        if (!policyTargets.has(policyName, certificateId)) store.commit(policyTargets.add(policyName, certificateId));
        return {};
      },
    },
    {
      method: 'POST',
      path: '/target-policies/{policyName}',
      name: 'DetachPolicy',
      handle: (input) => {
        const { policyName } = policyOf(registry, input);
        const certificateId = targetOf(registry, bodyOf(input, targetBody).target);
        if (policyTargets.has(policyName, certificateId)) store.commit(policyTargets.remove(policyName, certificateId));
        return {};
      },
    },
    {
      method: 'POST',
      path: '/attached-policies/{target}',
      name: 'ListAttachedPolicies',
      handle: (input) => {
        // Certificates have no parents in the lab, so `recursive` reaches nothing further; it is still checked.
        booleanOf(input, 'recursive');
        const names = policyTargets.leftsOf(targetOf(registry, input.params['target']));
        const attached = names.flatMap((name) => policies.get(name) ?? []);
        const { items, next } = pageOf(input, attached, BY_MARKER, ({ policyName }) => policyName);
        return { policies: items.map(summary), ...nextPage('nextMarker', next) };
      },
    },
    {
      method: 'POST',
      path: '/policy-targets/{policyName}',
      name: 'ListTargetsForPolicy',
      handle: (input) => {
        const { policyName } = policyOf(registry, input);
        const arns = policyTargets.rightsOf(policyName).map((id) => registry.arn('cert', id));
        const { items, next } = pageOf(input, arns, BY_MARKER, (arn) => arn);
        return { targets: items, ...nextPage('nextMarker', next) };
      },
    },
  ];
}

const POLICY_NAME = /^[\w+=,.@-]+$/;

function policyNameOf(input: RestInput): string {
  return nameOf(input.params['policyName'], 'policyName', POLICY_NAME, 128);
}

/** Throws AwsError ResourceNotFoundException. */
export function policyOf({ policies }: Registry, input: RestInput): Policy {
  const policyName = policyNameOf(input);
  const policy = policies.get(policyName);
  if (policy === undefined) throw notFound(`Policy not found (name=${policyName})`);
  return policy;
}

/** The text of the version that counts. */
export function documentOf({ versions, defaultVersionId }: Policy): string {
  return versions.find(({ versionId }) => versionId === defaultVersionId)?.document ?? '';
}

function targetOf(registry: Registry, target: string | undefined): string {
  const certificateId = certificateIdOfArn(registry, target, 'target');
  if (!registry.certificates.has(certificateId)) throw notFound(`Certificate ${certificateId} not found`);
  return certificateId;
}

/** HTTP 409: something still hangs on what should be deleted. */
export function deleteConflict(message: string): AwsError {
  return new AwsError('DeleteConflictException', message, 409);
}
