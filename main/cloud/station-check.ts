/** What the target's registry says of a device: is its certificate active, which policies does it have, do they allow what it does. */
import {
  DescribeCertificateCommand,
  ListAttachedPoliciesCommand,
  TestAuthorizationCommand,
  type AuthResult,
} from '@aws-sdk/client-iot';
import { AppError } from '../../preload/errors.ts';
import type { CheckFact } from '../../preload/shapes-check.ts';
import type { Clients } from './clients.ts';
import { certificateArn, resourceArn } from './policy.ts';
import { nullWhen } from './refusals.ts';

export type Permissions = { readonly facts: readonly CheckFact[]; readonly problem: AppError | null };

/**
 * Asks the registry, changes nothing. `problem` is the first thing that keeps the device from connecting as `clientId` and publishing to
 * `topic`: `check.certificateGone`, `check.certificateInactive`, `check.noPolicy` or `check.notAllowed` with the statement to add.
 * Source: AWS IoT API reference, TestAuthorization.
 */
export async function checkPermissions(
  clients: Clients,
  device: { readonly certificateId: string; readonly clientId: string; readonly topic: string },
): Promise<Permissions> {
  const { iot } = clients;
  const { certificateId, clientId, topic } = device;
  const arn = certificateArn(clients, certificateId);
  const facts: CheckFact[] = [{ name: 'certificate', value: certificateId }];
  const found = (problem: AppError | null): Permissions => ({ facts, problem });

  const answer = await nullWhen(
    ['ResourceNotFoundException'],
    iot.send(new DescribeCertificateCommand({ certificateId })),
  );
  if (answer === null) return found(certificateGone(certificateId));
  const status = answer.certificateDescription?.status ?? 'UNKNOWN';
  facts.push({ name: 'status', value: status });
  if (status !== 'ACTIVE') return found(certificateInactive(status));

  const { policies = [] } = await iot.send(new ListAttachedPoliciesCommand({ target: arn, recursive: true }));
  if (policies.length === 0) return found(noPolicy());
  facts.push({ name: 'policies', value: policies.map(({ policyName }) => policyName).join(', ') });

  facts.push({ name: 'topic', value: topic });
  const connect = resourceArn(clients, `client/${clientId}`);
  const publish = resourceArn(clients, `topic/${topic}`);
  const { authResults = [] } = await iot.send(
    new TestAuthorizationCommand({
      principal: arn,
      clientId,
      authInfos: [
        { actionType: 'CONNECT', resources: [connect] },
        { actionType: 'PUBLISH', resources: [publish] },
      ],
    }),
  );
  const wanted = [
    ['iot:Connect', connect],
    ['iot:Publish', publish],
  ] as const;
  for (const [index, [action, resource]] of wanted.entries()) {
    const result = authResults[index];
    if (result?.authDecision !== 'ALLOWED') return found(notAllowed(action, resource, result));
  }
  return found(null);
}

function certificateGone(certificateId: string): AppError {
  return new AppError(
    'check.certificateGone',
    `The target does not know the certificate ${certificateId.slice(0, 12)}….`,
    {
      hint: 'It was deleted there. Give the station a new one: rotate it in its certificate view, or remove the station and add it again.',
    },
  );
}

function certificateInactive(status: string): AppError {
  return new AppError('check.certificateInactive', `The certificate is ${status}, so the broker refuses it.`, {
    hint:
      status === 'REVOKED'
        ? 'A revoked certificate should stay so: rotate it, which gives the station a new one.'
        : 'Make it active again in the certificate view of the station.',
  });
}

function noPolicy(): AppError {
  return new AppError('check.noPolicy', 'No policy is attached to the certificate, so it may do nothing.', {
    hint: 'Attach a policy that allows iot:Connect for its client id and iot:Publish for its topic.',
  });
}

function notAllowed(action: string, resource: string, result: AuthResult | undefined): AppError {
  const denying = result?.denied?.explicitDeny?.policies?.map(({ policyName }) => policyName).join(', ') ?? '';
  if (denying !== '') {
    return new AppError('check.notAllowed', `The policy ${denying} denies ${action} on ${resource}.`, {
      hint: 'A Deny wins over every Allow: take the statement out, or make its Resource narrower.',
    });
  }
  const statement = JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource });
  return new AppError('check.notAllowed', `No policy of the certificate allows ${action} on ${resource}.`, {
    hint: `Add this statement to its policy: ${statement}`,
  });
}
