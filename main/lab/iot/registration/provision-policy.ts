/** Makes the policy of a template and attaches it to the certificate. A policy named after its document is shared by all devices that bring it. */
import { randomUUID } from 'node:crypto';
import { notFound } from '../input.ts';
import { parsePolicyDocument } from '../policy-document.ts';
import { epochSeconds, type Registry } from '../registry.ts';
import type { PolicyPlan } from './device-plan.ts';

/** Throws AwsError for a document that is none, and for a policy that should be there and is not. */
export function provisionPolicy(registry: Registry, plan: PolicyPlan, certificateId: string | undefined): void {
  const { policyName, document } = plan;
  const { store, policies, policyTargets } = registry;
  if (!policies.has(policyName)) {
    if (document === undefined) throw notFound(`Policy not found (name=${policyName})`);
    parsePolicyDocument(document);
    const now = epochSeconds();
    const versions = [{ versionId: '1', document, createdAt: now }];
    const times = { createdAt: now, modifiedAt: now, generationId: randomUUID() };
    store.commit(policies.set(policyName, { policyName, defaultVersionId: '1', nextVersion: 2, versions, ...times }));
  }
  if (certificateId === undefined || policyTargets.has(policyName, certificateId)) return;
  store.commit(policyTargets.add(policyName, certificateId));
}
