// RegisterThing in a whole lab, asked by the AWS SDK: what one device gets, what becomes of what is there already, and that failures leave nothing.
import 'reflect-metadata';
import { BasicConstraintsExtension, cryptoProvider, X509CertificateGenerator } from '@peculiar/x509';
import {
  CreateCertificateFromCsrCommand,
  CreateThingCommand,
  DescribeCertificateCommand,
  DescribeThingCommand,
  ListThingPrincipalsV2Command,
  paginateListThings,
  RegisterCACertificateCommand,
  RegisterThingCommand,
  type RegisterThingCommandOutput,
} from '@aws-sdk/client-iot';
import { webcrypto } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../lab.ts';
import { testFolder } from '../test-folder.ts';
import { makeRequest } from '../test-lab.ts';
import { openWholeLab } from '../test-whole-lab.ts';
import { DEVICE_TEMPLATE, openRegistrationClient, type RegistrationClient } from './test-registration.ts';

let lab: Lab;
let client: RegistrationClient;

beforeAll(async () => {
  lab = await openWholeLab(await testFolder());
  client = openRegistrationClient(lab.report);
});

afterAll(async () => {
  client.close();
  await lab.close();
});

const register = (template: object, parameters: Record<string, string> = {}): Promise<RegisterThingCommandOutput> =>
  client.iot.send(new RegisterThingCommand({ templateBody: JSON.stringify(template), parameters }));

test('answers certificate and ARNs by logical name', async () => {
  const { csr } = await makeRequest('single');
  const made = await register(DEVICE_TEMPLATE, { ThingName: 'single', CSR: csr });
  expect(made.certificatePem).toContain('BEGIN CERTIFICATE');
  expect(Object.keys(made.resourceArns ?? {}).sort()).toEqual(['certificate', 'policy', 'thing']);
});

test('leaves nothing of a device that fails at its last step', async () => {
  const { csr } = await makeRequest('half');
  const Resources = {
    ...DEVICE_TEMPLATE.Resources,
    late: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'nobodys-policy' } },
  };
  await expect(register({ ...DEVICE_TEMPLATE, Resources }, { ThingName: 'half', CSR: csr })).rejects.toMatchObject({
    name: 'ResourceRegistrationFailureException',
    message: expect.stringContaining('nobodys-policy') as string,
  });
  const names: (string | undefined)[] = [];
  for await (const { things = [] } of paginateListThings({ client: client.iot }, { maxResults: 250 })) {
    names.push(...things.map(({ thingName }) => thingName));
  }
  expect(names).not.toContain('half');
});

test('an existing thing is left, changed or refused as OverrideSettings say', async () => {
  const attributesAfter = async (setting: string | undefined): Promise<unknown> => {
    const thingName = `override-${setting ?? 'none'}`;
    await client.iot.send(new CreateThingCommand({ thingName, attributePayload: { attributes: { a: '1', b: '1' } } }));
    const template = {
      Resources: {
        t: {
          Type: 'AWS::IoT::Thing',
          Properties: { ThingName: thingName, AttributePayload: { b: '2' } },
          ...(setting === undefined ? {} : { OverrideSettings: { AttributePayload: setting } }),
        },
      },
    };
    try {
      await register(template);
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
    return (await client.iot.send(new DescribeThingCommand({ thingName }))).attributes;
  };
  const conflict = expect.stringContaining('ResourceConflictsException') as unknown;
  expect({
    none: await attributesAfter(undefined),
    fail: await attributesAfter('FAIL'),
    nothing: await attributesAfter('DO_NOTHING'),
    merge: await attributesAfter('MERGE'),
    replace: await attributesAfter('REPLACE'),
  }).toEqual({
    none: conflict,
    fail: conflict,
    nothing: { a: '1', b: '1' },
    merge: { a: '1', b: '2' },
    replace: { b: '2' },
  });
});

const withCertificate = (thingName: string, Properties: object, OverrideSettings: object = {}) => ({
  Resources: {
    thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: thingName } },
    certificate: { Type: 'AWS::IoT::Certificate', Properties, OverrideSettings },
  },
});
const statusOf = async (certificateId: string | undefined): Promise<string | undefined> =>
  (await client.iot.send(new DescribeCertificateCommand({ certificateId }))).certificateDescription?.status;

test('a certificate that is registered is taken by its id; its status follows the template unless it is to be left', async () => {
  const { csr: certificateSigningRequest } = await makeRequest('by-id');
  const { certificateId, certificateArn } = await client.iot.send(
    new CreateCertificateFromCsrCommand({ certificateSigningRequest }),
  );
  const byId = { CertificateId: certificateId, ThingPrincipalType: 'EXCLUSIVE_THING' };
  await register(withCertificate('by-id', byId, { Status: 'DO_NOTHING' }));
  expect(await statusOf(certificateId)).toBe('INACTIVE');
  await register(withCertificate('by-id', byId));
  expect(await statusOf(certificateId)).toBe('ACTIVE');
  const { thingPrincipalObjects } = await client.iot.send(new ListThingPrincipalsV2Command({ thingName: 'by-id' }));
  expect(thingPrincipalObjects).toEqual([{ principal: certificateArn, thingPrincipalType: 'EXCLUSIVE_THING' }]);
  await expect(
    register(withCertificate('by-id', { ...byId, Status: 'INACTIVE' }, { Status: 'FAIL' })),
  ).rejects.toMatchObject({ message: expect.stringContaining('ResourceConflictsException') as string });
});

test("a device's own certificate is registered with the CA that signed it", async () => {
  const { ca, device } = await makeForeignPair();
  await expect(register(withCertificate('foreign', { CertificatePem: device }))).rejects.toMatchObject({
    name: 'ResourceRegistrationFailureException',
    message: expect.stringContaining('not signed by a registered CA') as string,
  });
  await client.iot.send(
    new RegisterCACertificateCommand({ caCertificate: ca, certificateMode: 'SNI_ONLY', setAsActive: true }),
  );
  const properties = { CertificatePem: device, CACertificatePem: ca };
  const made = await register(withCertificate('foreign', properties));
  expect(await statusOf(made.resourceArns?.['certificate']?.split('/')[1])).toBe('ACTIVE');
  // Again: what is there is taken as it is.
  expect((await register(withCertificate('foreign', properties))).resourceArns).toEqual(made.resourceArns);
});

/** A CA that the lab does not know, and a certificate that it signed; PEM. */
async function makeForeignPair(): Promise<{ readonly ca: string; readonly device: string }> {
  cryptoProvider.set(webcrypto);
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const caKeys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const issue = async (name: string, keys: webcrypto.CryptoKeyPair, isAuthority: boolean): Promise<string> => {
    const certificate = await X509CertificateGenerator.create({
      serialNumber: isAuthority ? '01' : '02',
      subject: `CN=${name}`,
      issuer: 'CN=Maker of stations',
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [new BasicConstraintsExtension(isAuthority, undefined, true)],
    });
    return certificate.toString('pem');
  };
  const keys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  return { ca: await issue('Maker of stations', caKeys, true), device: await issue('foreign', keys, false) };
}
