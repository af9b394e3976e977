/** Reads what people want to know of an X.509 certificate, PEM or DER. */
import { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from './pieces.ts';
import { keyTypeOf, publicIdOf } from './keys.ts';

/** SHA-256 fingerprints of Amazon Trust Services' roots (https://www.amazontrust.com/repository/). */
const AMAZON_ROOTS: ReadonlySet<string> = new Set([
  '8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e',
  '1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4',
  '18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4',
  'e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092',
  '568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5',
]);

/** Null where the bytes are no certificate that can be read. */
export function readCertificate(encoded: string | Buffer): CertificateFacts | null {
  try {
    const certificate = new X509Certificate(encoded);
    const { publicKey } = certificate;
    const certificateId = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    const subject = oneLine(certificate.subject);
    const issuer = oneLine(certificate.issuer);
    return {
      certificateId,
      pem: pemOf(certificate.raw),
      subject,
      commonName: /^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? null,
      issuer,
      publicId: publicIdOf(publicKey),
      keyType: keyTypeOf(publicKey),
      validFrom: Date.parse(certificate.validFrom),
      validTo: Date.parse(certificate.validTo),
      isAuthority: certificate.ca,
      isSelfSigned: subject === issuer && certificate.verify(publicKey),
      isAmazonRoot: AMAZON_ROOTS.has(certificateId),
    };
  } catch {
    return null;
  }
}

/** Did the key of `authority` really sign `certificate`? */
export function isSignedBy(certificate: CertificateFacts, authority: CertificateFacts): boolean {
  if (certificate.issuer !== authority.subject) return false;
  try {
    return new X509Certificate(certificate.pem).verify(new X509Certificate(authority.pem).publicKey);
  } catch {
    return false;
  }
}

/** Node gives one part a line, the least specific first. */
function oneLine(name: string | undefined): string {
  return (name ?? '')
    .split('\n')
    .filter((part) => part !== '')
    .reverse()
    .join(', ');
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
