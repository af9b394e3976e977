/** S3 operations on the service and on buckets: create, find, delete, list. */
import { readAll } from '../payload.ts';
import { readXml } from '../read-xml.ts';
import { AwsError, type LabIdentity } from '../services.ts';
import { encodeRfc3986 } from '../signature.ts';
import { xmlAnswer } from '../wire.ts';
import { asText, branch, leaf } from '../xml.ts';
import type { StoredObject, Tags } from './bucket.ts';
import { listPage, type Position } from './listing.ts';
import { notImplemented } from './names.ts';
import type { S3Store } from './object-store.ts';
import {
  bodyTooLarge,
  checksumType,
  empty,
  integerParameter,
  isoTime,
  MAX_XML_BYTES,
  NAMESPACE,
  quoted,
  type S3Operation,
  type S3Request,
} from './operation.ts';
import { ownerOf, ownerXml } from './owner.ts';
import { MOST_BUCKET_TAGS, tagsOfList } from './tags.ts';
import { ONLY_VERSION } from './versions.ts';

const MAX_KEYS = 1000;

export function bucketOperations(store: S3Store, identity: LabIdentity): readonly S3Operation[] {
  const owner = ownerXml('Owner', ownerOf(identity));
  const plain = { marks: [], parameters: [], headers: [] } as const;
  const region = { 'x-amz-bucket-region': identity.region };

  return [
    {
      ...plain,
      name: 'ListBuckets',
      level: 'service',
      method: 'GET',
      parameters: ['prefix', 'max-buckets', 'continuation-token', 'bucket-region'],
      handle: async ({ query }) => xmlAnswer(listBuckets(store, query, owner, identity.region)),
    },
    {
      ...plain,
      name: 'CreateBucket',
      level: 'bucket',
      method: 'PUT',
      handle: async (request) => {
        const body = await readAll(request.payload.chunks, MAX_XML_BYTES, bodyTooLarge);
        await store.createBucket(request.bucket, body.length > 0 ? readConfiguration(body, identity.region) : {});
        return empty(200, { location: `/${request.bucket}` });
      },
    },
    {
      ...plain,
      name: 'HeadBucket',
      level: 'bucket',
      method: 'HEAD',
      handle: async (request) => {
        store.bucket(request.bucket);
        return empty(200, region);
      },
    },
    {
      ...plain,
      name: 'DeleteBucket',
      level: 'bucket',
      method: 'DELETE',
      handle: async (request) => {
        await store.deleteBucket(request.bucket);
        return empty(204);
      },
    },
    {
      ...plain,
      name: 'GetBucketLocation',
      level: 'bucket',
      method: 'GET',
      marks: ['location'],
      handle: async (request) => {
        store.bucket(request.bucket);
        // us-east-1 is spelled as nothing.
        return xmlAnswer(branch('LocationConstraint', [], NAMESPACE), region);
      },
    },
    {
      ...plain,
      name: 'ListObjectsV2',
      level: 'bucket',
      method: 'GET',
      marks: ['list-type'],
      parameters: [
        'prefix',
        'delimiter',
        'max-keys',
        'encoding-type',
        'continuation-token',
        'start-after',
        'fetch-owner',
      ],
      handle: async (request) => xmlAnswer(listObjectsV2(store, request, owner), region),
    },
    {
      ...plain,
      name: 'ListObjects',
      level: 'bucket',
      method: 'GET',
      parameters: ['prefix', 'delimiter', 'max-keys', 'encoding-type', 'marker'],
      handle: async (request) => xmlAnswer(listObjectsV1(store, request, owner), region),
    },
    {
      ...plain,
      name: 'ListObjectVersions',
      level: 'bucket',
      method: 'GET',
      marks: ['versions'],
      parameters: ['prefix', 'delimiter', 'max-keys', 'encoding-type', 'key-marker', 'version-id-marker'],
      handle: async (request) => xmlAnswer(listVersions(store, request, owner), region),
    },
  ];
}

