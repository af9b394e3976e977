/** What the operations on device certificates do. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../services.ts';
import { checkedBody, invalidRequest, nameOf, notFound } from './input.ts';
import { epochSeconds, type Account, type Certificate, type Registry } from './registry.ts';

/** AWS takes CSRs up to this many characters. */
const csrBody = z.strictObject({ certificateSigningRequest: z.string().min(1).max(4096) });
const STATUSES = ['ACTIVE', 'INACTIVE', 'REVOKED'] as const;

type CertificateAnswer = {
  readonly certificateArn: string;
  readonly certificateId: string;
  readonly certificatePem: string;
};

/** CreateCertificateFromCsr: the same CSR again gives another certificate. Throws AwsError. */
export function createCertificateFromCsr(account: Account, request: unknown, isActive: boolean): CertificateAnswer {
  const { certificateSigningRequest } = checkedBody(request, csrBody);
  return keep(account, account.authority.signRequest(certificateSigningRequest), isActive);
}

type KeysAnswer = CertificateAnswer & { readonly keyPair: { readonly PublicKey: string; readonly PrivateKey: string } };

/** CreateKeysAndCertificate: an RSA key of 2048 bits, which the lab does not keep. */
export async function createKeysAndCertificate(account: Account, isActive: boolean): Promise<KeysAnswer> {
  const made = await account.authority.makeKeys();
  const keyPair = { PublicKey: made.publicKeyPem, PrivateKey: made.privateKeyPem };
  return { ...keep(account, made, isActive), keyPair };
}

/** UpdateCertificate. Throws AwsError. */
export function updateCertificate(account: Account, id: string | undefined, newStatus: string | null): object {
  const { registry } = account;
  const certificate = certificateOf(registry, id);
  const status = STATUSES.find((candidate) => candidate === newStatus);
  if (status === undefined) throw invalidRequest(`'newStatus' must be ${STATUSES.join(', ')}.`);
  if (status === certificate.status) return {};
  const updated: Certificate = { ...certificate, status, modifiedAt: epochSeconds() };
  registry.store.commit(registry.certificates.set(certificate.certificateId, updated));
  if (status !== 'ACTIVE') account.onInactive(certificate.certificateId);
  return {};
}

/** DeleteCertificate; `isForced` detaches policies, never things. Throws AwsError. */
export function deleteCertificate(account: Account, id: string | undefined, isForced: boolean): object {
  const { registry } = account;
  const { certificateId, status } = certificateOf(registry, id);
  if (status === 'ACTIVE') {
    throw new AwsError(
      'CertificateStateException',
      `Certificate must be deactivated (not ACTIVE) before deletion. certificateId=${certificateId}`,
      406,
    );
  }
  const policyNames = registry.policyTargets.leftsOf(certificateId);
  const isTied = registry.thingPrincipals.leftsOf(certificateId).length > 0;
  if (isTied || (policyNames.length > 0 && !isForced)) {
    throw new AwsError(
      'DeleteConflictException',
      `${isTied ? 'Things' : 'Policies'} must be detached before deletion (arn: ${registry.arn('cert', certificateId)})`,
      409,
    );
  }
  registry.store.commit(
    ...policyNames.map((name) => registry.policyTargets.remove(name, certificateId)),
    registry.certificates.remove(certificateId),
  );
  account.onInactive(certificateId);
  return {};
}

/** Throws AwsError ResourceNotFoundException. */
export function certificateOf(registry: Registry, id: string | undefined): Certificate {
  const certificateId = nameOf(id, 'certificateId', CERTIFICATE_ID, 64);
  const certificate = registry.certificates.get(certificateId);
  if (certificate === undefined) {
    throw notFound(`No certificate exists with the certificate ID: ${certificateId}`);
  }
  return certificate;
}

export const CERTIFICATE_ID = /^(0x)?[a-fA-F0-9]+$/;

/** The id of the registered certificate behind an ARN of a principal or policy target. */
export function certificateIdOfArn(registry: Registry, arn: string | undefined, what: string): string {
  if (arn === undefined || arn === '') throw invalidRequest(`Missing value for '${what}'.`);
  const prefix = registry.arn('cert', '');
  const certificateId = arn.slice(prefix.length);
  if (!arn.startsWith(prefix) || !/^[a-f0-9]{64}$/.test(certificateId)) {
    throw invalidRequest(`'${what}' must be the ARN of a certificate of this account and region, "${prefix}…".`);
  }
  return certificateId;
}

function keep(
  { registry }: Account,
  made: { certificateId: string; pem: string; notBefore: Date; notAfter: Date },
  isActive: boolean,
): CertificateAnswer {
  const now = epochSeconds();
  const { certificateId, pem } = made;
  const certificate: Certificate = {
    certificateId,
    pem,
    status: isActive ? 'ACTIVE' : 'INACTIVE',
    createdAt: now,
    modifiedAt: now,
    notBefore: made.notBefore.getTime() / 1000,
    notAfter: made.notAfter.getTime() / 1000,
    generationId: randomUUID(),
    caCertificateId: null,
    mode: 'DEFAULT',
  };
  registry.store.commit(registry.certificates.set(certificateId, certificate));
  return { certificateArn: registry.arn('cert', certificateId), certificateId, certificatePem: pem };
}
