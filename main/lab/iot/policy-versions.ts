/** The operations on versions of an IoT policy: how a policy that is in use is changed. */
import { z } from 'zod';
import { AwsError, type RestInput, type RestRoute } from '../services.ts';
import { bodyOf, booleanOf, nameOf, notFound } from './input.ts';
import { deleteConflict, policyOf } from './policies.ts';
import { parsePolicyDocument } from './policy-document.ts';
import { epochSeconds, type Policy, type PolicyVersion, type Registry } from './registry.ts';

const documentBody = z.strictObject({ policyDocument: z.string().min(1) });
const MOST_VERSIONS = 5;

export function policyVersionRoutes(registry: Registry): readonly RestRoute[] {
  const { store, policies } = registry;
  return [
    {
      method: 'POST',
      path: '/policies/{policyName}/version',
      name: 'CreatePolicyVersion',
      handle: (input) => {
        const policy = policyOf(registry, input.params['policyName']);
        const { policyDocument: document } = bodyOf(input, documentBody);
        const isDefault = booleanOf(input, 'setAsDefault');
        parsePolicyDocument(document);
        if (policy.versions.length >= MOST_VERSIONS) {
          throw new AwsError(
            'VersionsLimitExceededException',
            `The policy ${policy.policyName} already has the maximum number of versions (${MOST_VERSIONS})`,
            409,
          );
        }
        const version: PolicyVersion = { versionId: String(policy.nextVersion), document, createdAt: epochSeconds() };
        store.commit(
          policies.set(policy.policyName, {
            ...policy,
            versions: [...policy.versions, version],
            nextVersion: policy.nextVersion + 1,
            defaultVersionId: isDefault ? version.versionId : policy.defaultVersionId,
            modifiedAt: version.createdAt,
          }),
        );
        return {
          policyArn: registry.arn('policy', policy.policyName),
          policyDocument: document,
          policyVersionId: version.versionId,
          isDefaultVersion: isDefault,
        };
      },
    },
    {
      method: 'GET',
      path: '/policies/{policyName}/version/{policyVersionId}',
      name: 'GetPolicyVersion',
      handle: (input) => {
        const policy = policyOf(registry, input.params['policyName']);
        const { versionId, document, createdAt } = versionOf(policy, input);
        return {
          policyArn: registry.arn('policy', policy.policyName),
          policyName: policy.policyName,
          policyDocument: document,
          policyVersionId: versionId,
          isDefaultVersion: versionId === policy.defaultVersionId,
          creationDate: createdAt,
          lastModifiedDate: createdAt,
          generationId: policy.generationId,
        };
      },
    },
    {
      method: 'GET',
      path: '/policies/{policyName}/version',
      name: 'ListPolicyVersions',
      handle: ({ params }) => {
        const policy = policyOf(registry, params['policyName']);
        const newestFirst = [...policy.versions].reverse();
        return {
          policyVersions: newestFirst.map(({ versionId, createdAt }) => ({
            versionId,
            isDefaultVersion: versionId === policy.defaultVersionId,
            createDate: createdAt,
          })),
        };
      },
    },
    {
      method: 'PATCH',
      path: '/policies/{policyName}/version/{policyVersionId}',
      name: 'SetDefaultPolicyVersion',
      handle: (input) => {
        const policy = policyOf(registry, input.params['policyName']);
        const { versionId } = versionOf(policy, input);
        if (versionId === policy.defaultVersionId) return {};
        const modifiedAt = epochSeconds();
        store.commit(policies.set(policy.policyName, { ...policy, defaultVersionId: versionId, modifiedAt }));
        return {};
      },
    },
    {
      method: 'DELETE',
      path: '/policies/{policyName}/version/{policyVersionId}',
      name: 'DeletePolicyVersion',
      handle: (input) => {
        const policy = policyOf(registry, input.params['policyName']);
        const { versionId } = versionOf(policy, input);
        if (versionId === policy.defaultVersionId) {
          throw deleteConflict(`Cannot delete the default version of a policy (name=${policy.policyName})`);
        }
        const versions = policy.versions.filter((version) => version.versionId !== versionId);
        store.commit(policies.set(policy.policyName, { ...policy, versions, modifiedAt: epochSeconds() }));
        return {};
      },
    },
  ];
}

function versionOf(policy: Policy, input: RestInput): PolicyVersion {
  const versionId = nameOf(input.params['policyVersionId'], 'policyVersionId', /^[0-9]+$/, 10);
  const version = policy.versions.find((candidate) => candidate.versionId === versionId);
  if (version === undefined) throw notFound(`Policy version not found (name=${policy.policyName}, id=${versionId})`);
  return version;
}
