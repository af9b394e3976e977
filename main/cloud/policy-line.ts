/** Adds one line to the policy of a certificate: a new default version, with the oldest version making room where there are five. */
import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  ListAttachedPoliciesCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iot';
import { z } from 'zod';
import { AppError } from '../../preload/errors.ts';
import type { Clients } from './clients.ts';

const MOST_VERSIONS = 5;

const policySchema = z.looseObject({ Statement: z.union([z.array(z.unknown()), z.looseObject({})]) });

/**
 * @param statement JSON of one policy statement
 * @returns the name of the policy that has the line now
 * Throws AppError `policy.none` where no policy is attached to the certificate, and what AWS says.
 */
export async function addPolicyLine({ iot }: Clients, certificateArn: string, statement: string): Promise<string> {
  const { policies = [] } = await iot.send(new ListAttachedPoliciesCommand({ target: certificateArn, pageSize: 1 }));
  const policyName = policies[0]?.policyName;
  if (policyName === undefined) {
    throw new AppError('policy.none', 'No policy is attached to the certificate, so there is none to add a line to.', {
      hint: 'Attach a policy to the certificate first.',
    });
  }
  const { policyDocument = '{}' } = await iot.send(new GetPolicyCommand({ policyName }));
  const policy = policySchema.parse(JSON.parse(policyDocument));
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  const line: unknown = JSON.parse(statement);
  const { policyVersions = [] } = await iot.send(new ListPolicyVersionsCommand({ policyName }));
  if (policyVersions.length >= MOST_VERSIONS) {
    const oldest = policyVersions
      .filter(({ isDefaultVersion }) => isDefaultVersion !== true)
      .sort((a, b) => Number(a.versionId) - Number(b.versionId))[0];
    await iot.send(new DeletePolicyVersionCommand({ policyName, policyVersionId: oldest?.versionId }));
  }
  await iot.send(
    new CreatePolicyVersionCommand({
      policyName,
      policyDocument: JSON.stringify({ ...policy, Statement: [...statements, line] }),
      setAsDefault: true,
    }),
  );
  return policyName;
}
