// Device and CA certificates, asked for by the AWS SDK through the lab's edge.
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  X509CertificateGenerator,
  type X509Certificate as PeculiarCertificate,
} from '@peculiar/x509';
import { paginateListCertificates, type IoT } from '@aws-sdk/client-iot';
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRequest } from './test-lab.ts';
import {
  collect,
  EXISTS,
  INVALID,
  NOT_FOUND,
  openTestRegistry,
  refusal,
  testArn,
  type TestRegistry,
} from './test-registry.ts';

let lab: TestRegistry;
let aws: IoT;

beforeAll(async () => {
  cryptoProvider.set(webcrypto);
  lab = await openTestRegistry();
  ({ aws } = lab);
});
afterAll(() => lab.close());

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const BAD_CERTIFICATE = ['CertificateValidationException', 400] as const;
const BAD_STATE = ['CertificateStateException', 406] as const;
const CONFLICT = ['DeleteConflictException', 409] as const;

type Signer = { readonly certificate: PeculiarCertificate; readonly keys: webcrypto.CryptoKeyPair };

/** Signed by `signer`, or by itself. */
async function makeCertificate(
  name: string,
  options: { readonly signer?: Signer; readonly isAuthority?: boolean; readonly keys?: webcrypto.CryptoKeyPair } = {},
): Promise<Signer & { readonly pem: string; readonly id: string }> {
  const keys = options.keys ?? (await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']));
  const { certificate: issuer, keys: issuerKeys } = options.signer ?? { certificate: undefined, keys };
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    subject: `CN=${name}`,
    issuer: issuer?.subject ?? `CN=${name}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    publicKey: keys.publicKey,
    signingKey: issuerKeys.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [new BasicConstraintsExtension(options.isAuthority ?? false, undefined, true)],
  });
  const pem = certificate.toString('pem');
  return { certificate, keys, pem, id: new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase() };
}

test('a certificate from a CSR is signed by the lab; the same CSR gives another one', async () => {
  const { csr: certificateSigningRequest } = await makeRequest('st-1');
  const made = await aws.createCertificateFromCsr({ certificateSigningRequest, setAsActive: true });
  const certificate = new X509Certificate(made.certificatePem ?? '');
  const id = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  expect(made).toMatchObject({ certificateId: id, certificateArn: testArn(`cert/${id}`) });
  const ca = new X509Certificate(lab.iot().ca);
  expect([certificate.subject, certificate.ca]).toEqual(['CN=st-1', false]);
  expect([certificate.verify(ca.publicKey), certificate.checkIssued(ca)]).toEqual([true, true]);
  const again = await aws.createCertificateFromCsr({ certificateSigningRequest });
  expect(again.certificateId).not.toBe(id);
  expect(await refusal(aws.createCertificateFromCsr({ certificateSigningRequest: 'nonsense' }))).toEqual(INVALID);

  const { certificateDescription } = await aws.describeCertificate({ certificateId: id });
  expect(certificateDescription).toMatchObject({
    status: 'ACTIVE',
    certificatePem: made.certificatePem,
    certificateMode: 'DEFAULT',
    customerVersion: 1,
    validity: { notAfter: new Date('2049-12-31T23:59:59Z') },
  });
  expect(certificateDescription?.caCertificateId).toBeUndefined();
  for (const certificateId of [id, again.certificateId]) {
    await aws.updateCertificate({ certificateId, newStatus: 'INACTIVE' });
    await aws.deleteCertificate({ certificateId });
  }
});

test('new keys are RSA of 2048 bits and belong to their certificate', async () => {
  const { certificatePem = '', keyPair, certificateId } = await aws.createKeysAndCertificate({});
  const { publicKey } = new X509Certificate(certificatePem);
  expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  expect(publicKey.export({ format: 'pem', type: 'spki' })).toBe(keyPair?.PublicKey);
  expect(new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPair?.PrivateKey ?? ''))).toBe(true);
  expect((await aws.describeCertificate({ certificateId })).certificateDescription?.status).toBe('INACTIVE');
  await aws.deleteCertificate({ certificateId });
});

test('a certificate is deleted when it is not active and nothing is attached; force detaches policies only', async () => {
  const { certificateId, certificateArn: target = '' } = await aws.createKeysAndCertificate({ setAsActive: true });
  const statement = { Effect: 'Allow', Action: 'iot:*', Resource: '*' };
  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await aws.createPolicy({ policyName: 'p', policyDocument });
  await aws.createThing({ thingName: 'st-1' });
  await aws.attachPolicy({ policyName: 'p', target });
  await aws.attachThingPrincipal({ thingName: 'st-1', principal: target });
  const remove = (forceDelete = false) => aws.deleteCertificate({ certificateId, forceDelete });
  expect(await refusal(remove(true))).toEqual(BAD_STATE);
  for (const newStatus of ['PENDING_TRANSFER', 'PENDING_ACTIVATION', 'REGISTER_INACTIVE'] as const) {
    expect(await refusal(aws.updateCertificate({ certificateId, newStatus }))).toEqual(INVALID);
  }
  await aws.updateCertificate({ certificateId, newStatus: 'REVOKED' });
  expect(await refusal(remove(true))).toEqual(CONFLICT);
  await aws.detachThingPrincipal({ thingName: 'st-1', principal: target });
  expect(await refusal(remove())).toEqual(CONFLICT);
  await remove(true);
  expect(await refusal(aws.describeCertificate({ certificateId }))).toEqual(NOT_FOUND);
  await aws.deletePolicy({ policyName: 'p' });
});

test('certificates of others are registered without a CA, once', async () => {
  const { pem, id } = await makeCertificate('alone');
  expect(await aws.registerCertificateWithoutCA({ certificatePem: pem, status: 'ACTIVE' })).toMatchObject({
    certificateId: id,
    certificateArn: testArn(`cert/${id}`),
  });
  expect(await refusal(aws.registerCertificateWithoutCA({ certificatePem: pem }))).toEqual(EXISTS);
  await lab.restart();
  const { certificateDescription } = await aws.describeCertificate({ certificateId: id });
  expect(certificateDescription).toMatchObject({ status: 'ACTIVE', certificateMode: 'SNI_ONLY' });
  expect(new X509Certificate(certificateDescription?.certificatePem ?? '').subject).toBe('CN=alone');
  for (const certificatePem of ['nonsense', pem.replace('MI', 'MJ'), lab.iot().ca.replaceAll('CERTIFICATE', 'KEY')]) {
    expect(await refusal(aws.registerCertificateWithoutCA({ certificatePem }))).toEqual(BAD_CERTIFICATE);
  }
  await aws.updateCertificate({ certificateId: id, newStatus: 'REVOKED' });
  await aws.deleteCertificate({ certificateId: id });
});

test('a CA is registered by who has its key, and its certificates with it', async () => {
  const root = await makeCertificate('our root', { isAuthority: true });
  const device = await makeCertificate('st-2', { signer: root });
  const register = (verificationCertificate: string) =>
    aws.registerCACertificate({
      caCertificate: root.pem,
      verificationCertificate,
      setAsActive: true,
      tags: [{ Key: 'of', Value: 'us' }],
    });
  expect(await refusal(aws.registerCertificate({ certificatePem: device.pem }))).toEqual(BAD_CERTIFICATE);
  const { registrationCode = '' } = await aws.getRegistrationCode({});
  expect(registrationCode).toMatch(/^[0-9a-f]{64}$/);
  await lab.restart();
  expect((await aws.getRegistrationCode({})).registrationCode).toBe(registrationCode);
  expect(await refusal(aws.registerCACertificate({ caCertificate: root.pem }))).toEqual(INVALID);
  expect(await refusal(register((await makeCertificate('wrong', { signer: root })).pem))).toEqual([
    'RegistrationCodeValidationException',
    400,
  ]);
  expect(await refusal(register((await makeCertificate(registrationCode)).pem))).toEqual(BAD_CERTIFICATE);
  const proof = await makeCertificate(registrationCode, { signer: root });
  expect(await register(proof.pem)).toMatchObject({
    certificateId: root.id,
    certificateArn: testArn(`cacert/${root.id}`),
  });
  expect(await refusal(register(proof.pem))).toEqual(EXISTS);
  const auto = { caCertificate: root.pem, verificationCertificate: proof.pem, allowAutoRegistration: true };
  await expect(aws.registerCACertificate(auto)).rejects.toThrow('no effect in the lab');
  expect((await aws.listTagsForResource({ resourceArn: testArn(`cacert/${root.id}`) })).tags).toHaveLength(1);

  await aws.registerCertificate({ certificatePem: device.pem, setAsActive: true });
  expect((await aws.describeCertificate({ certificateId: device.id })).certificateDescription).toMatchObject({
    status: 'ACTIVE',
    caCertificateId: root.id,
    certificateMode: 'DEFAULT',
  });
  const ofCa = await aws.listCertificatesByCA({ caCertificateId: root.id });
  expect(ofCa.certificates?.map(({ certificateId }) => certificateId)).toEqual([device.id]);

  await lab.restart();
  const caCertificateId = root.id;
  expect(await refusal(aws.deleteCACertificate({ certificateId: caCertificateId }))).toEqual(BAD_STATE);
  await aws.updateCACertificate({ certificateId: caCertificateId, newStatus: 'INACTIVE' });
  const late = await makeCertificate('st-3', { signer: root });
  expect(await refusal(aws.registerCertificate({ certificatePem: late.pem }))).toEqual(BAD_STATE);
  expect((await aws.describeCACertificate({ certificateId: caCertificateId })).certificateDescription).toMatchObject({
    status: 'INACTIVE',
    certificateMode: 'DEFAULT',
    autoRegistrationStatus: 'DISABLE',
  });
  expect((await aws.listCACertificates({})).certificates).toHaveLength(1);
  await aws.deleteCACertificate({ certificateId: caCertificateId });
  expect(await refusal(aws.describeCACertificate({ certificateId: caCertificateId }))).toEqual(NOT_FOUND);
  await aws.updateCertificate({ certificateId: device.id, newStatus: 'INACTIVE' });
  await aws.deleteCertificate({ certificateId: device.id });
});

test('a CA in SNI_ONLY mode needs no proof; of two alike the signer must be named', async () => {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const first = await makeCertificate('twin', { isAuthority: true, keys });
  const second = await makeCertificate('twin', { isAuthority: true, keys });
  for (const { pem: caCertificate } of [first, second]) {
    await aws.registerCACertificate({ caCertificate, certificateMode: 'SNI_ONLY', setAsActive: true });
  }
  const leaf = await makeCertificate('no authority');
  expect(await refusal(aws.registerCACertificate({ caCertificate: leaf.pem, certificateMode: 'SNI_ONLY' }))).toEqual(
    BAD_CERTIFICATE,
  );
  const device = await makeCertificate('st-4', { signer: first });
  const registration = { certificatePem: device.pem, status: 'ACTIVE' } as const;
  expect(await refusal(aws.registerCertificate(registration))).toEqual(['CertificateConflictException', 409]);
  await aws.registerCertificate({ ...registration, caCertificatePem: second.pem });
  expect((await aws.describeCertificate({ certificateId: device.id })).certificateDescription).toMatchObject({
    certificateMode: 'SNI_ONLY',
    caCertificateId: second.id,
  });
});

test('lists are paged by age, in both directions, also while certificates go', async () => {
  const made: string[] = [];
  for (let index = 0; index < 30; index++) {
    const { csr: certificateSigningRequest } = await makeRequest(`page-${index}`);
    made.push((await aws.createCertificateFromCsr({ certificateSigningRequest })).certificateId ?? '');
  }
  const idsOf = (page: { certificates?: { certificateId?: string | undefined }[] | undefined }) =>
    (page.certificates ?? []).map(({ certificateId }) => certificateId);
  const pages = await collect(paginateListCertificates({ client: aws }, { ascendingOrder: true }));
  expect(pages.map((page) => idsOf(page).length)).toEqual([25, 6]);
  expect(pages.flatMap(idsOf).slice(1)).toEqual(made);
  const first = await aws.listCertificates({ pageSize: 10 });
  expect(idsOf(first)).toEqual(made.slice(20).reverse());
  for (const certificateId of made.slice(18, 22)) await aws.deleteCertificate({ certificateId });
  const second = await aws.listCertificates({ pageSize: 3, marker: first.nextMarker });
  expect(idsOf(second)).toEqual(made.slice(15, 18).reverse());
});
