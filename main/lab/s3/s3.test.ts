// S3 by the real SDK client against a real edge: odd keys, pages, ranges, copies, multipart, restart and abrupt end.
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { edgeServices } from '../dispatch.ts';
import { openEdge, type Edge } from '../edge.ts';
import { openIdentity } from '../identity.ts';
import { openObjectStore, type S3Store } from './object-store.ts';
import { openS3 } from './s3.ts';
import { compareUtf8 } from './sorted-keys.ts';
import { openLabSeal } from '../lab-seal.ts';

let folder: string;
let running: { readonly store: S3Store; readonly edge: Edge; readonly s3: S3Client };
const Bucket = 'weather-lake';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-'));
  running = await start();
});

afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

async function start() {
  const identity = await openIdentity(folder, await openLabSeal(folder, null));
  const store = await openObjectStore(join(folder, 's3'));
  const handle = await openS3(store, identity, join(folder, 'uploads'));
  const services = edgeServices({ s3: { kind: 's3', handle } });
  const edge = await openEdge({ port: 0, credentials: identity, region: identity.region, services });
  const s3 = new S3Client({
    endpoint: `http://127.0.0.1:${edge.port}`,
    region: identity.region,
    credentials: { accessKeyId: identity.accessKeyId, secretAccessKey: identity.secretAccessKey },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return { store, edge, s3 };
}

async function stop(): Promise<void> {
  running.s3.destroy();
  await running.edge.close();
  await running.store.close();
}

async function read(Key: string, more: object = {}): Promise<string> {
  const found = await running.s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return (await found.Body?.transformToString()) ?? '';
}

const ODD_KEYS = [
  'plain',
  '../../../etc/passwd',
  './a//b/',
  'CON',
  'blank inside and end ',
  'ünï/cödé/日本/😀',
  '\uffee-above-surrogates-in-utf16',
  'percent%2Fencoded+plus&amp;<tag>"quote\'!()*',
  'line\nbreak\ttab',
  '\\backslash\\',
  'a'.repeat(1024),
];

test('any text is a key: objects come back whole with their headers, are listed in UTF-8 order, and a restart finds them', async () => {
  await running.s3.send(new CreateBucketCommand({ Bucket }));
  for (const [index, Key] of ODD_KEYS.entries()) {
    await running.s3.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: `body ${index}`,
        ContentType: 'text/plain',
        ContentEncoding: 'gzip',
        CacheControl: 'no-store',
        Metadata: { station: String(index) },
      }),
    );
  }
  await stop();
  running = await start();

  for (const [index, Key] of ODD_KEYS.entries()) expect(await read(Key)).toBe(`body ${index}`);
  const head = await running.s3.send(new HeadObjectCommand({ Bucket, Key: ODD_KEYS[1], ChecksumMode: 'ENABLED' }));
  expect(head).toMatchObject({
    ContentLength: 6,
    ContentType: 'text/plain',
    ContentEncoding: 'gzip',
    CacheControl: 'no-store',
    Metadata: { station: '1' },
    ETag: `"${createHash('md5').update('body 1').digest('hex')}"`,
    ChecksumCRC32: expect.stringMatching(/=$/) as string,
  });
  const { Contents = [] } = await running.s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
  const byBytes = [...ODD_KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(Contents.map(({ Key }) => decodeURIComponent(Key ?? ''))).toEqual(byBytes);
  const Objects = ODD_KEYS.map((Key) => ({ Key }));
  const { Deleted } = await running.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Deleted).toEqual(Objects);
  expect(running.store.list(Bucket, { prefix: '' })).toEqual([]);
  await expect(running.s3.send(new PutObjectCommand({ Bucket, Key: 'b'.repeat(1025) }))).rejects.toMatchObject({
    name: 'KeyTooLongError',
  });
});

