/** Opens PKCS#12 containers (.pfx, .p12), old (3DES, RC2) and new (AES, SHA-256): node-forge knows the container, Node the keys in it. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { AppError } from '../../../preload/errors.ts';
import { cipherNotSupported, wrongPassword } from './keys.ts';
import type { CertificateFacts } from './pieces.ts';
import { readCertificate } from './x509.ts';

type Opened = { readonly certificates: readonly CertificateFacts[]; readonly keys: readonly KeyObject[] };

/** OpenSSL and Windows ask 2,000 rounds, Java 10,000, careful people some 100,000; each is work for the main process. */
const MOST_ROUNDS = 1_000_000;
const MOST_DEPTH = 24;

/**
 * Throws `certificates.wrongPassword`, `certificates.cipher`, or `certificates.damaged`. `name` is for the sentence only. The password
 * stays in this call.
 */
export function openPkcs12(bytes: Buffer, password: string, name: string): Opened {
  const container = parse(bytes, name);
  refuseEndlessWork(container, name, 0);
  const opened = decrypt(container, password, name);
  const bags = opened.safeContents.flatMap(({ safeBags }) => safeBags);
  return {
    certificates: bags.flatMap((bag) => certificateOf(bag) ?? []),
    keys: bags.flatMap((bag) => keyOf(bag) ?? []),
  };
}

/** Does it look like a PKCS#12 container: a sequence that begins with version 3 (RFC 7292, section 4)? */
export function isPkcs12(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 12);
  return start[0] === 0x30 && start.subarray(2, 10).includes(Buffer.from([0x02, 0x01, 0x03, 0x30]));
}

function parse(bytes: Buffer, name: string): forge.asn1.Asn1 {
  try {
    return forge.asn1.fromDer(forge.util.createBuffer(bytes.toString('binary')));
  } catch {
    throw new AppError('certificates.damaged', `"${name}" begins like a .pfx file but cannot be read to its end.`, {
      hint: 'It may be cut off: export or download it again.',
    });
  }
}

function decrypt(container: forge.asn1.Asn1, password: string, name: string): forge.pkcs12.Pkcs12Pfx {
  try {
    return forge.pkcs12.pkcs12FromAsn1(container, false, password);
  } catch (cause) {
    // The library's own texts tell the two apart and quote nothing of the content.
    const text = cause instanceof Error ? cause.message : '';
    if (/unsupported|Unsupported|Unknown/.test(text)) throw cipherNotSupported(name);
    throw wrongPassword(name);
  }
}

function certificateOf(bag: forge.pkcs12.Bag): CertificateFacts | null {
  const asn1 =
    bag.cert === undefined || bag.cert === null ? certificateAsn1(bag) : forge.pki.certificateToAsn1(bag.cert);
  return asn1 === null ? null : readCertificate(derOf(asn1));
}

/** forge reads RSA only; of others it hands over the structure as it found it. */
function certificateAsn1(bag: forge.pkcs12.Bag): forge.asn1.Asn1 | null {
  return bag.type === forge.pki.oids['certBag'] ? bag.asn1 : null;
}

function keyOf(bag: forge.pkcs12.Bag): KeyObject | null {
  const isKey = bag.type === forge.pki.oids['keyBag'] || bag.type === forge.pki.oids['pkcs8ShroudedKeyBag'];
  if (!isKey) return null;
  const der =
    bag.key === undefined || bag.key === null
      ? derOf(bag.asn1)
      : derOf(forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key)));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function derOf(asn1: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary');
}

/** A salt followed by a number of rounds is how every password-based algorithm writes its parameters. */
function refuseEndlessWork(node: forge.asn1.Asn1, name: string, depth: number): void {
  if (depth > MOST_DEPTH) return;
  const { Type } = forge.asn1;
  if (node.type === Type.OCTETSTRING && typeof node.value === 'string') {
    const inner = innerOf(node.value);
    if (inner !== null) refuseEndlessWork(inner, name, depth + 1);
    return;
  }
  if (!Array.isArray(node.value)) return;
  for (const [index, child] of node.value.entries()) {
    const before = node.value[index - 1];
    if (child.type === Type.INTEGER && before?.type === Type.OCTETSTRING && roundsOf(child) > MOST_ROUNDS) {
      throw new AppError('certificates.tooSlow', `"${name}" asks for more rounds of its password than Isobar works.`, {
        hint: `Write it anew with at most ${MOST_ROUNDS.toLocaleString('en')} rounds (openssl pkcs12 -iter).`,
      });
    }
    refuseEndlessWork(child, name, depth + 1);
  }
}

function innerOf(octets: string): forge.asn1.Asn1 | null {
  if (!octets.startsWith('\x30')) return null;
  try {
    return forge.asn1.fromDer(forge.util.createBuffer(octets), false);
  } catch {
    return null;
  }
}

function roundsOf(integer: forge.asn1.Asn1): number {
  return typeof integer.value === 'string' ? Number(`0x${Buffer.from(integer.value, 'binary').toString('hex')}`) : 0;
}
