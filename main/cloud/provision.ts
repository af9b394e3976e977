/** Makes and removes what one device or viewer needs in the IoT registry: thing, policy, certificate. Private keys never come here, only their CSR. */
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateThingCommand,
  DeletePolicyVersionCommand,
  DetachThingPrincipalCommand,
  GetPolicyCommand,
  ListPrincipalThingsCommand,
  ListThingPrincipalsCommand,
} from '@aws-sdk/client-iot';
import { isDeepStrictEqual } from 'node:util';
import type { Clients } from './clients.ts';
import { certificateArn, devicePolicy, policyNameOf, viewerPolicy } from './policy.ts';
import type { Resource } from './resources.ts';
import { isRefusal, nullWhen, told, unlessGone } from './refusals.ts';
import { removeResource } from './removal.ts';

export type Certificate = {
  readonly certificateArn: string;
  readonly certificateId: string;
  readonly certificatePem: string;
};

const GONE = ['ResourceNotFoundException'];

/**
 * A thing with a new active certificate for the key behind `csrPem`, allowed to connect as `thingName` and to publish to `topic`.
 * May be repeated: thing and policy are made once and used again, the certificate is new each time.
 * @param device.attributes of a new thing; AWS takes no spaces in their values.
 */
export async function provisionDevice(
  clients: Clients,
  device: {
    readonly thingName: string;
    readonly topic: string;
    readonly csrPem: string;
    readonly attributes?: Readonly<Record<string, string>>;
  },
): Promise<Certificate> {
  const { thingName, topic, csrPem, attributes } = device;
  await ensureThing(clients, thingName, attributes);
  const policyName = policyNameOf(thingName);
  await ensurePolicy(clients, policyName, devicePolicy(clients, thingName, topic));
  return certify(clients, { csrPem, policyName, thingName });
}

/**
 * A new active certificate that may connect with client ids beginning with `clientId` and listen to `topics` (policy patterns, `*` = any
 * text). May be repeated like `provisionDevice`; `removeDevice` with the client id as thing name undoes it.
 */
export async function provisionViewer(
  clients: Clients,
  viewer: { readonly clientId: string; readonly csrPem: string; readonly topics: readonly string[] },
): Promise<Certificate> {
  const policyName = policyNameOf(viewer.clientId);
  await ensurePolicy(clients, policyName, viewerPolicy(clients, viewer.clientId, viewer.topics));
  return certify(clients, { csrPem: viewer.csrPem, policyName, thingName: null });
}

/** Brings the policy of a viewer that was provisioned before to what a viewer may do today. */
export async function renewViewerPolicy(
  clients: Clients,
  viewer: { readonly clientId: string; readonly topics: readonly string[] },
): Promise<void> {
  await ensurePolicy(clients, policyNameOf(viewer.clientId), viewerPolicy(clients, viewer.clientId, viewer.topics));
}

/**
 * Removes what Isobar made for a device: its certificates, thing and policy, as far as the recorder knows them as ours. A thing made by
 * hand stays and only loses our certificate; a certificate that other things use too stays theirs. May be repeated.
 */
export async function removeDevice(
  clients: Clients,
  device: { readonly thingName: string; readonly certificateId: string },
): Promise<void> {
  const { thingName, certificateId } = device;
  const isOurs = (resource: Resource): boolean => clients.recorder.stateOf(resource) !== null;
  for (const id of new Set([certificateId, ...(await certificatesOf(clients, thingName))])) {
    const certificate = { kind: 'certificate', name: id } as const;
    if (isOurs(certificate)) await releaseCertificate(clients, certificate, thingName);
  }
  const made = [
    { kind: 'thing', name: thingName },
    { kind: 'policy', name: policyNameOf(thingName) },
  ] as const;
  for (const resource of made) if (isOurs(resource)) await removeResource(clients, resource);
}

/** Deletes a certificate, or where other things use it too, only unties this one. */
async function releaseCertificate(clients: Clients, certificate: Resource, thingName: string): Promise<void> {
  const { iot } = clients;
  const principal = certificateArn(clients, certificate.name);
  const answer = await nullWhen(GONE, iot.send(new ListPrincipalThingsCommand({ principal })));
  const isShared = (answer?.things ?? []).some((name) => name !== thingName);
  if (!isShared) return removeResource(clients, certificate);
  await unlessGone(GONE, iot.send(new DetachThingPrincipalCommand({ thingName, principal })));
}

async function ensureThing(
  { iot }: Clients,
  thingName: string,
  attributes: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const payload = attributes === undefined ? {} : { attributePayload: { attributes: { ...attributes } } };
  try {
    await iot.send(new CreateThingCommand({ thingName, ...payload }));
  } catch (error) {
    // It exists with other attributes, which may be the user's own: they stay.
    if (!isRefusal(error, 'ResourceAlreadyExistsException')) throw error;
  }
}

/** Makes the policy, or gives the one of that name this document. */
export async function ensurePolicy({ iot }: Clients, policyName: string, wanted: unknown): Promise<void> {
  const policyDocument = JSON.stringify(wanted);
  try {
    await iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
    return;
  } catch (error) {
    if (!isRefusal(error, 'ResourceAlreadyExistsException')) throw error;
  }
  const existing = await iot.send(new GetPolicyCommand({ policyName }));
  const found: unknown = JSON.parse(told(existing.policyDocument, `the document of the policy "${policyName}"`));
  if (isDeepStrictEqual(found, wanted)) return;
  await iot.send(new CreatePolicyVersionCommand({ policyName, policyDocument, setAsDefault: true }));
  // AWS keeps at most five versions, and deletes no policy that has more than one.
  const policyVersionId = told(existing.defaultVersionId, `the version of the policy "${policyName}"`);
  await iot.send(new DeletePolicyVersionCommand({ policyName, policyVersionId }));
}

async function certify(
  clients: Clients,
  owner: { readonly csrPem: string; readonly policyName: string; readonly thingName: string | null },
): Promise<Certificate> {
  const { iot } = clients;
  const { csrPem, policyName, thingName } = owner;
  const made = await iot.send(
    new CreateCertificateFromCsrCommand({ certificateSigningRequest: csrPem, setAsActive: true }),
  );
  const certificate = {
    certificateArn: told(made.certificateArn, 'the ARN of the new certificate'),
    certificateId: told(made.certificateId, 'the id of the new certificate'),
    certificatePem: told(made.certificatePem, 'the new certificate'),
  };
  try {
    await iot.send(new AttachPolicyCommand({ policyName, target: certificate.certificateArn }));
    if (thingName !== null) {
      await iot.send(new AttachThingPrincipalCommand({ thingName, principal: certificate.certificateArn }));
    }
  } catch (error) {
    // The caller never learns of this certificate, so it must not stay behind as a valid one. The first error is the one to tell.
    await Promise.allSettled([removeResource(clients, { kind: 'certificate', name: certificate.certificateId })]);
    throw error;
  }
  return certificate;
}

/** Ids of the certificates tied to the thing: the ones earlier provisionings made, too. */
async function certificatesOf({ iot }: Clients, thingName: string): Promise<readonly string[]> {
  const answer = await nullWhen(GONE, iot.send(new ListThingPrincipalsCommand({ thingName })));
  return (answer?.principals ?? []).flatMap((principal) => principal.split(':cert/').slice(1));
}