/** The pages are by name, and only a client that names a limit gets pages. */
function listBuckets(store: S3Store, query: URLSearchParams, owner: string, region: string): string {
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? '' : readToken(token).text;
  const wantedRegion = query.get('bucket-region') ?? region;
  const limit = integerParameter(query, 'max-buckets', { least: 1, most: 10_000 }) ?? Number.MAX_SAFE_INTEGER;
  const found = store
    .buckets()
    .filter(({ name }) => name.startsWith(prefix) && name > after && wantedRegion === region);
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const buckets = shown.map(({ name, created }) =>
    branch('Bucket', [leaf('Name', name), leaf('CreationDate', isoTime(created)), leaf('BucketRegion', region)]),
  );
  const next =
    last !== undefined && found.length > shown.length
      ? [leaf('ContinuationToken', writeToken({ kind: 'key', text: last.name }))]
      : [];
  return branch(
    'ListAllMyBucketsResult',
    [owner, branch('Buckets', buckets), ...next, ...(prefix === '' ? [] : [leaf('Prefix', prefix)])],
    NAMESPACE,
  );
}

/** The tags a new bucket is given. Throws AwsError for another region and for what would have no effect. */
function readConfiguration(body: Buffer, region: string): Tags {
  const configuration = readXml(body, 'CreateBucketConfiguration');
  for (const name of Object.keys(configuration)) {
    if (name !== 'LocationConstraint' && name !== 'Tags') throw notImplemented(`"${name}" in CreateBucket`);
  }
  checkLocation(asText(configuration['LocationConstraint']), region);
  return tagsOfList(configuration['Tags'], MOST_BUCKET_TAGS);
}

function checkLocation(location: string | undefined, region: string): void {
  if (location === undefined || location === '') return;
  if (location === 'us-east-1') {
    throw new AwsError('InvalidLocationConstraint', 'The specified location-constraint is not valid', 400, {
      LocationConstraint: location,
    });
  }
  throw new AwsError(
    'IllegalLocationConstraintException',
    `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to: the lab is in ${region}.`,
  );
}

type ListingRequest = {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  /** Encodes names when the client asked for it: XML cannot carry every character a key may hold. */
  readonly encode: (text: string) => string;
  readonly isEncoded: boolean;
};

/** Throws AwsError InvalidArgument. */
export function readEncoding(query: URLSearchParams): Pick<ListingRequest, 'encode' | 'isEncoded'> {
  const encoding = query.get('encoding-type');
  if (encoding !== null && encoding !== 'url') {
    throw new AwsError('InvalidArgument', 'Invalid Encoding Method specified in Request', 400, {
      ArgumentName: 'encoding-type',
      ArgumentValue: encoding,
    });
  }
  return {
    encode: encoding === null ? (text) => text : (text) => text.split('/').map(encodeRfc3986).join('/'),
    isEncoded: encoding !== null,
  };
}

function readListing(query: URLSearchParams): ListingRequest {
  const limit = integerParameter(query, 'max-keys', { least: 0, most: 2_147_483_647 }) ?? MAX_KEYS;
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    limit: Math.min(limit, MAX_KEYS),
    ...readEncoding(query),
  };
}

function listObjectsV2(store: S3Store, { bucket, query }: S3Request, owner: string): string {
  if (query.get('list-type') !== '2') throw new AwsError('InvalidArgument', 'Invalid List Type specified in Request');
  const listing = readListing(query);
  const token = query.get('continuation-token');
  const start = query.get('start-after');
  const after = token !== null ? readToken(token) : start === null ? null : ({ kind: 'key', text: start } as const);
  const page = listPage(store.bucket(bucket), { ...listing, after });
  const hasOwner = query.get('fetch-owner') === 'true';
  return branch(
    'ListBucketResult',
    [
      ...listingHead(bucket, listing, page.next !== null),
      leaf('KeyCount', page.objects.length + page.prefixes.length),
      ...(start === null ? [] : [leaf('StartAfter', listing.encode(start))]),
      ...(token === null ? [] : [leaf('ContinuationToken', token)]),
      ...(page.next === null ? [] : [leaf('NextContinuationToken', writeToken(page.next))]),
      ...listingBody(page.objects, page.prefixes, listing, hasOwner ? owner : ''),
    ],
    NAMESPACE,
  );
}

