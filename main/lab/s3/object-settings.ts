/** S3 operations on what belongs to an object beside its bytes: tags, access list, attributes. */
import { readAll } from '../payload.ts';
import { readXml } from '../read-xml.ts';
import { AwsError, type LabIdentity } from '../services.ts';
import { xmlAnswer, type Answer } from '../wire.ts';
import { branch, leaf } from '../xml.ts';
import type { ObjectPart, StoredObject } from './bucket.ts';
import { ACL } from './object-headers.ts';
import type { S3Store } from './object-store.ts';
import {
  bodyTooLarge,
  checksumLeaves,
  empty,
  integerParameter,
  MAX_PARTS,
  MAX_XML_BYTES,
  NAMESPACE,
  type S3Operation,
  type S3Request,
} from './operation.ts';
import { aclNotSupported, aclXml, ownerOf, OWNERS_ACLS } from './owner.ts';
import { MOST_OBJECT_TAGS, tagsOfXml, tagsXml } from './tags.ts';
import { findObject } from './read-object.ts';
import { versionHeader } from './versions.ts';

const MOST_PARTS_SHOWN = 1000;
const PAGING = ['x-amz-max-parts', 'x-amz-part-number-marker'];

export function objectSettings(store: S3Store, identity: LabIdentity): readonly S3Operation[] {
  const plain = { level: 'object', parameters: ['versionId'], headers: [] } as const;
  const owner = ownerOf(identity);
  return [
    {
      ...plain,
      name: 'GetObjectTagging',
      method: 'GET',
      marks: ['tagging'],
      handle: async (request) => xmlAnswer(tagsXml(findObject(store, request).tags), versionHeader(request.query)),
    },
    {
      ...plain,
      name: 'PutObjectTagging',
      method: 'PUT',
      marks: ['tagging'],
      headers: ['x-amz-checksum-'],
      handle: async (request) => {
        const object = findObject(store, request);
        const tagging = readXml(await readAll(request.payload.chunks, MAX_XML_BYTES, bodyTooLarge), 'Tagging');
        await store.bucket(request.bucket).change(object.key, { tags: tagsOfXml(tagging, MOST_OBJECT_TAGS) });
        return empty(200, versionHeader(request.query));
      },
    },
    {
      ...plain,
      name: 'DeleteObjectTagging',
      method: 'DELETE',
      marks: ['tagging'],
      handle: async (request) => {
        await store.bucket(request.bucket).change(findObject(store, request).key, { tags: {} });
        return empty(204, versionHeader(request.query));
      },
    },
    {
      ...plain,
      name: 'GetObjectAcl',
      method: 'GET',
      marks: ['acl'],
      handle: async (request) => xmlAnswer(aclXml(owner, findObject(store, request).headers[ACL])),
    },
    {
      ...plain,
      name: 'PutObjectAcl',
      method: 'PUT',
      marks: ['acl'],
      headers: ['x-amz-acl', 'x-amz-grant-', 'x-amz-checksum-'],
      handle: async (request) => {
        const { key, headers } = findObject(store, request);
        const canned = request.headers['x-amz-acl'] ?? '';
        if (!OWNERS_ACLS.includes(canned)) throw aclNotSupported();
        await store.bucket(request.bucket).change(key, { headers: { ...headers, [ACL]: canned } });
        return empty(200);
      },
    },
    {
      ...plain,
      name: 'GetObjectAttributes',
      method: 'GET',
      marks: ['attributes'],
      headers: ['x-amz-object-attributes', ...PAGING],
      handle: async (request) => attributes(findObject(store, request), request),
    },
  ];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
function attributes(object: StoredObject, request: S3Request): Answer {
  const known: Readonly<Record<string, readonly string[]>> = {
    // Without quotes, here alone.
    ETag: [leaf('ETag', object.etag)],
    Checksum: object.checksum === null ? [] : [branch('Checksum', checksumLeaves(object))],
    ObjectParts:
      object.multipart === null ? [] : [branch('ObjectParts', describeParts(object, object.multipart.parts, request))],
    StorageClass: [leaf('StorageClass', 'STANDARD')],
    ObjectSize: [leaf('ObjectSize', object.size)],
  };
  const wanted = (request.headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim());
  if (wanted.some((name) => !Object.hasOwn(known, name))) {
    throw new AwsError('InvalidArgument', 'Invalid attribute name specified.', 400, {
      ArgumentName: 'x-amz-object-attributes',
      ArgumentValue: wanted.join(','),
    });
  }
  const found = Object.entries(known).flatMap(([name, leaves]) => (wanted.includes(name) ? leaves : []));
  return xmlAnswer(branch('GetObjectAttributesResponse', found, NAMESPACE), {
    'last-modified': new Date(object.modified).toUTCString(),
    ...versionHeader(request.query),
  });
}

/** How many parts there are, and what is known of each where they came with checksums: AWS says no more of others. */
function describeParts(
  { checksum }: Pick<StoredObject, 'checksum'>,
  parts: readonly ObjectPart[],
  { headers }: S3Request,
): readonly string[] {
  const count = leaf('PartsCount', parts.length);
  if (checksum === null || parts.every((part) => part.checksum === null)) return [count];
  const paging = { get: (name: string) => headers[name] ?? null };
  const marker = integerParameter(paging, 'x-amz-part-number-marker', { least: 0, most: MAX_PARTS }) ?? 0;
  const limit = integerParameter(paging, 'x-amz-max-parts', { least: 1, most: MOST_PARTS_SHOWN }) ?? MOST_PARTS_SHOWN;
  const shown = parts.slice(marker, marker + limit);
  const isTruncated = marker + shown.length < parts.length;
  return [
    count,
    leaf('PartNumberMarker', marker),
    ...(isTruncated ? [leaf('NextPartNumberMarker', marker + shown.length)] : []),
    leaf('MaxParts', limit),
    leaf('IsTruncated', isTruncated),
    ...shown.map((part, index) =>
      branch('Part', [
        leaf('PartNumber', marker + index + 1),
        leaf('Size', part.size),
        ...(part.checksum === null ? [] : [leaf(`Checksum${checksum.name.toUpperCase()}`, part.checksum)]),
      ]),
    ),
  ];
}
