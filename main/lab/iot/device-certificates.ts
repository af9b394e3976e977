/**
 * Signs device certificates and reads certificate requests. Written in DER directly: a general X.509 library takes some 9 ms for each
 * certificate, and a fleet of 1,000 is to be provisioned within seconds.
 */
import { createHash, createPublicKey, randomBytes, sign, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { isAcceptedKey } from './accepted-keys.ts';
import { der, partsOf, readDer, SEQUENCE } from './der.ts';
import { invalidRequest } from './input.ts';

export type IssuedCertificate = {
  /** SHA-256 of the DER form in hex, which is AWS's certificate id. */
  readonly certificateId: string;
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
};

export type DeviceRequest = {
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Buffer;
  /** DER of the Name. */
  readonly subject: Buffer;
};

/** As on AWS, device certificates live until the end of 2049. */
const DEVICE_NOT_AFTER = new Date('2049-12-31T23:59:59Z');
/** Clients whose clock is a little slow must not find a certificate from the future. */
const BACKDATE_MS = 60 * 60 * 1000;

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

const ECDSA_SHA256 = der(SEQUENCE, der(OBJECT_ID, Buffer.from('2a8648ce3d040302', 'hex')));
/** Signature algorithms of CSRs by their object identifier in hex: RSA PKCS #1 and ECDSA with the SHA-2 family. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d01010b', 'sha256'],
  ['2a864886f70d01010c', 'sha384'],
  ['2a864886f70d01010d', 'sha512'],
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
]);
const NO_NAME = der(SEQUENCE, Buffer.alloc(0));
const DEFAULT_NAME = der(
  SEQUENCE,
  der(
    SET,
    der(SEQUENCE, der(OBJECT_ID, Buffer.from('550403', 'hex')), der(UTF8_STRING, Buffer.from('AWS IoT Certificate'))),
  ),
);

/** Throws AwsError InvalidRequestException when the CSR cannot be read, is not signed by its key, or the key is too weak or of another kind. */
export function readDeviceRequest(csrPem: string): DeviceRequest {
  const { info, subject, publicKey, algorithm, signature } = partsOfRequest(csrPem);
  const key = keyOf(publicKey);
  if (!isAcceptedKey(key)) {
    throw invalidRequest(
      'The key of the CSR must be RSA of at least 2048 bits, or ECC of the curve P-256, P-384 or P-521.',
    );
  }
  const hash = HASHES.get(algorithm);
  if (hash === undefined)
    throw invalidRequest('The CSR must be signed with RSA or ECDSA, and SHA-256, SHA-384 or SHA-512.');
  if (!verify(hash, info, key, signature)) throw invalidRequest('The signature of the CSR does not belong to its key.');
  return { publicKey, subject: subject.equals(NO_NAME) ? DEFAULT_NAME : subject };
}

/** A signer with the lab's CA. */
export function openDeviceSigner(
  authority: X509Certificate,
  key: KeyObject,
): (request: { readonly publicKey: Buffer; readonly subject?: Buffer }) => IssuedCertificate {
  const issuer = subjectOf(authority);
  const authorityKeyId = der(SEQUENCE, der(0x80, keyIdOf(authority.publicKey.export({ format: 'der', type: 'spki' }))));
  return ({ publicKey, subject = DEFAULT_NAME }) => {
    const notBefore = new Date(Math.floor((Date.now() - BACKDATE_MS) / 1000) * 1000);
    const body = der(
      SEQUENCE,
      der(VERSION, der(INTEGER, Buffer.from([2]))),
      der(INTEGER, serialNumber()),
      ECDSA_SHA256,
      issuer,
      der(SEQUENCE, utcTime(notBefore), utcTime(DEVICE_NOT_AFTER)),
      subject,
      publicKey,
      der(
        EXTENSIONS,
        der(
          SEQUENCE,
          // RFC 5280, 4.2.1: basicConstraints (no CA) and keyUsage (digitalSignature) are critical, the key ids are not.
          criticalExtension('551d13', der(SEQUENCE, Buffer.alloc(0))),
          criticalExtension('551d0f', der(BIT_STRING, Buffer.from([7, 0x80]))),
          extension('551d0e', der(OCTET_STRING, keyIdOf(publicKey))),
          extension('551d23', authorityKeyId),
        ),
      ),
    );
    const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', body, key));
    return issued(der(SEQUENCE, body, ECDSA_SHA256, signature), notBefore);
  };
}

function issued(bytes: Buffer, notBefore: Date): IssuedCertificate {
  const certificateId = createHash('sha256').update(bytes).digest('hex');
  try {
    return { certificateId, pem: new X509Certificate(bytes).toString(), notBefore, notAfter: DEVICE_NOT_AFTER };
  } catch {
    // The name comes from the CSR as it is.
    throw invalidRequest('The subject of the CSR cannot be used in a certificate.');
  }
}

type RequestParts = {
  /** What is signed. */
  readonly info: Buffer;
  readonly subject: Buffer;
  readonly publicKey: Buffer;
  /** Object identifier in hex. */
  readonly algorithm: string;
  readonly signature: Buffer;
};

/** RFC 2986, 4: CertificationRequest. */
function partsOfRequest(csrPem: string): RequestParts {
  const base64 = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/.exec(csrPem)?.[1];
  if (base64 === undefined) throw invalidRequest('The CSR is invalid: expected a PEM block "CERTIFICATE REQUEST".');
  try {
    const [info, algorithm, signature] = partsOf(readDer(Buffer.from(base64, 'base64')));
    if (info === undefined || algorithm === undefined || signature?.tag !== BIT_STRING) throw new Error('parts miss');
    const [, subject, publicKey] = partsOf(info);
    const [id] = partsOf(algorithm);
    if (subject?.tag !== SEQUENCE || publicKey?.tag !== SEQUENCE || id === undefined) throw new Error('parts miss');
    return {
      info: info.whole,
      subject: subject.whole,
      publicKey: publicKey.whole,
      algorithm: id.content.toString('hex'),
      // The first byte of a bit string counts the bits that are left over in its last.
      signature: signature.content.subarray(1),
    };
  } catch {
    throw invalidRequest('The CSR is invalid: its PEM block "CERTIFICATE REQUEST" is damaged.');
  }
}

function keyOf(publicKey: Buffer): KeyObject {
  try {
    return createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
  } catch {
    throw invalidRequest('The CSR is invalid: its public key cannot be read.');
  }
}

/** RFC 5280, 4.1: the subject is the sixth part of what is signed. */
function subjectOf(certificate: X509Certificate): Buffer {
  const [body] = partsOf(readDer(certificate.raw));
  const subject = body === undefined ? undefined : partsOf(body)[5];
  if (subject === undefined) throw new Error('the certificate of the lab has no subject');
  return subject.whole;
}

/** RFC 5280, 4.2.1.2: SHA-1 of the key's bits. */
function keyIdOf(publicKey: Buffer): Buffer {
  const bits = partsOf(readDer(publicKey))[1]?.content.subarray(1) ?? Buffer.alloc(0);
  return createHash('sha1').update(bits).digest();
}

function extension(id: string, value: Buffer): Buffer {
  return der(SEQUENCE, der(OBJECT_ID, Buffer.from(id, 'hex')), der(OCTET_STRING, value));
}

function criticalExtension(id: string, value: Buffer): Buffer {
  const isCritical = der(0x01, Buffer.from([0xff]));
  return der(SEQUENCE, der(OBJECT_ID, Buffer.from(id, 'hex')), isCritical, der(OCTET_STRING, value));
}

/** For years up to 2049. */
function utcTime(date: Date): Buffer {
  return der(
    UTC_TIME,
    Buffer.from(
      `${date
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  );
}

/** 20 bytes, positive as X.509 asks. */
function serialNumber(): Buffer {
  const bytes = randomBytes(20);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}
