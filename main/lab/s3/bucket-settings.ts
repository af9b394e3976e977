/**
 * S3 operations on a bucket's settings. The lab keeps tags; of everything else it tells the truth: what a bucket has by default or does not
 * have. A setting that says what is so anyway is accepted, any other is refused, because it would have no effect.
 */
import { readAll } from '../payload.ts';
import { readXml } from '../read-xml.ts';
import { AwsError, type LabIdentity } from '../services.ts';
import { xmlAnswer } from '../wire.ts';
import { asList, asRecord, asText, branch, leaf, malformedXml } from '../xml.ts';
import { notImplemented } from './names.ts';
import type { S3Store } from './object-store.ts';
import { bodyTooLarge, empty, MAX_XML_BYTES, NAMESPACE, type S3Operation, type S3Request } from './operation.ts';
import { aclNotSupported, aclXml, ownerOf, OWNERS_ACLS } from './owner.ts';
import { MOST_BUCKET_TAGS, tagsOfXml, tagsXml } from './tags.ts';

const PUBLIC_ACCESS_BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];

/** Settings no bucket of the lab has: the operation's noun, the parameter, the error of a GET. A DELETE of nothing is a success on AWS. */
const ABSENT: readonly (readonly [string, string, string, string])[] = [
  ['Policy', 'policy', 'NoSuchBucketPolicy', 'The bucket policy does not exist'],
  ['Cors', 'cors', 'NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
  ['Lifecycle', 'lifecycle', 'NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  ['Website', 'website', 'NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
  [
    'Replication',
    'replication',
    'ReplicationConfigurationNotFoundError',
    'The replication configuration was not found',
  ],
  [
    'Encryption',
    'encryption',
    'ServerSideEncryptionConfigurationNotFoundError',
    'The server side encryption configuration was not found',
  ],
];

/** Settings that always have a value: the operation's noun, the parameter, the value of a bucket nobody has changed. */
const DEFAULTS: readonly (readonly [string, string, string])[] = [
  ['Versioning', 'versioning', branch('VersioningConfiguration', [], NAMESPACE)],
  ['Logging', 'logging', branch('BucketLoggingStatus', [], NAMESPACE)],
  ['NotificationConfiguration', 'notification', branch('NotificationConfiguration', [], NAMESPACE)],
  ['AccelerateConfiguration', 'accelerate', branch('AccelerateConfiguration', [], NAMESPACE)],
  [
    'RequestPayment',
    'requestPayment',
    branch('RequestPaymentConfiguration', [leaf('Payer', 'BucketOwner')], NAMESPACE),
  ],
  [
    'PublicAccessBlock',
    'publicAccessBlock',
    branch(
      'PublicAccessBlockConfiguration',
      PUBLIC_ACCESS_BLOCKS.map((name) => leaf(name, true)),
      NAMESPACE,
    ),
  ],
  [
    'OwnershipControls',
    'ownershipControls',
    branch('OwnershipControls', [branch('Rule', [leaf('ObjectOwnership', 'BucketOwnerEnforced')])], NAMESPACE),
  ],
];

export function bucketSettings(store: S3Store, identity: LabIdentity): readonly S3Operation[] {
  const owner = ownerOf(identity);
  const plain = { level: 'bucket', parameters: [], headers: [] } as const;
  const writing = { ...plain, method: 'PUT', headers: ['x-amz-checksum-'] } as const;

  const absent = ABSENT.flatMap(([noun, mark, code, message]): readonly S3Operation[] => [
    {
      ...plain,
      name: `GetBucket${noun}`,
      method: 'GET',
      marks: [mark],
      handle: async ({ bucket }) => {
        store.bucket(bucket);
        throw new AwsError(code, message, 404, { BucketName: bucket });
      },
    },
    {
      ...plain,
      name: `DeleteBucket${noun}`,
      method: 'DELETE',
      marks: [mark],
      handle: async ({ bucket }) => {
        store.bucket(bucket);
        return empty(204);
      },
    },
  ]);
  const defaults = DEFAULTS.map(([noun, mark, value]): S3Operation => ({
    ...plain,
    name: `GetBucket${noun}`,
    method: 'GET',
    marks: [mark],
    handle: async ({ bucket }) => {
      store.bucket(bucket);
      return xmlAnswer(value);
    },
  }));

  return [
    ...absent,
    ...defaults,
    {
      ...plain,
      name: 'GetBucketPolicyStatus',
      method: 'GET',
      marks: ['policyStatus'],
      handle: async ({ bucket }) => {
        store.bucket(bucket);
        throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404, { BucketName: bucket });
      },
    },
    {
      ...plain,
      name: 'GetObjectLockConfiguration',
      method: 'GET',
      marks: ['object-lock'],
      handle: async ({ bucket }) => {
        store.bucket(bucket);
        throw new AwsError(
          'ObjectLockConfigurationNotFoundError',
          'Object Lock configuration does not exist for this bucket',
          404,
          { BucketName: bucket },
        );
      },
    },
    {
      ...plain,
      name: 'GetBucketAcl',
      method: 'GET',
      marks: ['acl'],
      handle: async ({ bucket }) => {
        store.bucket(bucket);
        return xmlAnswer(aclXml(owner));
      },
    },
    {
      ...writing,
      name: 'PutBucketAcl',
      marks: ['acl'],
      headers: ['x-amz-acl', 'x-amz-grant-', 'x-amz-checksum-'],
      handle: async ({ bucket, headers }) => {
        store.bucket(bucket);
        if (!OWNERS_ACLS.includes(headers['x-amz-acl'] ?? '')) throw aclNotSupported();
        return empty(200);
      },
    },
    {
      ...writing,
      name: 'PutPublicAccessBlock',
      marks: ['publicAccessBlock'],
      handle: async (request) => {
        store.bucket(request.bucket);
        const asked = await readBody(request, 'PublicAccessBlockConfiguration');
        if (PUBLIC_ACCESS_BLOCKS.some((name) => asText(asked[name]) !== 'true')) {
          throw notImplemented('public access');
        }
        return empty(200);
      },
    },
    {
      ...writing,
      name: 'PutBucketOwnershipControls',
      marks: ['ownershipControls'],
      handle: async (request) => {
        store.bucket(request.bucket);
        const rules = asList((await readBody(request, 'OwnershipControls'))['Rule']);
        const wanted = rules.map((rule) => asText(asRecord(rule)['ObjectOwnership']));
        if (wanted.length !== 1) throw malformedXml();
        if (wanted[0] !== 'BucketOwnerEnforced') throw notImplemented('another object ownership');
        return empty(200);
      },
    },
    {
      ...plain,
      name: 'GetBucketTagging',
      method: 'GET',
      marks: ['tagging'],
      handle: async ({ bucket }) => {
        const tags = store.bucketTags(bucket);
        if (Object.keys(tags).length > 0) return xmlAnswer(tagsXml(tags));
        throw new AwsError('NoSuchTagSet', 'The TagSet does not exist', 404, { BucketName: bucket });
      },
    },
    {
      ...writing,
      name: 'PutBucketTagging',
      marks: ['tagging'],
      handle: async (request) => {
        store.bucket(request.bucket);
        const tags = tagsOfXml(await readBody(request, 'Tagging'), MOST_BUCKET_TAGS);
        await store.setBucketTags(request.bucket, tags);
        return empty(204);
      },
    },
    {
      ...plain,
      name: 'DeleteBucketTagging',
      method: 'DELETE',
      marks: ['tagging'],
      handle: async ({ bucket }) => {
        await store.setBucketTags(bucket, {});
        return empty(204);
      },
    },
  ];
}

async function readBody(request: S3Request, root: string): Promise<Readonly<Record<string, unknown>>> {
  return readXml(await readAll(request.payload.chunks, MAX_XML_BYTES, bodyTooLarge), root);
}
