/** Makes the policy of a template and attaches it to the certificate. A policy named after its document is shared by all devices that bring it. */
import { attachPolicy, createPolicy, policyOf } from '../policies.ts';
import type { Account } from '../registry.ts';
import type { PolicyPlan } from './device-plan.ts';

/** Throws AwsError for a document that is none, and for a policy that should be there and is not. */
export function provisionPolicy(account: Account, plan: PolicyPlan, certificateArn: string | undefined): void {
  const { policyName, document } = plan;
  if (document === undefined) policyOf(account.registry, policyName);
  else if (!account.registry.policies.has(policyName)) createPolicy(account, policyName, { policyDocument: document });
  if (certificateArn !== undefined) attachPolicy(account, policyName, certificateArn);
}
