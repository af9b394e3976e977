/** Which key a certificate signing request is for: the one thing that request and certificate have in common. */
import { createHash } from 'node:crypto';
import { AppError } from '../../preload/errors.ts';

/**
 * SHA-256 of the public key (SPKI, DER) in a PKCS #10 request (RFC 2986, 4.1), in hex: the same as `keyDigestOf` its certificate. Throws
 * AppError `cloud.signingRequest` for what is no request.
 */
export function requestKeyDigestOf(csrPem: string): string {
  const der = Buffer.from(csrPem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const request = elementAt(der, 0);
  const info = elementAt(der, request.content);
  const version = elementAt(der, info.content);
  const subject = elementAt(der, version.end);
  const key = elementAt(der, subject.end);
  return createHash('sha256').update(der.subarray(subject.end, key.end)).digest('hex');
}

/** Where the DER element at `start` has its content, and where it ends. */
function elementAt(der: Buffer, start: number): { readonly content: number; readonly end: number } {
  const first = der[start + 1];
  if (first === undefined) throw notARequest();
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const content = start + 2 + lengthBytes;
  if (lengthBytes > 4 || content > der.length) throw notARequest();
  const length = lengthBytes === 0 ? first : der.readUIntBE(start + 2, lengthBytes);
  if (content + length > der.length) throw notARequest();
  return { content, end: content + length };
}

function notARequest(): AppError {
  return new AppError('cloud.signingRequest', 'The certificate signing request cannot be read.', {
    hint: 'It must be a PKCS #10 request as PEM text.',
  });
}
