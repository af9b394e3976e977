/** Tells by content what a file is: certificate, key, container, archive or something else. Names and endings are never asked. */
import { AppError, toPlainError } from '../../../preload/errors.ts';
import { privateKeyOfDer, privateKeyOfPem, publicIdOf, publicKeyOfDer } from './keys.ts';
import { otherKind } from './other-kinds.ts';
import type { Piece, Source } from './pieces.ts';
import { isPkcs12, openPkcs12 } from './pkcs12.ts';
import { readCertificate } from './x509.ts';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

const EXPECTED =
  'Expected are certificates (PEM, DER), private keys, .pfx files, the zip of an AWS connection kit, or NOAA observations.';

/** Is it a ZIP archive? */
export function isArchive(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 3, 4]));
}

/** Null where nothing in it has to do with certificates; `otherPiece` then says what it is. */
export function recognise(bytes: Buffer, source: Source): readonly Piece[] | null {
  const text = textOf(bytes);
  if (text !== null && text.includes('-----BEGIN ')) return piecesOfPem(text, source);
  if (text !== null && /^\s*MI[A-Za-z0-9+/=\s]{100,}$/.test(text)) {
    // DER as base64 without its frame.
    return piecesOfDer(Buffer.from(text, 'base64'), source);
  }
  return bytes[0] === 0x30 ? piecesOfDer(bytes, source) : null;
}

/** One sentence about a file that is of no use here. */
export function otherPiece(bytes: Buffer, source: Source): Piece {
  const { what, isPartOfKit } = otherKind(bytes);
  if (isPartOfKit) return { kind: 'extra', source, what };
  return refused(source, new AppError('certificates.otherFile', `"${source}" is ${what}.`, { hint: EXPECTED }));
}

export function refused(source: Source, error: unknown): Piece {
  return { kind: 'refused', source, error: toPlainError(error) };
}

function textOf(bytes: Buffer): string | null {
  // PowerShell writes UTF-16 when output is redirected into a file.
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  return bytes.subarray(0, 4096).includes(0) ? null : bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function piecesOfPem(text: string, source: Source): readonly Piece[] {
  const blocks = [...text.matchAll(BLOCK)];
  if (blocks.length === 0) return [cut(source)];
  return blocks.flatMap(([pem, label = '', body = '']) => pieceOfBlock(pem, label, body, source));
}

function pieceOfBlock(pem: string, label: string, body: string, source: Source): readonly Piece[] {
  switch (label) {
    case 'CERTIFICATE':
    case 'X509 CERTIFICATE':
    case 'TRUSTED CERTIFICATE': {
      const facts = readCertificate(pem.replaceAll(label, 'CERTIFICATE'));
      return [facts === null ? damaged(source, 'certificate') : { kind: 'certificate', source, facts }];
    }
    case 'ENCRYPTED PRIVATE KEY':
      return [{ kind: 'locked', source, what: 'key', bytes: Buffer.from(pem) }];
    case 'PRIVATE KEY':
    case 'RSA PRIVATE KEY':
    case 'EC PRIVATE KEY': {
      if (/^Proc-Type:\s*4,ENCRYPTED/m.test(body))
        return [{ kind: 'locked', source, what: 'key', bytes: Buffer.from(pem) }];
      const key = privateKeyOfPem(pem);
      return [key === null ? damaged(source, 'private key') : { kind: 'key', source, key, publicId: publicIdOf(key) }];
    }
    case 'PUBLIC KEY':
    case 'RSA PUBLIC KEY': {
      const key = publicKeyOfDer(Buffer.from(body, 'base64'));
      return [key === null ? damaged(source, 'public key') : { kind: 'publicKey', source, publicId: publicIdOf(key) }];
    }
    // OpenSSL writes the curve before the key; the key holds it too.
    case 'EC PARAMETERS':
      return [];
    default:
      return [refused(source, otherBlock(source, label))];
  }
}

const OTHER_BLOCKS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  'CERTIFICATE REQUEST': [
    'a signing request (CSR), not the certificate made from it',
    'Drop the certificate that the authority gave back.',
  ],
  'NEW CERTIFICATE REQUEST': [
    'a signing request (CSR), not the certificate made from it',
    'Drop the certificate that the authority gave back.',
  ],
  'OPENSSH PRIVATE KEY': [
    'a key for SSH log-ins, not the key of a certificate',
    'Devices of AWS IoT use the key that was made with their certificate, often named "private.pem.key".',
  ],
  'X509 CRL': ['a list of revoked certificates, not a certificate', EXPECTED],
  PKCS7: [
    'a PKCS#7 bundle, which holds certificates but never a key',
    'Take the certificates out with: openssl pkcs7 -print_certs.',
  ],
};

function otherBlock(source: Source, label: string): AppError {
  const [what, hint] = OTHER_BLOCKS[label] ?? [`a PEM file with "${label}", which Isobar has no use for`, EXPECTED];
  return new AppError('certificates.otherFile', `"${source}" is ${what}.`, { hint });
}

function piecesOfDer(bytes: Buffer, source: Source): readonly Piece[] | null {
  const facts = readCertificate(bytes);
  if (facts !== null) return [{ kind: 'certificate', source, facts }];
  if (isPkcs12(bytes)) return piecesOfPfx(bytes, source);
  const key = privateKeyOfDer(bytes);
  if (key !== null) return [{ kind: 'key', source, key, publicId: publicIdOf(key) }];
  const publicKey = publicKeyOfDer(bytes);
  if (publicKey !== null) return [{ kind: 'publicKey', source, publicId: publicIdOf(publicKey) }];
  if (isEncryptedKey(bytes)) return [{ kind: 'locked', source, what: 'key', bytes }];
  return null;
}

/** Some are made without a password; only the others ask for one. */
function piecesOfPfx(bytes: Buffer, source: Source): readonly Piece[] {
  try {
    return piecesOfOpenedPfx(bytes, '', source);
  } catch (error) {
    const isLocked = error instanceof AppError && error.code === 'certificates.wrongPassword';
    return [isLocked ? { kind: 'locked', source, what: 'pfx', bytes } : refused(source, error)];
  }
}

/** Throws as `openPkcs12` does. */
export function piecesOfOpenedPfx(bytes: Buffer, password: string, source: Source): readonly Piece[] {
  const { certificates, keys } = openPkcs12(bytes, password, source);
  return [
    ...certificates.map((facts): Piece => ({ kind: 'certificate', source, facts })),
    ...keys.map((key): Piece => ({ kind: 'key', source, key, publicId: publicIdOf(key) })),
  ];
}

/** EncryptedPrivateKeyInfo (RFC 5958, section 3): an algorithm of PKCS#5 or PKCS#12, then the encrypted bytes. */
function isEncryptedKey(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 32).toString('hex');
  return start.includes('06092a864886f70d0105') || start.includes('060a2a864886f70d010c01');
}

function damaged(source: Source, what: string): Piece {
  const error = new AppError('certificates.damaged', `"${source}" holds a ${what} that cannot be read.`, {
    hint: 'It may be cut off or altered: download or export it again.',
  });
  return refused(source, error);
}

function cut(source: Source): Piece {
  const error = new AppError('certificates.damaged', `"${source}" begins a PEM block and does not end it.`, {
    hint: 'It was cut off: download or copy it again as a whole.',
  });
  return refused(source, error);
}