test('listing pages, rolls up prefixes and goes on where it stopped, in both versions', async () => {
  await running.s3.send(new CreateBucketCommand({ Bucket }));
  const hours = Array.from(
    { length: 24 },
    (_, hour) => `raw/2013/01/${String((hour % 3) + 1).padStart(2, '0')}/${hour}`,
  );
  for (const key of [...hours, 'raw/readme', 'top']) await running.store.put(Bucket, key, Buffer.from(key));
  const pages: string[][] = [];
  for await (const page of paginateListObjectsV2(
    { client: running.s3, pageSize: 2 },
    { Bucket, Prefix: 'raw/2013/01/', Delimiter: '/' },
  )) {
    pages.push((page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''));
  }
  expect(pages).toEqual([['raw/2013/01/01/', 'raw/2013/01/02/'], ['raw/2013/01/03/']]);

  const root = await running.s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', FetchOwner: true }));
  expect([root.KeyCount, root.CommonPrefixes, root.Contents?.map(({ Key, Size }) => [Key, Size])]).toEqual([
    2,
    [{ Prefix: 'raw/' }],
    [['top', 3]],
  ]);

  const first = await running.s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 1 }));
  expect([first.IsTruncated, first.NextMarker]).toEqual([true, 'raw/']);
  const second = await running.s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: first.NextMarker }));
  expect([second.IsTruncated, second.CommonPrefixes, second.Contents?.map(({ Key }) => Key)]).toEqual([
    false,
    undefined,
    ['top'],
  ]);
  const after = await running.s3.send(new ListObjectsV2Command({ Bucket, StartAfter: 'raw/readme' }));
  expect(after.Contents?.map(({ Key }) => Key)).toEqual(['top']);
  await expect(
    running.s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'nonsense' })),
  ).rejects.toMatchObject({ name: 'InvalidArgument' });
});

