// What belongs to buckets and objects beside bytes, by the real SDK client: tags, settings, conditions, checksums, batch deletion.
import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  paginateListBuckets,
  PutBucketAclCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startS3, type TestS3 } from './test-s3.ts';

const Bucket = 'weather-lake';
const Key = 'a/b';
let lab: TestS3;

beforeEach(async () => {
  lab = await startS3();
  await lab.s3.send(new CreateBucketCommand({ Bucket }));
});
afterEach(() => lab.close());

test('buckets are listed in pages and by prefix', async () => {
  for (const name of ['weather-b', 'weather-a', 'other']) await lab.s3.send(new CreateBucketCommand({ Bucket: name }));
  const pages: (string | undefined)[][] = [];
  for await (const page of paginateListBuckets({ client: lab.s3, pageSize: 2 }, { Prefix: 'weather' })) {
    pages.push((page.Buckets ?? []).map(({ Name }) => Name));
  }
  expect(pages).toEqual([['weather-a', 'weather-b'], ['weather-lake']]);
  const elsewhere = await lab.s3.send(new ListBucketsCommand({ BucketRegion: 'eu-west-1' }));
  expect(elsewhere.Buckets ?? []).toEqual([]);
});

test('tags of buckets and objects are kept, counted, copied, replaced and checked', async () => {
  const { s3 } = lab;
  const tagsOf = async (key: string) => (await s3.send(new GetObjectTaggingCommand({ Bucket, Key: key }))).TagSet;
  await expect(s3.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchTagSet' });
  const TagSet = [{ Key: 'course', Value: 'iot lake+1' }];
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);

  await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Tagging: 'site=north%20pole&empty=' }));
  const put = [
    { Key: 'site', Value: 'north pole' },
    { Key: 'empty', Value: '' },
  ];
  expect([await tagsOf(Key), (await s3.send(new HeadObjectCommand({ Bucket, Key }))).TagCount]).toEqual([put, 2]);
  const CopySource = `${Bucket}/${Key}`;
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
  expect(await tagsOf('copy')).toEqual(put);
  await s3.send(
    new CopyObjectCommand({ Bucket, Key: 'copy', CopySource, TaggingDirective: 'REPLACE', Tagging: 'n=1' }),
  );
  expect(await tagsOf('copy')).toEqual([{ Key: 'n', Value: '1' }]);
  await s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));
  expect(await tagsOf(Key)).toEqual(TagSet);
  expect(await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()).toBe('x');
  await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key }));
  expect(await tagsOf(Key)).toEqual([]);
  const twice = { TagSet: [...TagSet, ...TagSet] };
  await expect(s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: twice }))).rejects.toMatchObject({
    name: 'InvalidTag',
  });
});

test('settings tell what is so; what would have no effect is refused', async () => {
  const { s3 } = lab;
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
  const blocked = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  };
  const block = (PublicAccessBlockConfiguration: object) =>
    s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  await block(blocked);
  expect((await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual(blocked);
  await expect(block({ ...blocked, BlockPublicPolicy: false })).rejects.toMatchObject({ name: 'NotImplemented' });
  const acl = await s3.send(new GetBucketAclCommand({ Bucket }));
  expect(acl.Grants).toEqual([
    { Grantee: { Type: 'CanonicalUser', ID: acl.Owner?.ID, DisplayName: 'lab' }, Permission: 'FULL_CONTROL' },
  ]);
  const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
  expect(OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }));
  const refused = [
    [new PutBucketAclCommand({ Bucket, ACL: 'public-read' }), 'AccessControlListNotSupported'],
    [new PutObjectCommand({ Bucket, Key, Body: 'x', ACL: 'public-read' }), 'AccessControlListNotSupported'],
    [new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }), 'NotImplemented'],
    [new GetBucketPolicyCommand({ Bucket }), 'NoSuchBucketPolicy'],
    [new GetBucketPolicyStatusCommand({ Bucket }), 'NoSuchBucketPolicy'],
    [new GetBucketCorsCommand({ Bucket }), 'NoSuchCORSConfiguration'],
    [new GetBucketLifecycleConfigurationCommand({ Bucket }), 'NoSuchLifecycleConfiguration'],
    [new GetBucketEncryptionCommand({ Bucket }), 'ServerSideEncryptionConfigurationNotFoundError'],
    [new GetBucketPolicyCommand({ Bucket: 'absent' }), 'NoSuchBucket'],
  ] as const;
  for (const [command, name] of refused) {
    await expect(s3.send(command as PutObjectCommand)).rejects.toMatchObject({ name });
  }
  await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
});

