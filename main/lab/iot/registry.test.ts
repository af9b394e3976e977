import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateThingCommand,
  CreateTopicRuleCommand,
  DeleteCertificateCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteThingCommand,
  DeleteTopicRuleCommand,
  DescribeCertificateCommand,
  DescribeEndpointCommand,
  DescribeThingCommand,
  DetachPolicyCommand,
  DetachThingPrincipalCommand,
  DisableTopicRuleCommand,
  EnableTopicRuleCommand,
  GetPolicyCommand,
  GetTopicRuleCommand,
  IoTClient,
  ListAttachedPoliciesCommand,
  ListPolicyVersionsCommand,
  ListPrincipalThingsCommand,
  ListTargetsForPolicyCommand,
  ListThingPrincipalsCommand,
  paginateListCertificates,
  paginateListPolicies,
  paginateListThings,
  paginateListTopicRules,
  ReplaceTopicRuleCommand,
  UpdateCertificateCommand,
  UpdateThingCommand,
} from '@aws-sdk/client-iot';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsError, type RestRoute } from '../services.ts';
import { openIot, type Iot } from './iot.ts';
import { testFolder } from './test-folder.ts';
import { IDENTITY, makeRequest, NO_OBJECTS, NO_TABLES, openRecordingStreams } from './test-lab.ts';
import { openLabSeal } from '../lab-seal.ts';

let folder: string;
let iot: Iot;
let server: Server;
let client: IoTClient;

beforeAll(async () => {
  folder = await testFolder();
  iot = await open();
  server = createServer((request, response) => {
    answer(iot.routes, request).then(
      (body) => response.end(JSON.stringify(body)),
      (error: unknown) => {
        const { code, status, message, fields } =
          error instanceof AwsError ? error : new AwsError('Bug', String(error), 500);
        response.writeHead(status, { 'x-amzn-errortype': code }).end(JSON.stringify({ message, ...fields }));
      },
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  client = new IoTClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: IDENTITY.region,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
});

afterAll(async () => {
  client.destroy();
  server.close();
  await iot.close();
});

async function open(): Promise<Iot> {
  return openIot({
    folder,
    identity: IDENTITY,
    seal: await openLabSeal(folder, null),
    mqttPort: 0,
    streams: openRecordingStreams(join(folder, 'streams'), []),
    objects: NO_OBJECTS,
    tables: NO_TABLES,
    onChange: () => undefined,
  });
}

/** Matches method and path only: the edge with its signature check is another's. */
async function answer(routes: readonly RestRoute[], request: IncomingMessage): Promise<object> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const parts = url.pathname.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    if (route.method !== request.method || wanted.length !== parts.length) continue;
    if (!wanted.every((part, index) => part.startsWith('{') || part === parts[index])) continue;
    const params = Object.fromEntries(
      wanted.flatMap((part, index) =>
        part.startsWith('{') ? [[part.slice(1, -1), decodeURIComponent(parts[index] ?? '')]] : [],
      ),
    );
    const text = (await request.toArray()).join('');
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    return route.handle({ params, query: url.searchParams, headers, body });
  }
  throw new AwsError('UnknownOperationException', `${request.method ?? ''} ${url.pathname}`, 404);
}

async function refusal(call: Promise<unknown>): Promise<object> {
  const error: unknown = await call.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  const status: unknown = Reflect.get(Object(Reflect.get(Object(error), '$metadata')), 'httpStatusCode');
  return { name: error instanceof Error ? error.name : '', status };
}

async function collect<Page>(pages: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
});
const arn = (resource: string): string => `arn:aws:iot:${IDENTITY.region}:${IDENTITY.account}:${resource}`;

