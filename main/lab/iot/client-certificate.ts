/** Whether the certificate that a TLS client has proved to hold lets it in: registered, ACTIVE, and within its dates. */
import type { TLSSocket } from 'node:tls';
import { certificateIdOf } from './certificate-authority.ts';
import type { Registry } from './registry.ts';

export type ClientCertificate =
  /** The client has shown no certificate. */
  | { readonly kind: 'none' }
  | { readonly kind: 'good'; readonly certificateId: string }
  | { readonly kind: 'refused'; readonly certificateId: string; readonly reason: string };

/**
 * The registry decides, not a chain: as on AWS, a certificate of any authority is good once it is registered. Looks anew at each call,
 * since a connection may outlive its certificate.
 */
export function checkClientCertificate(registry: Registry, socket: TLSSocket): ClientCertificate {
  const certificate = socket.getPeerCertificate(false);
  // Without a certificate the answer is an empty object, and null once the socket is gone.
  if (!(certificate?.raw instanceof Buffer)) return { kind: 'none' };
  const certificateId = certificateIdOf(certificate.raw);
  const refused = (reason: string): ClientCertificate => ({ kind: 'refused', certificateId, reason });
  const status = registry.certificates.get(certificateId)?.status;
  if (status === undefined) return refused('the certificate is not registered');
  if (status !== 'ACTIVE') return refused(`the certificate is ${status}, not ACTIVE`);
  const now = Date.now();
  if (now > Date.parse(certificate.valid_to)) return refused(`the certificate expired on ${certificate.valid_to}`);
  if (now < Date.parse(certificate.valid_from)) return refused(`the certificate begins on ${certificate.valid_from}`);
  return { kind: 'good', certificateId };
}
