// The edge and S3, met by the real SDK clients and by what a web page or a stranger would send.
import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FirehoseClient, ListDeliveryStreamsCommand } from '@aws-sdk/client-firehose';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { edgeServices } from './dispatch.ts';
import { openEdge, type Edge } from './edge.ts';
import { openIdentity } from './identity.ts';
import { openObjectStore, type S3Store } from './s3/object-store.ts';
import { openS3 } from './s3/s3.ts';
import type { LabIdentity } from './services.ts';
import { encodeRfc3986, type Credentials } from './signature.ts';
import { STS_VERSION, stsOperations } from './sts/sts.ts';
import { openLabSeal } from './lab-seal.ts';

let folder: string;
let identity: LabIdentity & Credentials;
let store: S3Store;
let edge: Edge;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edge-'));
  identity = await openIdentity(folder, await openLabSeal(folder, null));
  store = await openObjectStore(join(folder, 's3'));
  edge = await openEdge({
    port: 0,
    credentials: identity,
    region: identity.region,
    services: edgeServices({
      s3: { kind: 's3', handle: await openS3(store, identity, join(folder, 'uploads')) },
      sts: { kind: 'query', version: STS_VERSION, operations: stsOperations(identity) },
      firehose: {
        kind: 'json',
        targetPrefix: 'Firehose_20150804',
        operations: {
          ListDeliveryStreams: () => {
            throw new TypeError('a bug');
          },
        },
      },
      iot: {
        kind: 'rest-json',
        routes: [
          { method: 'POST', path: '/things/{name}', name: 'Make', handle: ({ params, body }) => ({ params, body }) },
        ],
      },
    }),
  });
  await store.createBucket('edge-bucket');
});

afterAll(async () => {
  await edge.close();
  await store.close();
  await rm(folder, { recursive: true });
});

