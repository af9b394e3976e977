/** Private and public keys by way of Node's crypto: opens every form, and tells what pairs a key with its certificate. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { AppError } from '../../../preload/errors.ts';

/** The same for a private key, its public key and its certificate, however each is written down. */
export function publicIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256').update(canonical(publicKey)).digest('hex');
}

function canonical(publicKey: KeyObject): string | Buffer {
  switch (publicKey.asymmetricKeyType) {
    case 'rsa':
    case 'ec': {
      // A point may be written compressed or not; as JWK it has one form.
      const { kty, crv, x, y, n, e } = publicKey.export({ format: 'jwk' });
      return [kty, crv, x, y, n, e].join('|');
    }
    default:
      return publicKey.export({ format: 'der', type: 'spki' });
  }
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

/** `RSA 2048`, `EC P-256`. */
export function keyTypeOf(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return modulusLength === undefined ? 'RSA' : `RSA ${modulusLength}`;
    case 'ec':
      return namedCurve === undefined ? 'EC' : `EC ${CURVES[namedCurve] ?? namedCurve}`;
    default:
      return (key.asymmetricKeyType ?? 'unknown').toUpperCase();
  }
}

/** As every TLS library of the device SDKs reads it: PKCS#1 for RSA, SEC 1 for EC. */
export function keyPemOf(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ format: 'pem', type: 'pkcs1' }).toString();
    case 'ec':
      return key.export({ format: 'pem', type: 'sec1' }).toString();
    default:
      throw new AppError('certificates.keyKind', `A key of the kind ${keyTypeOf(key)} is of no use for AWS IoT.`, {
        hint: 'AWS IoT takes RSA keys of at least 2,048 bits and EC keys of the curves P-256, P-384 and P-521.',
      });
  }
}

/** Null where the bytes are no plain private key in DER form (PKCS#8, PKCS#1, SEC 1). */
export function privateKeyOfDer(der: Buffer): KeyObject | null {
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type });
    } catch {
      // It is of another form, or no key at all: that is what is being found out.
    }
  }
  return null;
}

export function publicKeyOfDer(der: Buffer): KeyObject | null {
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      return createPublicKey({ key: der, format: 'der', type });
    } catch {
      // As above.
    }
  }
  return null;
}

/** Null where the PEM block is no readable private key. */
export function privateKeyOfPem(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

/** Opens an encrypted key, PEM (PKCS#8 or the older OpenSSL form) or DER (PKCS#8). Throws `certificates.wrongPassword`. */
export function unlockKey(locked: string | Buffer, password: string, name: string): KeyObject {
  try {
    return typeof locked === 'string'
      ? createPrivateKey({ key: locked, passphrase: password })
      : createPrivateKey({ key: locked, format: 'der', type: 'pkcs8', passphrase: password });
  } catch (cause) {
    // The library's own text is not passed on: it may quote what it read.
    if (/unsupported|UNSUPPORTED|unknown cipher|UNKNOWN_CIPHER/i.test(cause instanceof Error ? cause.message : ''))
      throw cipherNotSupported(name);
    throw wrongPassword(name);
  }
}

export function wrongPassword(name: string): AppError {
  return new AppError('certificates.wrongPassword', `This password does not open "${name}".`, {
    hint: 'Check upper and lower case, and that it is the password of this very file.',
  });
}

export function cipherNotSupported(name: string): AppError {
  return new AppError('certificates.cipher', `"${name}" is encrypted in a way that Isobar cannot open.`, {
    hint: 'Write it anew with OpenSSL: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW.',
  });
}
