/** The lab's own certificate authority: makes itself on first use, signs device certificates and the broker's server certificate. */
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  cryptoProvider,
  type Extension,
} from '@peculiar/x509';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  randomBytes,
  webcrypto,
  X509Certificate as NodeCertificate,
  type KeyObject,
} from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sealedFile, type LabSeal, type SealedFile } from '../lab-seal.ts';
import { openDeviceSigner, readDeviceRequest, type IssuedCertificate } from './device-certificates.ts';

const makeKeyPair = promisify(generateKeyPair);

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const CA_SUBJECT = 'CN=Isobar lab CA, O=Isobar';
const DAY_MS = 24 * 60 * 60 * 1000;
/** Clients whose clock is a little slow must not find a certificate from the future. */
const BACKDATE_MS = 60 * 60 * 1000;
const SERVER_DAYS = 825;
const SERVER_RENEW_DAYS = 60;
const CA_DAYS = 30 * 365;

export type CertificateAuthority = {
  readonly pem: string;
  readonly file: string;
  readonly server: { readonly certPem: string; readonly keyPem: string };
  /** Throws AwsError InvalidRequestException when the CSR cannot be read, is not signed by its key, or the key is too weak or of another kind. */
  readonly signRequest: (csrPem: string) => IssuedCertificate;
  readonly makeKeys: () => Promise<
    IssuedCertificate & { readonly publicKeyPem: string; readonly privateKeyPem: string }
  >;
};

/**
 * Opens the authority: certificate in `<labFolder>/ca.pem`, keys sealed below `<labFolder>/iot`.
 * Throws AppError `lab.keyDoesNotFit` when they were sealed with another key; the files are then as they were.
 */
export async function openCertificateAuthority(labFolder: string, seal: LabSeal): Promise<CertificateAuthority> {
  cryptoProvider.set(webcrypto);
  const folder = join(labFolder, 'iot');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(labFolder, 'ca.pem');
  const { certificate, key, keyObject } = await openRoot(
    file,
    keyFileIn(folder, seal, 'ca-key', 'key of the certificate authority'),
  );
  const issue = (publicKey: webcrypto.CryptoKey, subject: string, notAfter: Date, extensions: readonly Extension[]) =>
    issueCertificate({ certificate, key, publicKey, subject, notAfter, extensions });
  const server = await openServerCertificate(
    join(folder, 'server.pem'),
    keyFileIn(folder, seal, 'server-key', 'key of the server certificate'),
    certificate,
    issue,
  );
  const signDevice = openDeviceSigner(new NodeCertificate(Buffer.from(certificate.rawData)), keyObject);
  return {
    pem: pemOf(certificate),
    file,
    server,
    signRequest: (csrPem) => signDevice(readDeviceRequest(csrPem)),
    makeKeys: async () => {
      const { publicKey, privateKey } = await makeKeyPair('rsa', { modulusLength: 2048 });
      return {
        ...signDevice({ publicKey: publicKey.export({ format: 'der', type: 'spki' }) }),
        publicKeyPem: exportPem(publicKey, 'spki'),
        privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
      };
    },
  };
}

/** The id AWS gives a certificate, from its DER form. */
export function certificateIdOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

type Root = {
  readonly certificate: X509Certificate;
  /** The same key in the forms of the two libraries. */
  readonly key: webcrypto.CryptoKey;
  readonly keyObject: KeyObject;
};

/** `<name>.sealed`; earlier versions kept `<name>.pem`. */
function keyFileIn(folder: string, seal: LabSeal, name: string, purpose: string): SealedFile {
  return sealedFile(seal, { file: join(folder, `${name}.sealed`), plainFile: join(folder, `${name}.pem`), purpose });
}

async function openRoot(certificateFile: string, keyFile: SealedFile): Promise<Root> {
  const stored = await Promise.all([readIfThere(certificateFile), keyFile.read()]);
  if (stored[0] !== undefined && stored[1] !== null) {
    return {
      certificate: new X509Certificate(stored[0]),
      key: await importKey(stored[1]),
      keyObject: createPrivateKey(stored[1]),
    };
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
  const keyPem = await keyPemOf(keys.privateKey);
  await keyFile.write(keyPem);
  await replaceFile(certificateFile, pemOf(certificate));
  return { certificate, key: keys.privateKey, keyObject: createPrivateKey(keyPem) };
}

type Issue = (
  publicKey: webcrypto.CryptoKey,
  subject: string,
  notAfter: Date,
  extensions: readonly Extension[],
) => Promise<X509Certificate>;

async function openServerCertificate(
  certificateFile: string,
  keyFile: SealedFile,
  root: X509Certificate,
  issue: Issue,
): Promise<CertificateAuthority['server']> {
  const [certPem, keyPem] = await Promise.all([readIfThere(certificateFile), keyFile.read()]);
  if (certPem !== undefined && keyPem !== null && (await isGoodServer(certPem, keyPem, root)))
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
  await keyFile.write(made.keyPem);
  await replaceFile(certificateFile, made.certPem);
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

async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, text, { mode: 0o644 });
  await rename(draft, path);
}
