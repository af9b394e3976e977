// Multipart uploads by the real SDK client: every kind of checksum, reading part by part, a completion asked for again, and each refusal.
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type ChecksumAlgorithm,
  type ChecksumType,
  type CompletedPart,
  type CompleteMultipartUploadCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChecksum, type ChecksumName } from '../checksums.ts';
import { startS3, type TestS3 } from './test-s3.ts';

const Bucket = 'weather-lake';
const PARTS = [randomBytes(5 * 1024 * 1024), randomBytes(700)] as const;
const WHOLE = Buffer.concat(PARTS);

let lab: TestS3;
beforeAll(async () => {
  lab = await startS3();
  await lab.s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => lab.close());

type Begun = { readonly Key: string; readonly UploadId: string | undefined };

async function begin(Key: string, ChecksumAlgorithm?: ChecksumAlgorithm, ChecksumType?: ChecksumType): Promise<Begun> {
  const more = { ...(ChecksumAlgorithm && { ChecksumAlgorithm }), ...(ChecksumType && { ChecksumType }) };
  const { UploadId } = await lab.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  return { Key, UploadId };
}

async function upload(
  begun: Begun,
  bodies: readonly Buffer[],
  ChecksumAlgorithm?: ChecksumAlgorithm,
): Promise<CompletedPart[]> {
  const parts: CompletedPart[] = [];
  for (const [index, Body] of bodies.entries()) {
    const PartNumber = index + 1;
    const more = ChecksumAlgorithm && { ChecksumAlgorithm };
    const answer = await lab.s3.send(new UploadPartCommand({ Bucket, ...begun, PartNumber, Body, ...more }));
    const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 } = answer;
    const sums = { ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 };
    parts.push({ PartNumber, ETag, ...sums });
  }
  return parts;
}

const complete = (begun: Begun, Parts: CompletedPart[], more: Partial<CompleteMultipartUploadCommandInput> = {}) =>
  lab.s3.send(new CompleteMultipartUploadCommand({ Bucket, ...begun, MultipartUpload: { Parts }, ...more }));

function sum(name: ChecksumName, bytes: Buffer): Buffer {
  if (name === 'sha1' || name === 'sha256') return createHash(name).update(bytes).digest();
  const running = startChecksum(name);
  running.update(bytes);
  return Buffer.from(running.base64(), 'base64');
}

test.each([
  ['CRC32', 'COMPOSITE', undefined],
  ['CRC32C', 'COMPOSITE', undefined],
  ['SHA1', 'COMPOSITE', 'COMPOSITE'],
  ['SHA256', 'COMPOSITE', undefined],
  ['CRC32', 'FULL_OBJECT', 'FULL_OBJECT'],
  ['CRC32C', 'FULL_OBJECT', 'FULL_OBJECT'],
  ['CRC64NVME', 'FULL_OBJECT', undefined],
] as const)('a %s checksum is %s', async (algorithm, type, asked) => {
  const name = algorithm.toLowerCase() as ChecksumName;
  const begun = await begin(`sums/${algorithm}-${type}`, algorithm, asked);
  const parts = await upload(begun, PARTS, algorithm);
  const listed = await lab.s3.send(new ListPartsCommand({ Bucket, ...begun }));
  const { Uploads } = await lab.s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: begun.Key }));
  for (const shown of [listed, Uploads?.[0]]) {
    expect(shown).toMatchObject({ ChecksumAlgorithm: algorithm, ChecksumType: type });
  }
  const value =
    type === 'FULL_OBJECT'
      ? sum(name, WHOLE).toString('base64')
      : `${sum(name, Buffer.concat(PARTS.map((part) => sum(name, part)))).toString('base64')}-2`;
  const expected = { [`Checksum${algorithm}`]: value, ChecksumType: type };
  await expect(complete(begun, parts, { [`Checksum${algorithm}`]: 'AAAAAA==' })).rejects.toMatchObject({
    name: 'BadDigest',
  });
  expect(await complete(begun, parts, { [`Checksum${algorithm}`]: value, ChecksumType: type })).toMatchObject(expected);
  const { Key } = begun;
  expect(await lab.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))).toMatchObject(expected);
  const read = await lab.s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
  expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(WHOLE)).toBe(true);

  const wanted = { Bucket, Key, ObjectAttributes: ['Checksum', 'ObjectParts'] as ('Checksum' | 'ObjectParts')[] };
  const attributes = await lab.s3.send(new GetObjectAttributesCommand({ ...wanted, MaxParts: 1 }));
  expect(attributes).toMatchObject({
    Checksum: expected,
    ObjectParts: {
      TotalPartsCount: 2,
      IsTruncated: true,
      NextPartNumberMarker: '1',
      Parts: [
        { PartNumber: 1, Size: PARTS[0].length, [`Checksum${algorithm}`]: sum(name, PARTS[0]).toString('base64') },
      ],
    },
  });
  const rest = await lab.s3.send(new GetObjectAttributesCommand({ ...wanted, PartNumberMarker: '1' }));
  expect(rest.ObjectParts?.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([2]);

  // The copy is in one piece: its checksum and its ETag are those of its bytes.
  const CopySource = `${Bucket}/${Key}`;
  const { CopyObjectResult } = await lab.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
  expect(CopyObjectResult).toMatchObject({
    ETag: `"${createHash('md5').update(WHOLE).digest('hex')}"`,
    [`Checksum${algorithm}`]: sum(name, WHOLE).toString('base64'),
    ChecksumType: 'FULL_OBJECT',
  });
});

