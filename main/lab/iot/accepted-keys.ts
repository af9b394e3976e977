/** The kinds of keys that AWS IoT takes in CSRs and certificates. */
import type { KeyObject } from 'node:crypto';

/** https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html */
export function isAcceptedKey(key: KeyObject): boolean {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') return modulusLength >= 2048;
  return key.asymmetricKeyType === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(namedCurve);
}
