/** The calls that make many devices alike: shared type, group and policy first, then thing, certificate and ties for each. */
import {
  AddThingToThingGroupCommand,
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  RegisterCertificateWithoutCACommand,
  CreateThingGroupCommand,
  CreateThingTypeCommand,
  DescribeCertificateCommand,
  GetPolicyCommand,
  paginateListCertificates,
  paginateListPolicies,
  paginateListThings,
  paginateListThingTypes,
} from '@aws-sdk/client-iot';
import { createHash, X509Certificate } from 'node:crypto';
import { AppError } from '../../preload/errors.ts';
import type { Clients } from './clients.ts';
import { exists } from './existence.ts';
import { certificateArn } from './policy.ts';
import type { Certificate } from './provision.ts';
import { isRefusal, nullWhen, told } from './refusals.ts';

export type SharedParts = {
  readonly thingType: string | null;
  readonly group: string | null;
  readonly policyName: string;
  /** Null: the policy exists already and is used as it is. */
  readonly policyDocument: string | null;
};

const GONE = ['ResourceNotFoundException'];

/** Type, group and policy that all the devices share; what is there already is used as it is. */
export async function prepareShared(clients: Clients, parts: SharedParts): Promise<void> {
  const { iot } = clients;
  const { thingType, group, policyName, policyDocument } = parts;
  if (thingType !== null) await prepareType(clients, thingType);
  if (group !== null && !(await exists(clients, { kind: 'thingGroup', name: group })))
    await iot.send(new CreateThingGroupCommand({ thingGroupName: group }));
  if (policyDocument === null) {
    if (!(await hasPolicy(clients, policyName))) {
      throw new AppError('provision.noPolicy', `There is no policy "${policyName}" at the target.`, {
        hint: 'Choose one that exists, or let Isobar make the suggested one.',
      });
    }
    return;
  }
  try {
    await iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
  } catch (error) {
    if (!isRefusal(error, 'ResourceAlreadyExistsException')) throw error;
  }
}

export async function prepareType(clients: Clients, thingTypeName: string): Promise<void> {
  if (await exists(clients, { kind: 'thingType', name: thingTypeName })) return;
  await clients.iot.send(new CreateThingTypeCommand({ thingTypeName }));
}

/** A choice among more is no longer one. */
const MOST_CHOICES = 500;

/** The thing types and policies there are, to choose from. */
export async function listChoices({
  iot,
}: Clients): Promise<{ readonly types: readonly string[]; readonly policies: readonly string[] }> {
  const types: string[] = [];
  for await (const { thingTypes = [] } of paginateListThingTypes({ client: iot }, {})) {
    types.push(...thingTypes.flatMap(({ thingTypeName }) => thingTypeName ?? []));
    if (types.length >= MOST_CHOICES) break;
  }
  const policies: string[] = [];
  for await (const page of paginateListPolicies({ client: iot }, {})) {
    policies.push(...(page.policies ?? []).flatMap(({ policyName }) => policyName ?? []));
    if (policies.length >= MOST_CHOICES) break;
  }
  return { types: types.slice(0, MOST_CHOICES), policies: policies.slice(0, MOST_CHOICES) };
}

export async function hasPolicy({ iot }: Clients, policyName: string): Promise<boolean> {
  return (await nullWhen(GONE, iot.send(new GetPolicyCommand({ policyName })))) !== null;
}

/** Every thing name of the account and region. */
export async function listThingNames({ iot }: Clients): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const { things = [] } of paginateListThings({ client: iot, pageSize: 250 }, {}))
    for (const { thingName } of things) if (thingName !== undefined) names.add(thingName);
  return names;
}

export type Enrolment = {
  readonly thingName: string;
  readonly thingType: string | null;
  readonly group: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly policyName: string;
};

export async function createThing({ iot }: Clients, device: Omit<Enrolment, 'policyName' | 'group'>): Promise<void> {
  const { thingName, thingType, attributes } = device;
  await iot.send(
    new CreateThingCommand({
      thingName,
      ...(thingType === null ? {} : { thingTypeName: thingType }),
      ...(Object.keys(attributes).length === 0 ? {} : { attributePayload: { attributes: { ...attributes } } }),
    }),
  );
}

/** A new active certificate for the key behind the request. */
export async function signRequest({ iot }: Clients, csrPem: string): Promise<Certificate> {
  const made = await iot.send(
    new CreateCertificateFromCsrCommand({ certificateSigningRequest: csrPem, setAsActive: true }),
  );
  return {
    certificateArn: told(made.certificateArn, 'the ARN of the new certificate'),
    certificateId: told(made.certificateId, 'the id of the new certificate'),
    certificatePem: told(made.certificatePem, 'the new certificate'),
  };
}

/** Key and certificate made at the target, as the console does: the private key travels once and is told nowhere else. */
export async function createKeys({
  iot,
}: Clients): Promise<{ readonly certificateId: string; readonly certificatePem: string; readonly keyPem: string }> {
  const made = await iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
  return {
    certificateId: told(made.certificateId, 'the id of the new certificate'),
    certificatePem: told(made.certificatePem, 'the new certificate'),
    keyPem: told(made.keyPair?.PrivateKey, 'the new private key'),
  };
}

/** Makes a certificate known to the target without its authority, active. https://docs.aws.amazon.com/iot/latest/apireference/API_RegisterCertificateWithoutCA.html */
export async function registerCertificate({ iot }: Clients, certificatePem: string): Promise<void> {
  await iot.send(new RegisterCertificateWithoutCACommand({ certificatePem, status: 'ACTIVE' }));
}

/** Policy, thing and group tied together; may be repeated. */
export async function tie({ iot }: Clients, device: Enrolment, principal: string): Promise<void> {
  const { thingName, policyName, group } = device;
  await Promise.all([
    iot.send(new AttachPolicyCommand({ policyName, target: principal })),
    iot.send(new AttachThingPrincipalCommand({ thingName, principal })),
    ...(group === null ? [] : [iot.send(new AddThingToThingGroupCommand({ thingGroupName: group, thingName }))]),
  ]);
}

export async function describeCertificate(clients: Clients, certificateId: string): Promise<Certificate> {
  const { certificateDescription } = await clients.iot.send(new DescribeCertificateCommand({ certificateId }));
  return {
    certificateId,
    certificateArn: certificateArn(clients, certificateId),
    certificatePem: told(certificateDescription?.certificatePem, 'the text of the certificate'),
  };
}

/** Clocks of target and computer may differ by so much. */
const CLOCK_SLACK_MS = 300_000;

/**
 * Certificates made since `since` (epoch ms) that are not among `known`, by the digest of their public key: a crash between AWS's answer
 * and our note leaves such ones behind.
 */
export async function certificatesSince(
  clients: Clients,
  since: number,
  known: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Certificate>> {
  const found = new Map<string, Certificate>();
  const pages = paginateListCertificates({ client: clients.iot, pageSize: 250 }, { ascendingOrder: false });
  for await (const { certificates = [] } of pages) {
    for (const { certificateId, creationDate } of certificates) {
      if (creationDate !== undefined && creationDate.getTime() < since - CLOCK_SLACK_MS) return found;
      if (certificateId === undefined || known.has(certificateId)) continue;
      const certificate = await describeCertificate(clients, certificateId);
      found.set(keyDigestOf(certificate.certificatePem), certificate);
    }
  }
  return found;
}

/** SHA-256 of the public key (SPKI, DER) of a certificate, in hex. */
export function keyDigestOf(certificatePem: string): string {
  const spki = new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}