test('buckets follow the rules of AWS from birth to death', async () => {
  const { s3 } = running;
  await expect(s3.send(new CreateBucketCommand({ Bucket: 'Not_A_Bucket' }))).rejects.toMatchObject({
    name: 'InvalidBucketName',
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new HeadBucketCommand({ Bucket }));
  expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
  expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
  await expect(s3.send(new HeadBucketCommand({ Bucket: 'absent' }))).rejects.toMatchObject({ name: 'NotFound' });
  await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'absent' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(s3.send(new PutObjectCommand({ Bucket: 'absent', Key: 'x', Body: 'x' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
  await s3.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x' }));
  await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'x' }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
  await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
});

test('ranges, conditions, copies and mass deletion; what would have no effect is refused', async () => {
  const { s3 } = running;
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a b', Body: '0123456789', Metadata: { kind: 'one' } }));
  expect(await read('a b', { Range: 'bytes=2-4' })).toBe('234');
  expect(await read('a b', { Range: 'bytes=-3' })).toBe('789');
  expect(await read('a b', { Range: 'bytes=8-' })).toBe('89');
  await expect(read('a b', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  await expect(read('a b', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(
    s3.send(new PutObjectCommand({ Bucket, Key: 'a b', Body: 'new', IfNoneMatch: '*' })),
  ).rejects.toMatchObject({ name: 'PreconditionFailed' });

  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/a%20b` }));
  const copy = await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }));
  expect([await read('copy'), copy.Metadata]).toEqual(['0123456789', { kind: 'one' }]);

  const deleted = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a b' }, { Key: 'never there' }] } }),
  );
  expect(deleted.Deleted).toEqual([{ Key: 'a b' }, { Key: 'never there' }]);
  expect(running.store.list(Bucket, { prefix: '' }).map(({ key }) => key)).toEqual(['copy']);
  const many = Array.from({ length: 1000 }, (_, index) => ({ Key: `<a&b> "${index}" & more` }));
  for (const { Key } of many) await running.store.put(Bucket, Key, Buffer.alloc(0));
  await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: many, Quiet: true } }));
  expect(running.store.list(Bucket, { prefix: '' }).map(({ key }) => key)).toEqual(['copy']);

  for (const command of [
    new PutObjectCommand({ Bucket, Key: 'x', Body: 'x', StorageClass: 'GLACIER' }),
    new PutObjectCommand({ Bucket, Key: 'x', Body: 'x', ServerSideEncryption: 'aws:kms' }),
    new PutObjectCommand({ Bucket, Key: 'x', Body: 'x', WebsiteRedirectLocation: '/y' }),
  ]) {
    await expect(s3.send(command)).rejects.toMatchObject({
      name: 'NotImplemented',
      $metadata: { httpStatusCode: 501 },
    });
  }
});

test('a multipart upload goes on after a restart and is refused where AWS refuses', async () => {
  const Key = 'large';
  const parts = [randomBytes(5 * 1024 * 1024), Buffer.from('the end')];
  await running.s3.send(new CreateBucketCommand({ Bucket }));
  const { UploadId } = await running.s3.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/csv' }),
  );
  const uploaded: { PartNumber: number; ETag: string | undefined }[] = [];
  for (const [index, Body] of parts.entries()) {
    const PartNumber = index + 1;
    const { ETag } = await running.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    uploaded.push({ PartNumber, ETag });
    if (index === 0) {
      await stop();
      running = await start();
    }
  }
  const complete = (Parts: typeof uploaded) =>
    running.s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  await expect(complete([...uploaded].reverse())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete([{ PartNumber: 1, ETag: '"wrong"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
  const { ETag } = await complete(uploaded);
  const md5 = (bytes: Buffer) => createHash('md5').update(bytes);
  const whole = md5(Buffer.concat(parts.map((part) => md5(part).digest()))).digest('hex');
  expect(ETag).toBe(`"${whole}-2"`);
  const stored = await readFile(running.store.get(Bucket, Key)?.path ?? '');
  expect(stored.equals(Buffer.concat(parts))).toBe(true);

  const copied = await running.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'copied' }));
  const { CopyPartResult } = await running.s3.send(
    new UploadPartCopyCommand({
      Bucket,
      Key: 'copied',
      UploadId: copied.UploadId,
      PartNumber: 1,
      CopySource: `${Bucket}/${Key}`,
      CopySourceRange: `bytes=${5 * 1024 * 1024}-${5 * 1024 * 1024 + 2}`,
    }),
  );
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: CopyPartResult?.ETag }] };
  await running.s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key: 'copied', UploadId: copied.UploadId, MultipartUpload }),
  );
  expect(await read('copied')).toBe('the');
  await expect(running.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))).rejects.toMatchObject({
    name: 'NoSuchUpload',
  });
});

test('a torn last index line is forgotten, overwriting leaves no file behind, and a much changed index is compacted', async () => {
  await running.store.createBucket(Bucket);
  await running.store.put(Bucket, 'kept', Buffer.from('kept'));
  for (let round = 0; round < 1500; round++) await running.store.put(Bucket, 'busy', Buffer.from(String(round)));
  const index = join(folder, 's3', `bucket-${Bucket}`, 'index.ndjson');
  await appendFile(index, '{"k":"torn","f":99');
  await stop();
  running = await start();
  expect(running.store.list(Bucket, { prefix: '' }).map(({ key, size }) => [key, size])).toEqual([
    ['busy', 4],
    ['kept', 4],
  ]);
  expect((await readFile(index, 'utf8')).split('\n').length).toBe(3);
  await running.store.put(Bucket, 'later', Buffer.from('later'));
  expect([await read('busy'), await read('kept'), await read('later')]).toEqual(['1499', 'kept', 'later']);
  const files = await readdir(join(folder, 's3', `bucket-${Bucket}`), { recursive: true });
  expect(files.filter((file) => /[0-9a-f]{8}$/.test(file)).length).toBe(3);
});

test('text is ordered by UTF-8 bytes', () => {
  const texts = ['', 'a', 'ab', 'b', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}', 'a😀', 'a\uffff'];
  for (const a of texts) {
    for (const b of texts) {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }
  }
});