test('the access list of an object is what the canned list it was written with grants', async () => {
  const { s3, store } = lab;
  const grantsOf = async (key: string) => {
    const { Grants = [] } = await s3.send(new GetObjectAclCommand({ Bucket, Key: key }));
    return Grants.map(({ Grantee, Permission }) => [
      Grantee?.URI?.split('/').at(-1) ?? Grantee?.DisplayName,
      Permission,
    ]);
  };
  const owner = ['lab', 'FULL_CONTROL'];
  const lists = {
    private: [owner],
    'public-read': [owner, ['AllUsers', 'READ']],
    'public-read-write': [owner, ['AllUsers', 'READ'], ['AllUsers', 'WRITE']],
    'aws-exec-read': [owner, ['za-team', 'READ']],
    'authenticated-read': [owner, ['AuthenticatedUsers', 'READ']],
    // Owner of the bucket and of the object are one here.
    'bucket-owner-read': [owner],
    'bucket-owner-full-control': [owner],
    'log-delivery-write': [owner, ['LogDelivery', 'WRITE'], ['LogDelivery', 'READ_ACP']],
  };
  for (const [cannedAcl, grants] of Object.entries(lists)) {
    // As the S3 action of a rule writes it.
    await store.put(Bucket, cannedAcl, Buffer.from('x'), { cannedAcl });
    expect(await grantsOf(cannedAcl), cannedAcl).toEqual(grants);
  }
  const CopySource = `${Bucket}/public-read`;
  await s3.send(new CopyObjectCommand({ Bucket, Key, CopySource }));
  expect(await grantsOf(Key)).toEqual([owner]);
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'public-read' }))).Metadata).toEqual({});
  await s3.send(new PutObjectAclCommand({ Bucket, Key: 'public-read', ACL: 'private' }));
  expect(await grantsOf('public-read')).toEqual([owner]);
  await expect(s3.send(new PutObjectAclCommand({ Bucket, Key, ACL: 'public-read' }))).rejects.toMatchObject({
    name: 'AccessControlListNotSupported',
  });
});

test('of many writers that want to be the first, one is; conditional deletions look before they delete', async () => {
  const { s3 } = lab;
  const put = (Body: string, more: object) => s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const writers = await Promise.allSettled(
    Array.from({ length: 20 }, (_, writer) => put(String(writer), { IfNoneMatch: '*' })),
  );
  const refusals = writers.flatMap((writer) => (writer.status === 'rejected' ? [(writer.reason as Error).name] : []));
  expect(refusals).toEqual(Array.from({ length: 19 }, () => 'PreconditionFailed'));
  const ETag = (await s3.send(new HeadObjectCommand({ Bucket, Key }))).ETag;
  await expect(put('y', { IfMatch: '"no"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  const changed = await put('changed', { IfMatch: ETag });

  await expect(s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: ETag }))).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
  const CopySource = `${Bucket}/${Key}`;
  for (const more of [{ CopySourceIfMatch: ETag }, { CopySourceIfNoneMatch: changed.ETag }]) {
    await expect(s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource, ...more }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
  }
  const { Deleted, Errors } = await s3.send(
    new DeleteObjectsCommand({
      Bucket,
      Delete: {
        Objects: [
          { Key, ETag },
          { Key: 'z', VersionId: 'null' },
        ],
      },
    }),
  );
  expect([Deleted?.map((one) => one.Key), Errors?.map((one) => one.Code)]).toEqual([['z'], ['PreconditionFailed']]);
  await s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: changed.ETag }));
  await expect(s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
});

test('a copy can be given a checksum, and attributes name it; an impossible response header is refused', async () => {
  const { s3 } = lab;
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'bytes' }));
  const CopySource = `${Bucket}/${Key}`;
  const sha256 = createHash('sha256').update('bytes').digest('base64');
  const { CopyObjectResult } = await s3.send(
    new CopyObjectCommand({ Bucket, Key, CopySource, ChecksumAlgorithm: 'SHA256' }),
  );
  expect(CopyObjectResult?.ChecksumSHA256).toBe(sha256);
  expect(
    await s3.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ETag', 'ObjectSize', 'Checksum'] }),
    ),
  ).toMatchObject({
    ETag: createHash('md5').update('bytes').digest('hex'),
    ObjectSize: 5,
    Checksum: { ChecksumSHA256: sha256, ChecksumType: 'FULL_OBJECT' },
  });
  await expect(
    s3.send(new GetObjectCommand({ Bucket, Key, ResponseContentDisposition: 'inline; filename="日本"' })),
  ).rejects.toMatchObject({ name: 'InvalidArgument' });
});

test('a checksum that nobody here can check is refused, and so are two at once', async () => {
  const put = (name: string, value: string, priority: 'high' | 'low') => {
    const command = new PutObjectCommand({ Bucket, Key, Body: 'x' });
    command.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args.request as { headers: object }).headers, { [name]: value });
        return next(args);
      },
      { step: 'build', priority },
    );
    return lab.s3.send(command);
  };
  // Before the client adds its own, which it then does not; and behind that.
  await expect(put('x-amz-checksum-xxhash64', 'AAAAAAAAAAA=', 'high')).rejects.toThrow('is not known here');
  await expect(put('x-amz-checksum-sha1', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'low')).rejects.toThrow(
    'Multiple checksum Types are not allowed',
  );
  await expect(lab.s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
});
