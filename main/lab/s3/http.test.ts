// What S3 answers to requests that no SDK would send: ranges under a condition, uploads without a length, digests that are none, hostile XML.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import {
  CreateBucketCommand,
  GetBucketTaggingCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signHeaders } from '../../commands/sign-request.ts';
import { startS3, type TestS3 } from './test-s3.ts';

const Bucket = 'weather-lake';
const Key = 'a/b';

let lab: TestS3;
let etag: string;
let modified: string;
beforeAll(async () => {
  lab = await startS3();
  await lab.s3.send(new CreateBucketCommand({ Bucket }));
  const put = { Bucket, Key, Body: '0123456789', Tagging: 'site=pole' };
  etag = (await lab.s3.send(new PutObjectCommand(put))).ETag ?? '';
  modified = new Date(lab.store.get(Bucket, Key)?.modified ?? 0).toUTCString();
});
afterAll(() => lab.close());

type Sent = {
  readonly method: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** As the request says it beside what is signed; `content-length` unless given. */
  readonly framing?: Readonly<Record<string, string>>;
};

/** Written by hand: every HTTP client adds the length that some of these requests must not have. */
async function send({ method, path = `/${Bucket}/${Key}`, query, headers = {}, body = '', framing }: Sent) {
  const host = lab.endpoint.slice('http://'.length);
  const signed = signHeaders(lab.identity, {
    service: 's3',
    method,
    path,
    host,
    body,
    headers,
    ...(query && { query }),
  });
  const all = { ...signed, ...(framing ?? { 'content-length': String(Buffer.byteLength(body)) }), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.write(`${method} ${path}${query === undefined ? '' : `?${query}`} HTTP/1.1\r\n${lines.join('')}\r\n`);
  socket.write(body);
  await once(socket, 'close');
  const answer = Buffer.concat(parts).toString();
  const at = answer.indexOf('\r\n\r\n');
  return {
    status: Number(answer.slice(9, 12)),
    code: /<Code>(.*?)<\/Code>/.exec(answer)?.[1],
    head: answer.slice(0, at).toLowerCase(),
    text: answer.slice(at + 4),
  };
}

test('a range is sent only while the object is the one that the reader has a part of', async () => {
  const second = new Date(Date.parse(modified) - 1000).toUTCString();
  for (const [condition, status] of [
    [etag, 206],
    [modified, 206],
    ['"other"', 200],
    [`W/${etag}`, 200],
    [second, 200],
    ['nonsense', 200],
  ] as const) {
    const { status: found, text } = await send({
      method: 'GET',
      headers: { range: 'bytes=2-3', 'if-range': condition },
    });
    expect([found, text], condition).toEqual([status, status === 206 ? '23' : '0123456789']);
  }
  // Without its condition met, the range is not looked at, so it cannot be wrong either.
  expect((await send({ method: 'GET', headers: { range: 'bytes=99-', 'if-range': '"other"' } })).status).toBe(200);
  expect((await send({ method: 'GET', headers: { range: 'bytes=99-', 'if-range': etag } })).code).toBe('InvalidRange');
});

test('an upload says beforehand how long it is', async () => {
  const path = `/${Bucket}/none`;
  expect(await send({ method: 'PUT', path, framing: {} })).toMatchObject({ status: 411, code: 'MissingContentLength' });
  const chunked = { 'transfer-encoding': 'chunked' };
  const body = '5\r\nhello\r\n0\r\n\r\n';
  const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  expect(await send({ method: 'PUT', path, body, headers, framing: chunked })).toMatchObject({
    status: 501,
    code: 'NotImplemented',
  });
  expect(lab.store.get(Bucket, 'none')).toBeUndefined();
});

test('a digest that is none is refused before the body, a wrong one behind it', async () => {
  const path = `/${Bucket}/none`;
  const md5 = (text: string) => createHash('md5').update(text).digest('base64');
  const put = (headers: Readonly<Record<string, string>>) => send({ method: 'PUT', path, body: 'body', headers });
  for (const bad of ['nonsense', 'AAAA', md5('body').replace('==', ''), `${md5('body')}AAAA`, '']) {
    expect(await put({ 'content-md5': bad }), bad).toMatchObject({ status: 400, code: 'InvalidDigest' });
  }
  const wrong = await put({ 'content-md5': md5('other') });
  expect(wrong).toMatchObject({ status: 400, code: 'BadDigest' });
  expect(wrong.text).toContain(`<CalculatedDigest>${md5('body')}</CalculatedDigest>`);
  expect(await put({ 'x-amz-checksum-crc32': 'no' })).toMatchObject({ status: 400, code: 'InvalidRequest' });
  expect(await put({ 'x-amz-checksum-crc32': 'AAAAAA==' })).toMatchObject({ status: 400, code: 'BadDigest' });
  expect(lab.store.get(Bucket, 'none')).toBeUndefined();
  expect((await put({ 'content-md5': md5('body') })).status).toBe(200);
});

const DEEP = 100_000;
const ENTITIES = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "${'&a;'.repeat(1000)}">]>`;
/** `inside` stands in the root of the right name. */
const HOSTILE: readonly (readonly [string, (root: string, inside: string) => string | Buffer])[] = [
  ['nothing', () => ''],
  ['no XML', () => '{"Key":"a"}'],
  ['another root', (_, inside) => `<Other>${inside}</Other>`],
  ['cut off', (root, inside) => `<${root}>${inside}</${root.slice(0, -1)}`],
  ['crossed tags', (root) => `<${root}><a><b></a></b></${root}>`],
  ['two roots', (root, inside) => `<${root}>${inside}</${root}><${root}/>`],
  ['text around', (root, inside) => `<${root}>${inside}</${root}>text`],
  ['entities that grow', (root) => `${ENTITIES}<${root}>${'&b;'.repeat(1000)}</${root}>`],
  ['an entity from outside', (root) => `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><${root}>&a;</${root}>`],
  ['unknown entities', (root) => `<${root}>${'&a;'.repeat(100_000)}</${root}>`],
  ['impossible references', (root) => `<${root}><Key>&#0;&#xD800;&#x110000;</Key></${root}>`],
  ['deep nesting', (root) => `<${root}>${'<a>'.repeat(DEEP)}${'</a>'.repeat(DEEP)}</${root}>`],
  ['deep nesting without end', (root) => `<${root}>${'<a>'.repeat(DEEP)}`],
  ['many elements', (root) => `<${root}>${'<a/>'.repeat(400_000)}</${root}>`],
  ['many attributes', (root) => `<${root} ${'a="b" '.repeat(200_000)}`],
  ['an endless attribute', (root) => `<${root} a="${'x '.repeat(500_000)}`],
  ['an endless comment', (root) => `<${root}>${'<!-- '.repeat(200_000)}`],
  ['an endless name', (root) => `<${root}><${'a'.repeat(1_000_000)}`],
  ['blanks', (root) => `<${root}${' '.repeat(1_000_000)}`],
  ['bytes that are no text', (root) => Buffer.concat([Buffer.from(`<${root}>`), Buffer.alloc(10_000, 0xff)])],
  ['control characters', (root) => `<${root}><Key>\u0001</Key></${root}>`],
  ['names of the language', (root) => `<${root}><__proto__><Key>a</Key></__proto__><constructor/></${root}>`],
  ['mixed text', (root, inside) => `<${root}>${inside.replace('</', '<x/></')}</${root}>`],
];

