/** RegisterCertificate and RegisterCertificateWithoutCA: certificates that the lab did not sign come into the registry. */
import { randomUUID, type X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../services.ts';
import { checkedBody, invalidRequest } from './input.ts';
import { invalidCertificate, readCertificate, type ForeignCertificate } from './foreign-certificates.ts';
import { epochSeconds, type Account, type CaCertificate, type Certificate, type Registry } from './registry.ts';

const pem = z.string().min(1).max(65_536);
const status = z.enum(['ACTIVE', 'INACTIVE', 'REVOKED']);
const withCaBody = z.strictObject({
  certificatePem: pem,
  caCertificatePem: pem.optional(),
  status: status.optional(),
});
const withoutCaBody = z.strictObject({ certificatePem: pem, status: status.optional() });

type RegisteredAnswer = { readonly certificateArn: string; readonly certificateId: string };

/** RegisterCertificate: signed by a registered, ACTIVE CA, whose mode it takes. Throws AwsError. */
export function registerCertificate({ registry }: Account, request: unknown, setAsActive?: boolean): RegisteredAnswer {
  const body = checkedBody(request, withCaBody);
  if (body.status !== undefined && setAsActive === true && body.status !== 'ACTIVE') {
    throw invalidRequest("'status' and 'setAsActive' say two different things.");
  }
  const certificate = readCertificate(body.certificatePem, 'certificatePem');
  const ca = authorityOf(registry, certificate.x509, body.caCertificatePem);
  if (ca.status !== 'ACTIVE') {
    throw new AwsError('CertificateStateException', `The CA certificate ${ca.certificateId} is not ACTIVE.`, 406);
  }
  return keep(registry, certificate, {
    status: body.status ?? (setAsActive === true ? 'ACTIVE' : 'INACTIVE'),
    caCertificateId: ca.certificateId,
    mode: ca.mode,
  });
}

/** RegisterCertificateWithoutCA: whoever signed it. Throws AwsError. */
export function registerCertificateWithoutCa({ registry }: Account, request: unknown): RegisteredAnswer {
  const body = checkedBody(request, withoutCaBody);
  const certificate = readCertificate(body.certificatePem, 'certificatePem');
  return keep(registry, certificate, { status: body.status ?? 'INACTIVE', caCertificateId: null, mode: 'SNI_ONLY' });
}

/** The registered CA that signed this certificate. */
function authorityOf(registry: Registry, certificate: X509Certificate, caPem: string | undefined): CaCertificate {
  const named = caPem === undefined ? undefined : readCertificate(caPem, 'caCertificatePem').certificateId;
  const signers = registry.caCertificates.values().filter((ca) => {
    if (named !== undefined && ca.certificateId !== named) return false;
    const { x509 } = readCertificate(ca.pem, 'caCertificate');
    return certificate.issuer === x509.subject && certificate.verify(x509.publicKey);
  });
  const [ca, second] = signers;
  if (ca === undefined) {
    throw invalidCertificate(
      named === undefined
        ? 'The certificate is not signed by a registered CA. Register its CA first, or use RegisterCertificateWithoutCA.'
        : 'The certificate is not signed by the CA of caCertificatePem, or that CA is not registered.',
    );
  }
  if (second !== undefined) {
    throw new AwsError(
      'CertificateConflictException',
      'Several registered CA certificates have the subject and key that signed this certificate: give caCertificatePem.',
      409,
    );
  }
  return ca;
}

function keep(
  registry: Registry,
  { certificateId, pem: certificatePem, notBefore, notAfter }: ForeignCertificate,
  more: Pick<Certificate, 'status' | 'caCertificateId' | 'mode'>,
): RegisteredAnswer {
  const certificateArn = registry.arn('cert', certificateId);
  if (registry.certificates.has(certificateId)) {
    throw new AwsError('ResourceAlreadyExistsException', 'The certificate is already registered.', 409, {
      resourceId: certificateId,
      resourceArn: certificateArn,
    });
  }
  const now = epochSeconds();
  registry.store.commit(
    registry.certificates.set(certificateId, {
      certificateId,
      pem: certificatePem,
      createdAt: now,
      modifiedAt: now,
      notBefore,
      notAfter,
      generationId: randomUUID(),
      ...more,
    }),
  );
  return { certificateArn, certificateId };
}
