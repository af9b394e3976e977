/** What a target knows of a certificate, and what can be done with it there: status, a successor with the same rights, removal. */
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  DetachPolicyCommand,
  DetachThingPrincipalCommand,
  GetPolicyCommand,
  paginateListAttachedPolicies,
  paginateListPrincipalThings,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot';
import type { Clients } from './clients.ts';
import { certificateArn } from './policy.ts';
import { isRefusal, nullWhen, told, unlessGone } from './refusals.ts';
import { waitFor } from './waiting.ts';

/** AWS ties at most so many of either to one certificate in practice; a page holds up to 250. */
const MOST_PAGES = 10;
const GONE = ['ResourceNotFoundException'];

export type RegisteredCertificate = {
  /** ACTIVE, INACTIVE, REVOKED, PENDING_TRANSFER … */
  readonly status: string;
  readonly things: readonly string[];
};

export type IssuedCertificate = { readonly certificateId: string; readonly certificatePem: string };

/** Null where the target does not know the certificate. */
export async function findCertificate(clients: Clients, certificateId: string): Promise<RegisteredCertificate | null> {
  const answer = await nullWhen(GONE, clients.iot.send(new DescribeCertificateCommand({ certificateId })));
  if (answer === null) return null;
  const status = told(answer.certificateDescription?.status, 'the status of the certificate');
  return { status, things: await thingsOf(clients, certificateId) };
}

/** The policies attached to the certificate itself, each with the text of its default version. */
export async function policiesOf(
  clients: Clients,
  certificateId: string,
): Promise<readonly { readonly name: string; readonly document: string }[]> {
  const names = await policyNamesOf(clients, certificateId);
  return Promise.all(
    names.map(async (policyName) => {
      const { policyDocument } = await clients.iot.send(new GetPolicyCommand({ policyName }));
      return { name: policyName, document: told(policyDocument, `the document of the policy "${policyName}"`) };
    }),
  );
}

/** A certificate that is no longer ACTIVE loses its open connection: at once in the lab, within minutes on AWS. */
export async function setCertificateStatus(
  { iot }: Clients,
  certificateId: string,
  newStatus: 'ACTIVE' | 'INACTIVE' | 'REVOKED',
): Promise<void> {
  await iot.send(new UpdateCertificateCommand({ certificateId, newStatus }));
}

/**
 * A new active certificate for the key behind `csrPem`, with the policies and things of the old one. The old one stays as it is. When
 * a tie cannot be made the new certificate is removed again and the first error is thrown.
 */
export async function issueSuccessor(clients: Clients, oldId: string, csrPem: string): Promise<IssuedCertificate> {
  const { iot } = clients;
  const [policies, things] = await Promise.all([policyNamesOf(clients, oldId), thingsOf(clients, oldId)]);
  const request = new CreateCertificateFromCsrCommand({ certificateSigningRequest: csrPem, setAsActive: true });
  const made = await iot.send(request);
  const certificateId = told(made.certificateId, 'the id of the new certificate');
  const certificatePem = told(made.certificatePem, 'the new certificate');
  const principal = certificateArn(clients, certificateId);
  try {
    for (const policyName of policies) await iot.send(new AttachPolicyCommand({ policyName, target: principal }));
    for (const thingName of things) await iot.send(new AttachThingPrincipalCommand({ thingName, principal }));
  } catch (error) {
    await Promise.allSettled([retireCertificate(clients, certificateId)]);
    throw error;
  }
  return { certificateId, certificatePem };
}

/** Inactive, free of things and policies, deleted: in the order AWS asks for. What is already gone is passed over. */
export async function retireCertificate(clients: Clients, certificateId: string): Promise<void> {
  const { iot } = clients;
  const principal = certificateArn(clients, certificateId);
  const known = await findCertificate(clients, certificateId);
  if (known === null) return;
  await unlessGone(GONE, iot.send(new UpdateCertificateCommand({ certificateId, newStatus: 'INACTIVE' })));
  for (const thingName of known.things)
    await unlessGone(GONE, iot.send(new DetachThingPrincipalCommand({ thingName, principal })));
  for (const policyName of await policyNamesOf(clients, certificateId))
    await unlessGone(GONE, iot.send(new DetachPolicyCommand({ policyName, target: principal })));
  const removeIfFree = async (): Promise<true | undefined> => {
    try {
      await unlessGone(GONE, iot.send(new DeleteCertificateCommand({ certificateId })));
      return true;
    } catch (error) {
      // A tie that was cut a moment ago keeps blocking the removal for a while on AWS.
      if (isRefusal(error, 'DeleteConflictException')) return undefined;
      throw error;
    }
  };
  const what = 'the old certificate to be free of its thing and policy';
  await waitFor(removeIfFree, { what, limitMs: 20_000, firstPauseMs: 250, longestPauseMs: 4_000 });
}

async function thingsOf(clients: Clients, certificateId: string): Promise<readonly string[]> {
  const names: string[] = [];
  let page = 0;
  const principal = certificateArn(clients, certificateId);
  for await (const { things = [] } of paginateListPrincipalThings({ client: clients.iot }, { principal })) {
    names.push(...things);
    if (++page >= MOST_PAGES) break;
  }
  return names;
}

async function policyNamesOf(clients: Clients, certificateId: string): Promise<readonly string[]> {
  const names: string[] = [];
  let page = 0;
  const target = certificateArn(clients, certificateId);
  for await (const { policies = [] } of paginateListAttachedPolicies({ client: clients.iot }, { target })) {
    names.push(...policies.map(({ policyName }) => told(policyName, 'the name of a policy')));
    if (++page >= MOST_PAGES) break;
  }
  return names;
}
