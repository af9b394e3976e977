/** What the operations on CA certificates of others do: their certificates may then be registered with `RegisterCertificate`. */
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../services.ts';
import { CERTIFICATE_ID } from './certificates.ts';
import { commonNameOf, invalidCertificate, readCertificate, type ForeignCertificate } from './foreign-certificates.ts';
import { checkedBody, invalidRequest, nameOf, notFound } from './input.ts';
import { epochSeconds, type Account, type CaCertificate, type Registry } from './registry.ts';
import { forgottenTags, initialTags, tagsSchema } from './tags.ts';

const pem = z.string().min(1).max(65_536);
const registerBody = z.strictObject({
  caCertificate: pem,
  verificationCertificate: pem.optional(),
  certificateMode: z.enum(['DEFAULT', 'SNI_ONLY']).optional(),
  registrationConfig: z.unknown().optional(),
  tags: tagsSchema.optional(),
});
const updateBody = z.strictObject({
  registrationConfig: z.unknown().optional(),
  removeAutoRegistration: z.boolean().optional(),
});
const MOST_OF_ONE_SUBJECT = 10;
const REGISTRATION_CODE = 'registrationCode';

/** GetRegistrationCode: the same text until it is deleted. */
export function registrationCode({ registry }: Account): string {
  const known = registry.settings.get(REGISTRATION_CODE);
  if (known !== undefined) return known;
  const code = randomBytes(32).toString('hex');
  registry.store.commit(registry.settings.set(REGISTRATION_CODE, code));
  return code;
}

/** DeleteRegistrationCode. Throws AwsError. */
export function deleteRegistrationCode({ registry }: Account): object {
  if (!registry.settings.has(REGISTRATION_CODE)) throw notFound('There is no registration code.');
  registry.store.commit(registry.settings.remove(REGISTRATION_CODE));
  return {};
}

/**
 * RegisterCACertificate. In DEFAULT mode the verification certificate proves that the caller has the CA's key: the CA signs it, and its
 * common name is the registration code. https://docs.aws.amazon.com/iot/latest/developerguide/register-CA-cert.html
 */
export function registerCaCertificate(
  account: Account,
  request: unknown,
  isActive: boolean,
): { readonly certificateArn: string; readonly certificateId: string } {
  const { registry } = account;
  const body = checkedBody(request, registerBody);
  if (body.registrationConfig !== undefined) throw noAutoRegistration('registrationConfig');
  const ca = readCertificate(body.caCertificate, 'caCertificate');
  if (!ca.x509.ca)
    throw invalidCertificate("'caCertificate' is not the certificate of an authority (basicConstraints).");
  if (ca.notAfter * 1000 < Date.now()) throw invalidCertificate("'caCertificate' has expired.");
  const mode = body.certificateMode ?? 'DEFAULT';
  verifyOwner(account, ca, mode, body.verificationCertificate);
  const { certificateId } = ca;
  const certificateArn = registry.arn('cacert', certificateId);
  if (registry.caCertificates.has(certificateId)) {
    throw new AwsError('ResourceAlreadyExistsException', 'The CA certificate is already registered.', 409, {
      resourceId: certificateId,
      resourceArn: certificateArn,
    });
  }
  refuseCrowd(registry, ca);
  const now = epochSeconds();
  const stored: CaCertificate = {
    certificateId,
    pem: ca.pem,
    status: isActive ? 'ACTIVE' : 'INACTIVE',
    mode,
    createdAt: now,
    modifiedAt: now,
    notBefore: ca.notBefore,
    notAfter: ca.notAfter,
    generationId: randomUUID(),
  };
  registry.store.commit(
    registry.caCertificates.set(certificateId, stored),
    ...initialTags(registry, certificateArn, body.tags),
  );
  return { certificateArn, certificateId };
}

/** UpdateCACertificate. Throws AwsError. */
export function updateCaCertificate(
  { registry }: Account,
  id: string | undefined,
  change: { readonly status: string | null; readonly autoRegistration: string | null; readonly body: unknown },
): object {
  const ca = caCertificateOf(registry, id);
  const body = checkedBody(change.body, updateBody);
  if (body.registrationConfig !== undefined) throw noAutoRegistration('registrationConfig');
  if (change.autoRegistration === 'ENABLE') throw noAutoRegistration('newAutoRegistrationStatus');
  if (change.autoRegistration !== null && change.autoRegistration !== 'DISABLE') {
    throw invalidRequest("'newAutoRegistrationStatus' must be ENABLE or DISABLE.");
  }
  const { status } = change;
  if (status === null) return {};
  if (status !== 'ACTIVE' && status !== 'INACTIVE') throw invalidRequest("'newStatus' must be ACTIVE or INACTIVE.");
  registry.store.commit(registry.caCertificates.set(ca.certificateId, { ...ca, status, modifiedAt: epochSeconds() }));
  return {};
}

/** DeleteCACertificate: certificates that were registered with it stay. Throws AwsError. */
export function deleteCaCertificate({ registry }: Account, id: string | undefined): object {
  const { certificateId, status } = caCertificateOf(registry, id);
  if (status === 'ACTIVE') {
    throw new AwsError(
      'CertificateStateException',
      `CA certificate must be deactivated (not ACTIVE) before deletion. certificateId=${certificateId}`,
      406,
    );
  }
  registry.store.commit(
    registry.caCertificates.remove(certificateId),
    ...forgottenTags(registry, registry.arn('cacert', certificateId)),
  );
  return {};
}

/** Throws AwsError ResourceNotFoundException. */
export function caCertificateOf({ caCertificates }: Registry, id: string | undefined): CaCertificate {
  const certificateId = nameOf(id, 'caCertificateId', CERTIFICATE_ID, 64);
  const ca = caCertificates.get(certificateId);
  if (ca === undefined) throw notFound(`No CA certificate exists with the certificate ID: ${certificateId}`);
  return ca;
}

export function noAutoRegistration(member: string): AwsError {
  return invalidRequest(
    `'${member}' has no effect in the lab: it registers no certificates by itself when they connect.`,
  );
}

function verifyOwner(
  account: Account,
  ca: ForeignCertificate,
  mode: CaCertificate['mode'],
  verificationPem: string | undefined,
): void {
  if (mode === 'SNI_ONLY') {
    if (verificationPem === undefined) return;
    throw invalidRequest("With the certificateMode SNI_ONLY 'verificationCertificate' must be left out.");
  }
  if (verificationPem === undefined) {
    throw invalidRequest("'verificationCertificate' is needed, unless the certificateMode is SNI_ONLY.");
  }
  const { x509 } = readCertificate(verificationPem, 'verificationCertificate');
  if (commonNameOf(x509) !== registrationCode(account)) {
    throw new AwsError(
      'RegistrationCodeValidationException',
      "The common name of 'verificationCertificate' is not the registration code of GetRegistrationCode.",
    );
  }
  if (!x509.verify(ca.x509.publicKey)) {
    throw invalidCertificate("'verificationCertificate' is not signed by the key of 'caCertificate'.");
  }
}

function refuseCrowd({ caCertificates }: Registry, ca: ForeignCertificate): void {
  const { subject } = ca.x509;
  const alike = caCertificates
    .values()
    .filter((each) => readCertificate(each.pem, 'caCertificate').x509.subject === subject);
  if (alike.length < MOST_OF_ONE_SUBJECT) return;
  throw new AwsError(
    'LimitExceededException',
    `An account has at most ${MOST_OF_ONE_SUBJECT} CA certificates of one subject.`,
    410,
  );
}
