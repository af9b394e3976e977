/** The lab's own certificate authority: makes itself on first use, signs device certificates and the broker's server certificate. */
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  cryptoProvider,
  type Extension,
} from '@peculiar/x509';
import { createHash, createPrivateKey, createPublicKey, randomBytes, webcrypto, type KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAcceptedKey } from './accepted-keys.ts';
import { invalidRequest } from './input.ts';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
/** As on AWS, device certificates live until the end of 2049. */
const DEVICE_NOT_AFTER = new Date('2049-12-31T23:59:59Z');
const DEFAULT_SUBJECT = 'CN=AWS IoT Certificate';
const CA_SUBJECT = 'CN=Isobar lab CA, O=Isobar';
const DAY_MS = 24 * 60 * 60 * 1000;
/** Clients whose clock is a little slow must not find a certificate from the future. */
const BACKDATE_MS = 60 * 60 * 1000;
const SERVER_DAYS = 825;
const SERVER_RENEW_DAYS = 60;
const CA_DAYS = 30 * 365;

type IssuedCertificate = {
  /** SHA-256 of the DER form in hex, which is AWS's certificate id. */
  readonly certificateId: string;
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
};

export type CertificateAuthority = {
  readonly pem: string;
  readonly file: string;
  readonly server: { readonly certPem: string; readonly keyPem: string };
  /** Throws AwsError InvalidRequestException when the CSR cannot be read, is not signed by its key, or the key is too weak or of another kind. */
  readonly signRequest: (csrPem: string) => Promise<IssuedCertificate>;
  readonly makeKeys: () => Promise<
    IssuedCertificate & { readonly publicKeyPem: string; readonly privateKeyPem: string }
  >;
};

/** Opens the authority: certificate in `<labFolder>/ca.pem`, keys below `<labFolder>/iot`, readable by the owner only. */
export async function openCertificateAuthority(labFolder: string): Promise<CertificateAuthority> {
  cryptoProvider.set(webcrypto);
  const folder = join(labFolder, 'iot');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(labFolder, 'ca.pem');
  const { certificate, key } = await openRoot(file, join(folder, 'ca-key.pem'));
  const issue = (publicKey: webcrypto.CryptoKey, subject: string, notAfter: Date, extensions: readonly Extension[]) =>
    issueCertificate({ certificate, key, publicKey, subject, notAfter, extensions });
  const server = await openServerCertificate(folder, certificate, issue);
  const device = async (publicKey: webcrypto.CryptoKey, subject: string): Promise<IssuedCertificate> =>
    issued(await issue(publicKey, subject, DEVICE_NOT_AFTER, DEVICE_EXTENSIONS));
  return {
    pem: pemOf(certificate),
    file,
    server,
    signRequest: async (csrPem) => {
      const { publicKey, subject } = await checkRequest(csrPem);
      return device(publicKey, subject === '' ? DEFAULT_SUBJECT : subject);
    },
    makeKeys: async () => {
      const rsa = {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-256',
        modulusLength: 2048,
        publicExponent: new Uint8Array([1, 0, 1]),
      };
      const keys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
      const privateKey = createPrivateKey({ key: await pkcs8(keys.privateKey), format: 'der', type: 'pkcs8' });
      return {
        ...(await device(keys.publicKey, DEFAULT_SUBJECT)),
        publicKeyPem: exportPem(createPublicKey(privateKey), 'spki'),
        privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
      };
    },
  };
}

/** The id AWS gives a certificate, from its DER form. */
export function certificateIdOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