function config(credentials: Credentials = identity) {
  return {
    endpoint: `http://127.0.0.1:${edge.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey },
    forcePathStyle: true,
    maxAttempts: 1,
  };
}

test('STS tells account and caller; an action the lab lacks is refused in XML', async () => {
  const sts = new STSClient(config());
  const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
  expect({ Account, Arn }).toEqual({ Account: identity.account, Arn: `arn:aws:iam::${identity.account}:user/lab` });
  await expect(
    sts.send(new AssumeRoleCommand({ RoleArn: identity.roleArn, RoleSessionName: 'x' })),
  ).rejects.toMatchObject({ name: 'InvalidAction', $metadata: { httpStatusCode: 400 } });
});

test('a wrong key, a wrong secret, a session token, another region and a clock out of step are refused by name', async () => {
  const list = (more: object) => new S3Client({ ...config(), ...more }).send(new ListBucketsCommand({}));
  const { accessKeyId, secretAccessKey } = identity;
  await expect(list({ credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey } })).rejects.toMatchObject({
    name: 'InvalidAccessKeyId',
    $metadata: { httpStatusCode: 403 },
  });
  await expect(list({ credentials: { accessKeyId, secretAccessKey: 'wrong' } })).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  });
  await expect(list({ credentials: { accessKeyId, secretAccessKey, sessionToken: 'old' } })).rejects.toMatchObject({
    name: 'InvalidToken',
  });
  await expect(list({ region: 'eu-west-1' })).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed' });
  await expect(list({ systemClockOffset: 3_600_000 })).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
  const firehose = new FirehoseClient({ ...config(), credentials: { accessKeyId, secretAccessKey: 'wrong' } });
  await expect(firehose.send(new ListDeliveryStreamsCommand({}))).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  });
});

test('unsigned requests, web pages and foreign host names are refused, never with HTML', async () => {
  const answers = await Promise.all([
    send({ path: '/' }),
    send({ path: '/', headers: { 'x-amz-target': 'AWSGlue.GetTables' }, method: 'POST' }),
    send({ path: '/', headers: { origin: 'https://example.org' }, sign: 's3' }),
    send({ path: '/', headers: { host: `example.org:${edge.port}` }, sign: 's3' }),
    send({ path: '/', headers: { host: '127.0.0.1:1' }, sign: 's3' }),
  ]);
  expect(answers.map(({ status, type }) => [status, type])).toEqual([
    [403, 'application/xml'],
    [403, 'application/x-amz-json-1.1'],
    [403, 'application/xml'],
    [403, 'application/xml'],
    [403, 'application/xml'],
  ]);
});

test('unknown services, operations and paths answer with the AWS error of their protocol; a bug answers 500 and the lab lives on', async () => {
  const json = async (service: string, target: string, path = '/') => {
    const answer = await send({
      path,
      method: 'POST',
      sign: service,
      headers: target ? { 'x-amz-target': target } : {},
      body: '{}',
    });
    return [answer.status, (JSON.parse(answer.body) as { __type: string }).__type, answer.requestId.length];
  };
  expect(await json('dynamodb', 'DynamoDB_20120810.ListTables')).toEqual([501, 'UnknownOperationException', 36]);
  expect(await json('firehose', 'Firehose_20150804.constructor')).toEqual([501, 'UnknownOperationException', 36]);
  expect(await json('firehose', 'AWSGlue.ListDeliveryStreams')).toEqual([501, 'UnknownOperationException', 36]);
  expect(await json('iot', '', '/nothing/here')).toEqual([501, 'UnknownOperationException', 36]);
  expect(await json('firehose', 'Firehose_20150804.ListDeliveryStreams')).toEqual([500, 'InternalFailure', 36]);
  const thing = await send({ path: '/things/a%2Fb%20c', method: 'POST', sign: 'iot', body: '{"x":1}' });
  expect(JSON.parse(thing.body)).toEqual({ params: { name: 'a/b c' }, body: { x: 1 } });
  const broken = await send({ path: '/things/a', method: 'POST', sign: 'iot', body: '{"x":' });
  expect([broken.status, (JSON.parse(broken.body) as { __type: string }).__type]).toEqual([
    400,
    'SerializationException',
  ]);
  const analytics = await send({ path: '/edge-bucket?analytics', sign: 's3' });
  expect([analytics.status, /<Code>(\w+)/.exec(analytics.body)?.[1]]).toEqual([501, 'NotImplemented']);
});

test('stream bodies are unframed and their trailing checksum checked; large bodies pass "100 continue"', async () => {
  const s3 = new S3Client(config());
  const body = Buffer.alloc(3 * 1024 * 1024, 'weather ');
  await s3.send(
    new PutObjectCommand({
      Bucket: 'edge-bucket',
      Key: 'stream',
      Body: Readable.from([body.subarray(0, 100_000), body.subarray(100_000)]),
      ContentLength: body.length,
    }),
  );
  await s3.send(new PutObjectCommand({ Bucket: 'edge-bucket', Key: 'plain', Body: body }));
  for (const Key of ['stream', 'plain']) {
    const found = await s3.send(new GetObjectCommand({ Bucket: 'edge-bucket', Key, ChecksumMode: 'ENABLED' }));
    expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
    expect(found.ContentEncoding).toBeUndefined();
  }
  const trailer = (checksum: string) =>
    send({
      path: '/edge-bucket/trailer',
      method: 'PUT',
      sign: 's3',
      payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: { 'x-amz-trailer': 'x-amz-checksum-crc64nvme', 'x-amz-decoded-content-length': '9' },
      body: `4\r\n1234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-crc64nvme:${checksum}\r\n\r\n`,
    });
  // The check value of CRC-64/NVME for "123456789" is ae8b14860a799888.
  expect((await trailer('rosUhgp5mIg=')).status).toBe(200);
  expect((await trailer('AAAAAAAAAAA=')).body).toContain('<Code>BadDigest</Code>');
  const cut = await send({
    path: '/edge-bucket/cut',
    method: 'PUT',
    sign: 's3',
    payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    body: '9\r\n123',
  });
  expect(cut.body).toContain('<Code>IncompleteBody</Code>');
  const other = await send({
    path: '/edge-bucket/other',
    method: 'PUT',
    sign: 's3',
    payloadHash: 'a'.repeat(64),
    body: 'x',
  });
  expect(other.body).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
  expect(['cut', 'other'].map((key) => store.get('edge-bucket', key))).toEqual([undefined, undefined]);
});

test('a refused upload of many megabytes reads its error, whether it asked first or not', async () => {
  const s3 = new S3Client(config());
  const body = Buffer.alloc(30 * 1024 * 1024);
  await expect(s3.send(new PutObjectCommand({ Bucket: 'absent-bucket', Key: 'x', Body: body }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
  const answer = await send({ path: '/absent-bucket/x', method: 'PUT', sign: 's3', body: 'x'.repeat(body.length) });
  expect(answer.body).toContain('<Code>NoSuchBucket</Code>');
  const whole = await send({ path: '/', method: 'POST', sign: 'firehose', body: 'x'.repeat(21 * 1024 * 1024) });
  expect([whole.status, whole.body]).toEqual([413, expect.stringContaining('RequestEntityTooLargeException')]);
});

test('signed chunks must follow from the signature of the request', async () => {
  const put = (tamper: boolean) =>
    send({
      path: '/edge-bucket/signed-chunks',
      method: 'PUT',
      sign: 's3',
      payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      headers: { 'x-amz-decoded-content-length': '11' },
      bodyFrom: ({ signature, date, scope, key }) => {
        let previous = signature;
        const chunk = (data: string, sent: string): string => {
          const lines = ['AWS4-HMAC-SHA256-PAYLOAD', date, scope, previous, hash(''), hash(data)];
          previous = createHmac('sha256', key).update(lines.join('\n')).digest('hex');
          return `${data.length.toString(16)};chunk-signature=${previous}\r\n${sent}\r\n`;
        };
        return chunk('hello ', tamper ? 'jello ' : 'hello ') + chunk('world', 'world') + chunk('', '');
      },
    });
  expect((await put(false)).status).toBe(200);
  expect((await put(true)).body).toContain('<Code>SignatureDoesNotMatch</Code>');
  expect(store.get('edge-bucket', 'signed-chunks')).toMatchObject({
    size: 11,
    etag: createHash('md5').update('hello world').digest('hex'),
  });
});

test('a presigned URL works until it expires and only for what was signed', async () => {
  await store.put('edge-bucket', 'a b+c/é.json', Buffer.from('{}'));
  const path = '/edge-bucket/a%20b%2Bc/%C3%A9.json';
  const host = `127.0.0.1:${edge.port}`;
  const presigned = (ageSeconds: number) => presign(path, host, ageSeconds, 60);
  expect(await fetchText(`http://${host}${presigned(0)}`)).toEqual([200, '{}']);
  expect((await fetchText(`http://${host}${presigned(120)}`))[1]).toContain('Request has expired');
  expect((await fetchText(`http://${host}${presigned(0).replace('.json', '.jsox')}`))[0]).toBe(403);
});

