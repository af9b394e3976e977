/** Reads certificates that others have made, for their registration. */
import { X509Certificate } from 'node:crypto';
import { AwsError } from '../services.ts';
import { isAcceptedKey } from './accepted-keys.ts';
import { certificateIdOf } from './certificate-authority.ts';

export type ForeignCertificate = {
  readonly x509: X509Certificate;
  readonly certificateId: string;
  /** As the lab keeps it, without what the sender's file held around it. */
  readonly pem: string;
  /** Epoch seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
};

/** Throws AwsError CertificateValidationException; `what` names the member of the request. */
export function readCertificate(pem: string, what: string): ForeignCertificate {
  const x509 = parse(pem, what);
  if (!isAcceptedKey(x509.publicKey)) {
    throw invalidCertificate(
      `The key of '${what}' must be RSA of at least 2048 bits, or ECC of the curve P-256, P-384 or P-521.`,
    );
  }
  return {
    x509,
    certificateId: certificateIdOf(x509.raw),
    pem: x509.toString(),
    notBefore: Date.parse(x509.validFrom) / 1000,
    notAfter: Date.parse(x509.validTo) / 1000,
  };
}

export function invalidCertificate(message: string): AwsError {
  return new AwsError('CertificateValidationException', message);
}

/** Undefined when the subject has no common name. */
export function commonNameOf({ subject }: X509Certificate): string | undefined {
  return /^CN=(.*)$/m.exec(subject)?.[1];
}

function parse(pem: string, what: string): X509Certificate {
  // A private key must not travel along in what should be a certificate, and binary files are no PEM.
  if (!/^\s*-----BEGIN CERTIFICATE-----/.test(pem)) {
    throw invalidCertificate(`'${what}' is not a certificate: expected a PEM block "CERTIFICATE".`);
  }
  try {
    return new X509Certificate(pem);
  } catch {
    throw invalidCertificate(`'${what}' cannot be read: its PEM block "CERTIFICATE" is damaged.`);
  }
}