function listObjectsV1(store: S3Store, { bucket, query }: S3Request, owner: string): string {
  const listing = readListing(query);
  const marker = query.get('marker') ?? '';
  const page = listPage(store.bucket(bucket), {
    ...listing,
    after: marker === '' ? null : { kind: 'key', text: marker },
  });
  // AWS names the next marker only when keys may be rolled up; without a delimiter the last key serves.
  const next =
    page.next !== null && listing.delimiter !== '' ? [leaf('NextMarker', listing.encode(page.next.text))] : [];
  return branch(
    'ListBucketResult',
    [
      ...listingHead(bucket, listing, page.next !== null),
      leaf('Marker', listing.encode(marker)),
      ...next,
      ...listingBody(page.objects, page.prefixes, listing, owner),
    ],
    NAMESPACE,
  );
}

/** Every object is its one version; the marker of a version says nothing that the key's does not. */
function listVersions(store: S3Store, { bucket, query }: S3Request, owner: string): string {
  const listing = readListing(query);
  const marker = query.get('key-marker') ?? '';
  const page = listPage(store.bucket(bucket), {
    ...listing,
    after: marker === '' ? null : { kind: 'key', text: marker },
  });
  const next =
    page.next === null
      ? []
      : [leaf('NextKeyMarker', listing.encode(page.next.text)), leaf('NextVersionIdMarker', ONLY_VERSION)];
  const versions = page.objects.map((object) =>
    branch('Version', [
      leaf('Key', listing.encode(object.key)),
      leaf('VersionId', ONLY_VERSION),
      leaf('IsLatest', true),
      leaf('LastModified', isoTime(object.modified)),
      leaf('ETag', quoted(object.etag)),
      leaf('Size', object.size),
      owner,
      leaf('StorageClass', 'STANDARD'),
    ]),
  );
  return branch(
    'ListVersionsResult',
    [
      ...listingHead(bucket, listing, page.next !== null),
      leaf('KeyMarker', listing.encode(marker)),
      leaf('VersionIdMarker', query.get('version-id-marker') ?? ''),
      ...next,
      ...versions,
      ...listingBody([], page.prefixes, listing, owner),
    ],
    NAMESPACE,
  );
}

function listingHead(bucket: string, listing: ListingRequest, isTruncated: boolean): readonly string[] {
  return [
    leaf('Name', bucket),
    leaf('Prefix', listing.encode(listing.prefix)),
    ...(listing.delimiter === '' ? [] : [leaf('Delimiter', listing.encode(listing.delimiter))]),
    leaf('MaxKeys', listing.limit),
    ...(listing.isEncoded ? [leaf('EncodingType', 'url')] : []),
    leaf('IsTruncated', isTruncated),
  ];
}

function listingBody(
  objects: readonly StoredObject[],
  prefixes: readonly string[],
  listing: ListingRequest,
  owner: string,
): readonly string[] {
  return [
    ...objects.map((object) =>
      branch('Contents', [
        leaf('Key', listing.encode(object.key)),
        leaf('LastModified', isoTime(object.modified)),
        leaf('ETag', quoted(object.etag)),
        ...(object.checksum === null
          ? []
          : [
              leaf('ChecksumAlgorithm', object.checksum.name.toUpperCase()),
              leaf('ChecksumType', checksumType(object.checksum)),
            ]),
        leaf('Size', object.size),
        owner,
        leaf('StorageClass', 'STANDARD'),
      ]),
    ),
    ...prefixes.map((prefix) => branch('CommonPrefixes', [leaf('Prefix', listing.encode(prefix))])),
  ];
}

function writeToken(position: Position): string {
  return Buffer.from(`${position.kind}:${position.text}`).toString('base64url');
}

function readToken(token: string): Position {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const [, kind, rest] = /^(key|prefix):(.+)$/s.exec(text) ?? [];
  if ((kind === 'key' || kind === 'prefix') && rest !== undefined) return { kind, text: rest };
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect', 400, {
    ArgumentName: 'continuation-token',
  });
}