test('a bucket can be the first part of the host name', async () => {
  await store.put('edge-bucket', 'by-host', Buffer.from('here'));
  const answer = await send({ path: '/by-host', headers: { host: `edge-bucket.localhost:${edge.port}` }, sign: 's3' });
  expect([answer.status, answer.body]).toEqual([200, 'here']);
});

async function fetchText(url: string): Promise<[number, string]> {
  const answer = await fetch(url);
  return [answer.status, await answer.text()];
}

const hash = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

type Seed = { readonly signature: string; readonly date: string; readonly scope: string; readonly key: Buffer };

/** A second, plain writing of SigV4, so that signer and checker do not share a mistake. */
function signWith(
  service: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  payloadHash: string,
): Seed {
  const date = headers['x-amz-date'] ?? '';
  const scope = `${date.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const names = Object.keys(headers).sort();
  const [rawPath = '', query = ''] = path.split('?');
  const canonical = [
    method,
    service === 's3' ? rawPath : rawPath.split('/').map(encodeRfc3986).join('/'),
    query === '' || query.includes('=') ? query : `${query}=`,
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n');
  let key = Buffer.from(`AWS4${identity.secretAccessKey}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n');
  return { signature: createHmac('sha256', key).update(toSign).digest('hex'), date, scope, key };
}

function amzDate(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

function presign(path: string, host: string, ageSeconds: number, expires: number): string {
  const date = amzDate(Date.now() - ageSeconds * 1000);
  const credential = `${identity.accessKeyId}/${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(credential)}&X-Amz-Date=${date}&X-Amz-Expires=${expires}&X-Amz-SignedHeaders=host`;
  let key = Buffer.from(`AWS4${identity.secretAccessKey}`);
  for (const part of [date.slice(0, 8), 'us-east-1', 's3', 'aws4_request'])
    key = createHmac('sha256', key).update(part).digest();
  const canonical = ['GET', path, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, `${date.slice(0, 8)}/us-east-1/s3/aws4_request`, hash(canonical)].join(
    '\n',
  );
  return `${path}?${query}&X-Amz-Signature=${createHmac('sha256', key).update(toSign).digest('hex')}`;
}

type Sent = {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sign?: string;
  readonly payloadHash?: string;
  readonly body?: string;
  readonly bodyFrom?: (seed: Seed) => string;
};

function send(sent: Sent): Promise<{ status: number; type: string; requestId: string; body: string }> {
  const method = sent.method ?? 'GET';
  const payloadHash = sent.payloadHash ?? hash(sent.body ?? '');
  const headers: Record<string, string> = { host: `127.0.0.1:${edge.port}`, ...sent.headers };
  let body = sent.body ?? '';
  if (sent.sign !== undefined) {
    Object.assign(headers, { 'x-amz-date': amzDate(Date.now()), 'x-amz-content-sha256': payloadHash });
    const seed = signWith(sent.sign, method, sent.path, headers, payloadHash);
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${identity.accessKeyId}/${seed.scope}, SignedHeaders=${Object.keys(headers).sort().join(';')}, Signature=${seed.signature}`;
    body = sent.bodyFrom?.(seed) ?? body;
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { port: edge.port, host: '127.0.0.1', path: sent.path, method, headers },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: String(response.headers['content-type']),
            requestId: String(response.headers['x-amzn-requestid'] ?? response.headers['x-amz-request-id']),
            body: Buffer.concat(parts).toString(),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
