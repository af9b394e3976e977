/** A device's key is made here, on this computer, and never leaves it; only the signing request does. */
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { cryptoProvider, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';

// Electron 25's Node has no global crypto that the library could find by itself.
cryptoProvider.set(webcrypto);

const EC_P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** A new EC P-256 key (SEC 1 PEM, which every TLS library of the device SDK reads) and its PKCS#10 request (PEM) for `CreateCertificateFromCsr`. */
export async function createDeviceKey(
  commonName: string,
): Promise<{ readonly keyPem: string; readonly csrPem: string }> {
  const keys = await webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const keyPem = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ type: 'sec1', format: 'pem' });
  return { keyPem: keyPem.toString(), csrPem: request.toString('pem') };
}