test('an object is read part by part, as transfer managers do', async () => {
  const begun = await begin('parts', 'CRC32');
  const bodies = [PARTS[0], PARTS[0], Buffer.alloc(0)];
  const size = 2 * PARTS[0].length;
  const parts = await upload(begun, bodies, 'CRC32');
  const { ETag } = await complete(begun, parts);
  const Key = 'parts';
  let start = 0;
  for (const [index, bytes] of bodies.entries()) {
    const wanted = { Bucket, Key, PartNumber: index + 1, ChecksumMode: 'ENABLED' } as const;
    const expected = {
      $metadata: { httpStatusCode: 206 },
      PartsCount: 3,
      ETag,
      ContentLength: bytes.length,
      ...(bytes.length > 0 && { ContentRange: `bytes ${start}-${start + bytes.length - 1}/${size}` }),
      ChecksumCRC32: sum('crc32', bytes).toString('base64'),
      ChecksumType: 'COMPOSITE',
    };
    expect(await lab.s3.send(new HeadObjectCommand(wanted))).toMatchObject(expected);
    const part = await lab.s3.send(new GetObjectCommand(wanted));
    expect(part).toMatchObject(expected);
    expect(Buffer.from((await part.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    start += bytes.length;
  }
  const read = (more: object) => lab.s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  await expect(read({ PartNumber: 4 })).rejects.toMatchObject({ name: 'InvalidPartNumber', ActualPartCount: '3' });
  await expect(read({ PartNumber: 0 })).rejects.toMatchObject({ name: 'InvalidArgument' });
  await expect(read({ PartNumber: 1, Range: 'bytes=0-1' })).rejects.toMatchObject({ name: 'InvalidRequest' });

  await lab.s3.send(new PutObjectCommand({ Bucket, Key: 'whole', Body: 'whole' }));
  const whole = await lab.s3.send(new GetObjectCommand({ Bucket, Key: 'whole', PartNumber: 1 }));
  expect([await whole.Body?.transformToString(), whole.PartsCount]).toEqual(['whole', undefined]);
  await expect(lab.s3.send(new HeadObjectCommand({ Bucket, Key: 'whole', PartNumber: 2 }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 416 },
  });
});

test('a completion that is asked for again is answered the same: at once, at the same time, after a restart', async () => {
  const begun = await begin('again', 'SHA256');
  const parts = await upload(begun, PARTS, 'SHA256');
  const about = ({ ETag, Location, ChecksumSHA256 }: object & Record<string, unknown>) => [
    ETag,
    Location,
    ChecksumSHA256,
  ];
  const answers = await Promise.all([1, 2, 3].map(() => complete(begun, parts).then((answer) => about({ ...answer }))));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const { LastModified } = await lab.s3.send(new HeadObjectCommand({ Bucket, Key: 'again' }));
  await lab.stop();
  lab = await startS3(lab.folder);
  expect(about({ ...(await complete(begun, parts)) })).toEqual(answers[0]);
  expect((await lab.s3.send(new HeadObjectCommand({ Bucket, Key: 'again' }))).LastModified).toEqual(LastModified);
  // Other parts would not be this object; and once it is another object, nothing is known of the upload.
  await expect(complete(begun, parts.slice(0, 1))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  await lab.s3.send(new PutObjectCommand({ Bucket, Key: 'again', Body: 'new' }));
  await expect(complete(begun, parts)).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

test('a process that died between its object and forgetting the upload knows at its next start that it was completed', async () => {
  const begun = await begin('forgotten', 'CRC32');
  const [part] = await upload(begun, [Buffer.from('the part')], 'CRC32');
  if (part === undefined) throw new Error('a part was uploaded');
  // What is on the disk then: the object with the id of its upload, and the upload.
  const path = join(lab.store.stagingFolder, 'joined');
  await writeFile(path, 'the part');
  const sum16 = createHash('md5').update(createHash('md5').update('the part').digest()).digest('hex');
  const uploadId = begun.UploadId ?? '';
  const about = { key: 'forgotten', size: 8, etag: `${sum16}-1`, headers: {}, tags: {}, checksum: null };
  await lab.store.adoptObject(
    Bucket,
    { ...about, multipart: { uploadId, parts: [{ size: 8, checksum: null }] } },
    path,
  );
  await lab.stop();
  lab = await startS3(lab.folder);
  expect((await complete(begun, [part])).ETag).toBe(`"${sum16}-1"`);
  const { Uploads = [] } = await lab.s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'forgotten' }));
  expect(Uploads).toEqual([]);
  await expect(lab.s3.send(new ListPartsCommand({ Bucket, ...begun }))).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

test('a part that is copied gets the checksum of its upload', async () => {
  await lab.s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: 'the source' }));
  const begun = await begin('from-copy', 'SHA1');
  const { CopyPartResult } = await lab.s3.send(
    new UploadPartCopyCommand({ Bucket, ...begun, PartNumber: 1, CopySource: `${Bucket}/source` }),
  );
  const expected = sum('sha1', Buffer.from('the source')).toString('base64');
  expect(CopyPartResult?.ChecksumSHA1).toBe(expected);
  const part = { PartNumber: 1, ETag: CopyPartResult?.ETag, ChecksumSHA1: expected };
  expect((await complete(begun, [part])).ChecksumSHA1).toMatch(/-1$/);
});

test('what cannot be completed is refused with the error of AWS, and the upload stays as it was', async () => {
  const begun = await begin('refused', 'CRC32');
  const parts = await upload(begun, [PARTS[1], PARTS[0], PARTS[1]], 'CRC32');
  const [small, large, last] = parts;
  if (small === undefined || large === undefined || last === undefined) throw new Error('three parts were uploaded');
  for (const [Parts, name, more] of [
    [parts, 'EntityTooSmall', {}],
    [[large, small], 'InvalidPartOrder', {}],
    [[large, large], 'InvalidPartOrder', {}],
    [[large, { ...last, PartNumber: 4 }], 'InvalidPart', {}],
    [[large, { ...last, ETag: large.ETag }], 'InvalidPart', {}],
    [[large, { ...last, ChecksumCRC32: large.ChecksumCRC32 }], 'InvalidPart', {}],
    [[large, { ...last, ChecksumCRC32: undefined }], 'InvalidRequest', {}],
    [[large, { ...last, PartNumber: 10_001 }], 'MalformedXML', {}],
    [[], 'MalformedXML', {}],
    [[large, last], 'InvalidRequest', { ChecksumType: 'FULL_OBJECT' }],
    [[large, last], 'InvalidRequest', { MpuObjectSize: 1 }],
    [[large, last], 'BadDigest', { ChecksumCRC32: 'AAAAAA==-2' }],
  ] as const) {
    await expect(complete(begun, [...Parts], more), name).rejects.toMatchObject({ name });
  }
  const wrong = new UploadPartCommand({ Bucket, ...begun, PartNumber: 9, Body: 'x', ChecksumAlgorithm: 'SHA256' });
  await expect(lab.s3.send(wrong)).rejects.toThrow('expected checksum Type: crc32, actual checksum Type: sha256');
  await expect(begin('pair', 'SHA256', 'FULL_OBJECT')).rejects.toMatchObject({ name: 'InvalidRequest' });
  await expect(begin('pair', 'CRC64NVME', 'COMPOSITE')).rejects.toMatchObject({ name: 'InvalidRequest' });
  const { Parts } = await lab.s3.send(new ListPartsCommand({ Bucket, ...begun }));
  expect(Parts?.map(({ PartNumber }) => PartNumber)).toEqual([1, 2, 3]);
  expect((await complete(begun, [large, last])).ETag).toMatch(/-2"$/);
});