const DEVICE_EXTENSIONS = [
  new BasicConstraintsExtension(false, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
];

type Root = { readonly certificate: X509Certificate; readonly key: webcrypto.CryptoKey };

async function openRoot(certificateFile: string, keyFile: string): Promise<Root> {
  const stored = await Promise.all([readIfThere(certificateFile), readIfThere(keyFile)]);
  if (stored[0] !== undefined && stored[1] !== undefined) {
    return { certificate: new X509Certificate(stored[0]), key: await importKey(stored[1]) };
  }
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: CA_SUBJECT,
    ...validity(new Date(Date.now() + CA_DAYS * DAY_MS)),
    signingAlgorithm: SIGNATURE,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  // The key first: a certificate without its key would be useless, the other way round a new pair is made.
  await replaceFile(keyFile, await keyPemOf(keys.privateKey), 0o600);
  await replaceFile(certificateFile, pemOf(certificate), 0o644);
  return { certificate, key: keys.privateKey };
}

type Issue = (
  publicKey: webcrypto.CryptoKey,
  subject: string,
  notAfter: Date,
  extensions: readonly Extension[],
) => Promise<X509Certificate>;

async function openServerCertificate(
  folder: string,
  root: X509Certificate,
  issue: Issue,
): Promise<CertificateAuthority['server']> {
  const certificateFile = join(folder, 'server.pem');
  const keyFile = join(folder, 'server-key.pem');
  const [certPem, keyPem] = await Promise.all([readIfThere(certificateFile), readIfThere(keyFile)]);
  if (certPem !== undefined && keyPem !== undefined && (await isGoodServer(certPem, keyPem, root)))
    return { certPem, keyPem };
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const certificate = await issue(keys.publicKey, 'CN=localhost', new Date(Date.now() + SERVER_DAYS * DAY_MS), [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension([
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
      { type: 'ip', value: '::1' },
    ]),
  ]);
  const made = { certPem: pemOf(certificate), keyPem: await keyPemOf(keys.privateKey) };
  await replaceFile(keyFile, made.keyPem, 0o600);
  await replaceFile(certificateFile, made.certPem, 0o644);
  return made;
}

async function isGoodServer(certPem: string, keyPem: string, root: X509Certificate): Promise<boolean> {
  const certificate = new X509Certificate(certPem);
  if (certificate.notAfter.getTime() - Date.now() < SERVER_RENEW_DAYS * DAY_MS) return false;
  // Of a start that was cut between the two files, the key belongs to a newer certificate.
  const key = createPublicKey(createPrivateKey(keyPem)).export({ format: 'der', type: 'spki' });
  return key.equals(Buffer.from(certificate.publicKey.rawData)) && (await certificate.verify(root));
}

async function issueCertificate(request: {
  readonly certificate: X509Certificate;
  readonly key: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  readonly subject: string;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
}): Promise<X509Certificate> {
  const { certificate, key, publicKey, subject, notAfter, extensions } = request;
  return X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    issuer: certificate.subject,
    subject,
    ...validity(notAfter),
    publicKey,
    signingKey: key,
    signingAlgorithm: SIGNATURE,
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(certificate),
    ],
  });
}

async function checkRequest(
  csrPem: string,
): Promise<{ readonly publicKey: webcrypto.CryptoKey; readonly subject: string }> {
  const request = readRequest(csrPem);
  const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
  if (!isAcceptedKey(key)) {
    throw invalidRequest(
      'The key of the CSR must be RSA of at least 2048 bits, or ECC of the curve P-256, P-384 or P-521.',
    );
  }
  const isSigned = await request.verify().catch(() => false);
  if (!isSigned) throw invalidRequest('The signature of the CSR does not belong to its key.');
  return { publicKey: await request.publicKey.export(webcrypto), subject: request.subject };
}

function readRequest(csrPem: string): Pkcs10CertificateRequest {
  try {
    return new Pkcs10CertificateRequest(csrPem);
  } catch {
    throw invalidRequest('The CSR is invalid: expected a PEM block "CERTIFICATE REQUEST".');
  }
}

function issued(certificate: X509Certificate): IssuedCertificate {
  const { notBefore, notAfter, rawData } = certificate;
  return { certificateId: certificateIdOf(new Uint8Array(rawData)), pem: pemOf(certificate), notBefore, notAfter };
}

function validity(notAfter: Date): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(Date.now() - BACKDATE_MS), notAfter };
}

/** 20 bytes, positive as X.509 asks. */
function serialNumber(): string {
  const bytes = randomBytes(20);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trimEnd()}\n`;
}

async function pkcs8(key: webcrypto.CryptoKey): Promise<Buffer> {
  return Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
}

async function keyPemOf(key: webcrypto.CryptoKey): Promise<string> {
  return exportPem(createPrivateKey({ key: await pkcs8(key), format: 'der', type: 'pkcs8' }), 'pkcs8');
}

function exportPem(key: KeyObject, type: 'spki' | 'pkcs8'): string {
  return key.export({ format: 'pem', type }).toString();
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', der, CURVE, false, ['sign']);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, text, { mode });
  await rename(draft, path);
}