describe('the registry over the wire', () => {
  it('makes, describes, changes and deletes certificates', async () => {
    const { csr } = await makeRequest('st-1');
    const made = await client.send(new CreateCertificateFromCsrCommand({ certificateSigningRequest: csr }));
    const certificate = new X509Certificate(made.certificatePem ?? '');
    const certificateId = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    expect(made).toMatchObject({ certificateId, certificateArn: arn(`cert/${certificateId}`) });
    expect(certificate.verify(new X509Certificate(iot.ca).publicKey)).toBe(true);
    expect(certificate.subject).toBe('CN=st-1');

    await client.send(new UpdateCertificateCommand({ certificateId, newStatus: 'ACTIVE' }));
    expect(await refusal(client.send(new DeleteCertificateCommand({ certificateId })))).toEqual({
      name: 'CertificateStateException',
      status: 406,
    });
    const { certificateDescription } = await client.send(new DescribeCertificateCommand({ certificateId }));
    expect(certificateDescription).toMatchObject({
      status: 'ACTIVE',
      ownedBy: IDENTITY.account,
      creationDate: expect.any(Date) as Date,
      validity: { notAfter: new Date('2049-12-31T23:59:59Z') },
    });

    const other = await client.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
    const own = new X509Certificate(other.certificatePem ?? '');
    expect(own.publicKey.export({ format: 'pem', type: 'spki' })).toBe(other.keyPair?.PublicKey);
    expect(other.keyPair?.PrivateKey).toContain('RSA PRIVATE KEY');

    const pages = await collect(paginateListCertificates({ client, pageSize: 1 }, { ascendingOrder: true }));
    expect(pages.map(({ certificates = [] }) => certificates.map((entry) => entry.certificateId))).toEqual([
      [certificateId],
      [other.certificateId],
    ]);

    await client.send(new UpdateCertificateCommand({ certificateId, newStatus: 'INACTIVE' }));
    await client.send(new DeleteCertificateCommand({ certificateId }));
    expect(await refusal(client.send(new DescribeCertificateCommand({ certificateId })))).toEqual({
      name: 'ResourceNotFoundException',
      status: 404,
    });
  });

  it('refuses requests that are no CSR or whose signature is not that of their key', async () => {
    const { csr } = await makeRequest('st-1');
    const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64');
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    for (const certificateSigningRequest of ['nonsense', forged]) {
      expect(await refusal(client.send(new CreateCertificateFromCsrCommand({ certificateSigningRequest })))).toEqual({
        name: 'InvalidRequestException',
        status: 400,
      });
    }
  });

  it('keeps things with attributes, versions and principals', async () => {
    const attributes = { site: 'Vik', kind: 'wind' };
    const create = new CreateThingCommand({ thingName: 'st:1', attributePayload: { attributes } });
    const made = await client.send(create);
    expect(await client.send(create)).toMatchObject({ thingId: made.thingId, thingArn: arn('thing/st:1') });
    expect(await refusal(client.send(new CreateThingCommand({ thingName: 'st:1' })))).toEqual({
      name: 'ResourceAlreadyExistsException',
      status: 409,
    });
    await client.send(
      new UpdateThingCommand({ thingName: 'st:1', attributePayload: { attributes: { kind: '' }, merge: true } }),
    );
    expect(await client.send(new DescribeThingCommand({ thingName: 'st:1' }))).toMatchObject({
      attributes: { site: 'Vik' },
      version: 2,
      defaultClientId: 'st:1',
    });
    expect(
      await refusal(
        client.send(new UpdateThingCommand({ thingName: 'st:1', expectedVersion: 1, attributePayload: {} })),
      ),
    ).toEqual({ name: 'VersionConflictException', status: 409 });

    for (let index = 0; index < 4; index++) await client.send(new CreateThingCommand({ thingName: `page-${index}` }));
    const pages = await collect(paginateListThings({ client, pageSize: 2 }, {}));
    expect(pages.map(({ things = [] }) => things.map(({ thingName }) => thingName))).toEqual([
      ['page-0', 'page-1'],
      ['page-2', 'page-3'],
      ['st:1'],
    ]);
    const [byAttribute] = await collect(
      paginateListThings({ client }, { attributeName: 'site', attributeValue: 'Vik' }),
    );
    expect(byAttribute?.things?.map(({ thingName }) => thingName)).toEqual(['st:1']);

    const { certificateArn: principal } = await client.send(new CreateKeysAndCertificateCommand({}));
    const tie = { thingName: 'st:1', principal };
    await client.send(new AttachThingPrincipalCommand(tie));
    expect((await client.send(new ListThingPrincipalsCommand({ thingName: 'st:1' }))).principals).toEqual([principal]);
    expect((await client.send(new ListPrincipalThingsCommand({ principal }))).things).toEqual(['st:1']);
    expect(await refusal(client.send(new DeleteThingCommand({ thingName: 'st:1' })))).toEqual({
      name: 'InvalidRequestException',
      status: 400,
    });
    await client.send(new DetachThingPrincipalCommand(tie));
    await client.send(new DeleteThingCommand({ thingName: 'st:1' }));
    expect(await refusal(client.send(new DescribeThingCommand({ thingName: 'st:1' })))).toEqual({
      name: 'ResourceNotFoundException',
      status: 404,
    });
    expect(await refusal(client.send(new DescribeThingCommand({ thingName: 'no/such name' })))).toEqual({
      name: 'InvalidRequestException',
      status: 400,
    });
  });

  it('keeps policies, their versions and their targets', async () => {
    const policyName = 'st-1-policy';
    expect(await client.send(new CreatePolicyCommand({ policyName, policyDocument: POLICY }))).toMatchObject({
      policyArn: arn(`policy/${policyName}`),
      policyDocument: POLICY,
      policyVersionId: '1',
    });
    const long = POLICY.replace('iot:Connect', `iot:${'x'.repeat(2048)}`);
    for (const policyDocument of ['{', '{"Version":"2012-10-17"}', POLICY.replace('Allow', 'Maybe'), long]) {
      expect(await refusal(client.send(new CreatePolicyCommand({ policyName: 'bad', policyDocument })))).toEqual({
        name: 'MalformedPolicyException',
        status: 400,
      });
    }
    expect(await refusal(client.send(new CreatePolicyCommand({ policyName, policyDocument: POLICY })))).toEqual({
      name: 'ResourceAlreadyExistsException',
      status: 409,
    });

    const newer = POLICY.replace('iot:Connect', 'iot:*');
    await client.send(new CreatePolicyVersionCommand({ policyName, policyDocument: newer, setAsDefault: true }));
    expect(await client.send(new GetPolicyCommand({ policyName }))).toMatchObject({
      policyDocument: newer,
      defaultVersionId: '2',
      lastModifiedDate: expect.any(Date) as Date,
    });
    const conflict = { name: 'DeleteConflictException', status: 409 };
    expect(await refusal(client.send(new DeletePolicyCommand({ policyName })))).toEqual(conflict);
    expect(await refusal(client.send(new DeletePolicyVersionCommand({ policyName, policyVersionId: '2' })))).toEqual(
      conflict,
    );
    await client.send(new DeletePolicyVersionCommand({ policyName, policyVersionId: '1' }));
    const { policyVersions } = await client.send(new ListPolicyVersionsCommand({ policyName }));
    expect(policyVersions?.map(({ versionId }) => versionId)).toEqual(['2']);

    const { certificateArn: target, certificateId } = await client.send(new CreateKeysAndCertificateCommand({}));
    await client.send(new AttachPolicyCommand({ policyName, target }));
    await client.send(new AttachPolicyCommand({ policyName, target }));
    expect((await client.send(new ListAttachedPoliciesCommand({ target }))).policies).toEqual([
      { policyName, policyArn: arn(`policy/${policyName}`) },
    ]);
    expect((await client.send(new ListTargetsForPolicyCommand({ policyName }))).targets).toEqual([target]);
    expect(await refusal(client.send(new DeletePolicyCommand({ policyName })))).toEqual(conflict);
    expect(await refusal(client.send(new DeleteCertificateCommand({ certificateId })))).toEqual(conflict);
    await client.send(new DetachPolicyCommand({ policyName, target }));
    await client.send(new DeletePolicyCommand({ policyName }));
    expect(await collect(paginateListPolicies({ client }, {}))).toMatchObject([{ policies: [] }]);
  });

  it('keeps rules, and refuses what it could not carry out', async () => {
    const firehose = { deliveryStreamName: 'weather', roleArn: IDENTITY.roleArn, separator: '\n' };
    const rule = { sql: "SELECT * FROM 'sensor/#'", actions: [{ firehose }], awsIotSqlVersion: '2016-03-23' };
    const create = (ruleName: string, change: object) =>
      client.send(new CreateTopicRuleCommand({ ruleName, topicRulePayload: { ...rule, ...change } }));
    await create('first', {});
    await create('second', { sql: "SELECT a FROM 'other'", ruleDisabled: true });
    expect(await refusal(create('first', {}))).toEqual({ name: 'ResourceAlreadyExistsException', status: 409 });
    const invalid = { name: 'InvalidRequestException', status: 400 };
    expect(await refusal(create('bad-name', {}))).toEqual(invalid);
    expect(await refusal(create('bad', { awsIotSqlVersion: 'beta' }))).toEqual(invalid);
    expect(await refusal(create('bad', { errorAction: { sns: { targetArn: 'a', roleArn: 'b' } } }))).toEqual(invalid);
    const otherRole = { ...firehose, roleArn: `${firehose.roleArn}2` };
    expect(await refusal(create('bad', { actions: [{ firehose: otherRole }] }))).toEqual(invalid);
    const republish = (change: object) => ({
      actions: [{ republish: { topic: 'a/b', roleArn: IDENTITY.roleArn, ...change } }],
    });
    expect(await refusal(create('bad', republish({ topic: '$aws/things/a/shadow/update' })))).toEqual(invalid);
    expect(await refusal(create('bad', republish({ topic: '$$aws/jobs/a' })))).toEqual(invalid);
    expect(await refusal(create('bad', republish({ topic: 'a/+' })))).toEqual(invalid);
    expect(await refusal(create('bad', republish({ qos: 2 })))).toEqual(invalid);
    expect(await refusal(create('bad', republish({ headers: { contentType: 'text/plain' } })))).toEqual(invalid);
    expect(await refusal(create('bad', { actions: [{ firehose: { ...firehose, separator: ';' } }] }))).toEqual(invalid);
    expect(await refusal(create('bad', { actions: Array.from({ length: 11 }, () => ({ firehose })) }))).toEqual(
      invalid,
    );
    const sqs = { queueUrl: 'http://localhost/q', roleArn: IDENTITY.roleArn };
    await expect(create('bad', { actions: [{ sqs }] })).rejects.toThrow(
      'Action 1: the action "sqs" is not in the lab; these are: firehose, s3, dynamoDBv2, dynamoDB, republish.',
    );
    await expect(create('bad', { sql: "SELECT a\nFORM 't'" })).rejects.toMatchObject({
      name: 'SqlParseException',
      message: expect.stringContaining('expected FROM after the column list, found "FORM" at 2:1') as string,
    });
    const lambda = "SELECT aws_lambda('arn:aws:lambda:eu-north-1:123456789012:function:f', *) AS a FROM 't'";
    await expect(create('bad', { sql: lambda })).rejects.toMatchObject({ name: 'SqlParseException' });

    expect(await client.send(new GetTopicRuleCommand({ ruleName: 'first' }))).toMatchObject({
      ruleArn: arn('rule/first'),
      rule: { ruleName: 'first', ...rule, ruleDisabled: false, createdAt: expect.any(Date) as Date },
    });
    const names = async (filter: { topic?: string; ruleDisabled?: boolean }): Promise<unknown> =>
      (await collect(paginateListTopicRules({ client, pageSize: 1 }, filter))).map(({ rules = [] }) =>
        rules.map(({ ruleName, topicPattern }) => [ruleName, topicPattern]),
      );
    const [first, second] = [
      ['first', 'sensor/#'],
      ['second', 'other'],
    ];
    expect(await names({})).toEqual([[first], [second]]);
    expect(await names({ topic: 'sensor/weather' })).toEqual([[first]]);
    expect(await names({ ruleDisabled: true })).toEqual([[second]]);
    await client.send(new EnableTopicRuleCommand({ ruleName: 'second' }));
    await client.send(new DisableTopicRuleCommand({ ruleName: 'first' }));
    expect(await names({ ruleDisabled: true })).toEqual([[first]]);
    const replaced = { ...rule, sql: "SELECT b FROM 'new'" };
    await client.send(new ReplaceTopicRuleCommand({ ruleName: 'second', topicRulePayload: replaced }));
    await client.send(new DeleteTopicRuleCommand({ ruleName: 'first' }));
    expect(await names({})).toEqual([[['second', 'new']]]);
    expect(await refusal(client.send(new GetTopicRuleCommand({ ruleName: 'first' })))).toEqual({
      name: 'UnauthorizedException',
      status: 401,
    });
  });

  it('tells the host without port, and finds everything again after a restart', async () => {
    expect(await client.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }))).toMatchObject({
      endpointAddress: 'localhost',
    });
    const state = async (): Promise<unknown> => [
      iot.ca,
      (await collect(paginateListThings({ client }, {}))).map(({ things }) => things),
      (await collect(paginateListCertificates({ client }, {}))).map(({ certificates }) => certificates),
      (await collect(paginateListTopicRules({ client }, {}))).map(({ rules }) => rules),
    ];
    const before = await state();
    await iot.close();
    iot = await open();
    expect(await state()).toEqual(before);
  });
});
