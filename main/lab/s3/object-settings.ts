/** S3 operations on what belongs to an object beside its bytes: tags, access list, attributes. */
import { readAll } from '../payload.ts';
import { AwsError, type LabIdentity } from '../services.ts';
import { xmlAnswer, type Answer } from '../wire.ts';
import { branch, leaf, parseXml } from '../xml.ts';
import type { StoredObject } from './bucket.ts';
import { noSuchKey } from './names.ts';
import type { S3Store } from './object-store.ts';
import {
  bodyTooLarge,
  checksumLeaves,
  empty,
  MAX_XML_BYTES,
  NAMESPACE,
  type S3Operation,
  type S3Request,
} from './operation.ts';
import { aclNotSupported, aclXml, ownerOf, OWNERS_ACLS } from './owner.ts';
import { MOST_OBJECT_TAGS, tagsOfXml, tagsXml } from './tags.ts';
import { checkVersion, versionHeader } from './versions.ts';

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
        const body = parseXml(await readAll(request.payload.chunks, MAX_XML_BYTES, bodyTooLarge));
        await store.bucket(request.bucket).setTags(object.key, tagsOfXml(body['Tagging'], MOST_OBJECT_TAGS));
        return empty(200, versionHeader(request.query));
      },
    },
    {
      ...plain,
      name: 'DeleteObjectTagging',
      method: 'DELETE',
      marks: ['tagging'],
      handle: async (request) => {
        await store.bucket(request.bucket).setTags(findObject(store, request).key, {});
        return empty(204, versionHeader(request.query));
      },
    },
    {
      ...plain,
      name: 'GetObjectAcl',
      method: 'GET',
      marks: ['acl'],
      handle: async (request) => {
        findObject(store, request);
        return xmlAnswer(aclXml(owner));
      },
    },
    {
      ...plain,
      name: 'PutObjectAcl',
      method: 'PUT',
      marks: ['acl'],
      headers: ['x-amz-acl', 'x-amz-grant-', 'x-amz-checksum-'],
      handle: async (request) => {
        findObject(store, request);
        if (!OWNERS_ACLS.includes(request.headers['x-amz-acl'] ?? '')) throw aclNotSupported();
        return empty(200);
      },
    },
    {
      ...plain,
      name: 'GetObjectAttributes',
      method: 'GET',
      marks: ['attributes'],
      headers: ['x-amz-object-attributes'],
      handle: async (request) => attributes(findObject(store, request), request),
    },
  ];
}

function findObject(store: S3Store, { bucket, key, query }: S3Request): StoredObject {
  checkVersion(query.get('versionId'), key);
  const object = store.bucket(bucket).get(key);
  if (object === undefined) throw noSuchKey(key);
  return object;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
function attributes(object: StoredObject, request: S3Request): Answer {
  const parts = Number(/-(\d+)$/.exec(object.etag)?.[1] ?? Number.NaN);
  const known: Readonly<Record<string, readonly string[]>> = {
    // Without quotes, here alone.
    ETag: [leaf('ETag', object.etag)],
    Checksum: object.checksum === null ? [] : [branch('Checksum', checksumLeaves(object))],
    // How many, as AWS says of an upload without checksums; the parts themselves are one file by now.
    ObjectParts: Number.isNaN(parts) ? [] : [branch('ObjectParts', [leaf('PartsCount', parts)])],
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