const TAG = '<TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet>';
const PART = '<Part><PartNumber>1</PartNumber><ETag>a</ETag></Part>';
test.each([
  [
    'DeleteObjects',
    { method: 'POST', path: `/${Bucket}`, query: 'delete=' },
    'Delete',
    `<Object><Key>${Key}</Key></Object>`,
  ],
  ['CompleteMultipartUpload', { method: 'POST', query: 'uploadId=none' }, 'CompleteMultipartUpload', PART],
  ['PutObjectTagging', { method: 'PUT', query: 'tagging=' }, 'Tagging', TAG],
  ['PutBucketTagging', { method: 'PUT', path: `/${Bucket}`, query: 'tagging=' }, 'Tagging', TAG],
  ['CreateBucket', { method: 'PUT', path: '/other-bucket' }, 'CreateBucketConfiguration', `<Tags>${TAG}</Tags>`],
] as const)(
  '%s answers hostile XML with MalformedXML and changes nothing',
  async (operation, request, root, inside) => {
    for (const [what, make] of HOSTILE) {
      const body = make(root, inside);
      // A bucket may be created without a word about it, and a setting it does not have is named.
      if (operation === 'CreateBucket' && (what === 'nothing' || what === 'names of the language')) continue;
      const { status, code } = await send({ ...request, body });
      expect([what, status, code]).toEqual([what, 400, 'MalformedXML']);
    }
    expect(lab.store.list(Bucket, { prefix: Key }).length).toBe(1);
    const { TagSet } = await lab.s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
    expect(TagSet).toEqual([{ Key: 'site', Value: 'pole' }]);
    await expect(lab.s3.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchTagSet' });
    expect(lab.store.hasBucket('other-bucket')).toBe(false);
  },
  60_000,
);

test('more keys or parts than one request may name are refused, the most it may are taken', async () => {
  const keys = (count: number) =>
    `<Delete>${Array.from({ length: count }, (_, index) => `<Object><Key>k&lt;${index}&#10;</Key></Object>`).join('')}</Delete>`;
  const post = { method: 'POST', path: `/${Bucket}`, query: 'delete=' };
  expect((await send({ ...post, body: keys(10_000) })).code).toBe('MalformedXML');
  expect((await send({ ...post, body: keys(1001) })).code).toBe('MalformedXML');
  const taken = await send({ ...post, body: keys(1000) });
  expect([taken.status, taken.text.split('<Deleted>').length - 1]).toEqual([200, 1000]);
  expect((await send({ ...post, body: ' '.repeat(3 * 1024 * 1024) })).code).toBe('MaxMessageLengthExceeded');
});
