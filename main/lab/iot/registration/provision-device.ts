/** Registers one device as its template asks: certificate, thing and policies, and their ties; all of it or nothing. */
import { AwsError } from '../../services.ts';
import type { Account } from '../registry.ts';
import { attachThingPrincipal } from '../thing-principals.ts';
import { planCertificate, planThingAndPolicies } from './device-plan.ts';
import { parametersFor } from './parameters.ts';
import { provisionCertificate } from './provision-certificate.ts';
import { provisionPolicy } from './provision-policy.ts';
import { provisionThing } from './provision-thing.ts';
import { registrationFailed } from './registration-errors.ts';
import type { Template } from './template.ts';

export type RegisteredDevice = {
  /** Undefined when the template has no certificate. */
  readonly certificatePem: string | undefined;
  /** By the logical names of the template. */
  readonly resourceArns: Readonly<Record<string, string>>;
};

/**
 * `settle` runs in the same change of the registry as the device: what it commits is on disk with the device or not at all.
 * Throws AwsError InvalidRequestException for what the template or the parameters say, ResourceRegistrationFailureException for what the
 * registry refuses; then nothing of the device is left.
 */
export function provisionDevice(
  account: Account,
  template: Template,
  given: unknown,
  settle: (device: RegisteredDevice) => void = () => undefined,
): RegisteredDevice {
  const { registry } = account;
  const parameters = parametersFor(template, given);
  const plan = planCertificate(template, parameters);
  return registry.store.transaction(() => {
    const certificate = plan === undefined ? undefined : step(() => provisionCertificate(account, plan));
    const certificateArn = certificate === undefined ? undefined : registry.arn('cert', certificate.certificateId);
    const { thing, policies } = planThingAndPolicies(template, parameters, certificate?.certificateId);
    const resourceArns: Record<string, string> = {};
    if (plan !== undefined && certificateArn !== undefined) resourceArns[plan.logicalName] = certificateArn;
    if (thing !== undefined) {
      step(() => provisionThing(account, thing));
      resourceArns[thing.logicalName] = registry.arn('thing', thing.thingName);
      if (certificateArn !== undefined) {
        step(() => attachThingPrincipal(account, thing.thingName, certificateArn, plan?.principalType));
      }
    }
    for (const policy of policies) {
      step(() => provisionPolicy(account, policy, certificateArn));
      resourceArns[policy.logicalName] = registry.arn('policy', policy.policyName);
    }
    const device = { certificatePem: certificate?.pem, resourceArns };
    settle(device);
    return device;
  });
}

/** What an operation of the registry refuses is a failed registration, in the words of AWS. */
function step<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw error instanceof AwsError ? registrationFailed(error) : error;
  }
}
