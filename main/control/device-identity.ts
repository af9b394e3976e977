/** A device's key is made here, on this computer, and never leaves it; only the signing request does. */
import { generateKeyPair, sign } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

const { asn1 } = forge;
const makeKeyPair = promisify(generateKeyPair);

const COMMON_NAME = '2.5.4.3';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

/**
 * A new EC P-256 key (SEC 1 PEM, which every TLS library of the device SDK reads) and its PKCS#10 request (PEM) for
 * `CreateCertificateFromCsr`. The request is put together here (RFC 2986, section 4), because for a thousand stations it has to be made a
 * thousand times: a library that builds a tree of objects for it takes five milliseconds each.
 */
export async function createDeviceKey(
  commonName: string,
): Promise<{ readonly keyPem: string; readonly csrPem: string }> {
  const { privateKey, publicKey } = await makeKeyPair('ec', { namedCurve: 'prime256v1' });
  const publicKeyInfo = asn1.fromDer(publicKey.export({ type: 'spki', format: 'der' }).toString('binary'));
  const unsigned = sequence([
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.INTEGER, false, '\0'),
    subject(commonName),
    publicKeyInfo,
    // No attributes, but their place is not optional.
    asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, []),
  ]);
  const signature = sign('sha256', Buffer.from(asn1.toDer(unsigned).getBytes(), 'binary'), privateKey);
  const request = sequence([
    unsigned,
    sequence([objectId(ECDSA_WITH_SHA256)]),
    // The first byte tells how many bits at the end are unused.
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BITSTRING, false, `\0${signature.toString('binary')}`),
  ]);
  const der = Buffer.from(asn1.toDer(request).getBytes(), 'binary');
  return {
    keyPem: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    csrPem: pemOf(der),
  };
}

function subject(commonName: string): forge.asn1.Asn1 {
  const text = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.UTF8, false, forge.util.encodeUtf8(commonName));
  const part = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SET, true, [sequence([objectId(COMMON_NAME), text])]);
  return sequence([part]);
}

function sequence(parts: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, parts);
}

function objectId(dotted: string): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(dotted).getBytes());
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}
