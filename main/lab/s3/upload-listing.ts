/** S3 operations that list what is under way: the multipart uploads of a bucket and the parts of one. */
import type { LabIdentity } from '../services.ts';
import { xmlAnswer } from '../wire.ts';
import { branch, leaf } from '../xml.ts';
import { readEncoding } from './bucket-operations.ts';
import type { S3Store } from './object-store.ts';
import { integerParameter, isoTime, NAMESPACE, quoted, type S3Operation, type S3Request } from './operation.ts';
import { ownerOf, ownerXml, type Owner } from './owner.ts';
import { compareUtf8 } from './sorted-keys.ts';
import { checksumTypeName } from './upload-checksum.ts';
import type { Upload, Uploads } from './uploads.ts';

const MOST_SHOWN = 1000;

export function uploadListing(store: S3Store, uploads: Uploads, identity: LabIdentity): readonly S3Operation[] {
  const owner = ownerOf(identity);
  return [
    {
      name: 'ListMultipartUploads',
      level: 'bucket',
      method: 'GET',
      marks: ['uploads'],
      parameters: ['prefix', 'max-uploads', 'key-marker', 'upload-id-marker', 'encoding-type'],
      headers: [],
      handle: async (request) => {
        store.bucket(request.bucket);
        return xmlAnswer(listUploads(uploads.list(request.bucket), request, owner));
      },
    },
    {
      name: 'ListParts',
      level: 'object',
      method: 'GET',
      marks: ['uploadId'],
      parameters: ['max-parts', 'part-number-marker'],
      headers: [],
      handle: async (request) => {
        store.bucket(request.bucket);
        const upload = uploads.find(request.query.get('uploadId') ?? '', request.bucket, request.key);
        return xmlAnswer(listParts(upload, request, owner));
      },
    },
  ];
}

function listUploads(all: readonly Upload[], { bucket, query }: S3Request, owner: Owner): string {
  const { encode, isEncoded } = readEncoding(query);
  const prefix = query.get('prefix') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const limit = integerParameter(query, 'max-uploads', { least: 1, most: MOST_SHOWN }) ?? MOST_SHOWN;
  const matching = all.filter(({ key }) => key.startsWith(prefix));
  // Behind the marker's upload; when that has ended meanwhile, behind its key.
  const at = idMarker === '' ? -1 : matching.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
  const behind =
    at >= 0
      ? matching.slice(at + 1)
      : matching.filter(({ key }) => compareUtf8(key, keyMarker) > 0 || keyMarker === '');
  const shown = behind.slice(0, limit);
  const last = shown.at(-1);
  const isTruncated = shown.length < behind.length;
  const next =
    isTruncated && last !== undefined
      ? [leaf('NextKeyMarker', encode(last.key)), leaf('NextUploadIdMarker', last.id)]
      : [];
  return branch(
    'ListMultipartUploadsResult',
    [
      leaf('Bucket', bucket),
      leaf('KeyMarker', encode(keyMarker)),
      leaf('UploadIdMarker', idMarker),
      ...next,
      leaf('Prefix', encode(prefix)),
      ...(isEncoded ? [leaf('EncodingType', 'url')] : []),
      leaf('MaxUploads', limit),
      leaf('IsTruncated', isTruncated),
      ...shown.map(({ key, id, begun, ...checksum }) =>
        branch('Upload', [
          leaf('Key', encode(key)),
          leaf('UploadId', id),
          ownerXml('Initiator', owner),
          ownerXml('Owner', owner),
          leaf('StorageClass', 'STANDARD'),
          leaf('Initiated', isoTime(begun)),
          ...checksumFields(checksum),
        ]),
      ),
    ],
    NAMESPACE,
  );
}

function listParts(upload: Upload, { bucket, key, query }: S3Request, owner: Owner): string {
  const marker = integerParameter(query, 'part-number-marker', { least: 0, most: 10_000 }) ?? 0;
  const limit = integerParameter(query, 'max-parts', { least: 1, most: MOST_SHOWN }) ?? MOST_SHOWN;
  const behind = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const shown = behind.slice(0, limit);
  const last = shown.at(-1);
  const isTruncated = shown.length < behind.length;
  return branch(
    'ListPartsResult',
    [
      leaf('Bucket', bucket),
      leaf('Key', key),
      leaf('UploadId', upload.id),
      ownerXml('Initiator', owner),
      ownerXml('Owner', owner),
      leaf('StorageClass', 'STANDARD'),
      ...checksumFields(upload),
      leaf('PartNumberMarker', marker),
      ...(isTruncated && last !== undefined ? [leaf('NextPartNumberMarker', last[0])] : []),
      leaf('MaxParts', limit),
      leaf('IsTruncated', isTruncated),
      ...shown.map(([number, part]) =>
        branch('Part', [
          leaf('PartNumber', number),
          leaf('LastModified', isoTime(part.received)),
          leaf('ETag', quoted(part.md5)),
          leaf('Size', part.size),
          ...(part.checksum === null ? [] : [leaf(`Checksum${part.checksum.name.toUpperCase()}`, part.checksum.value)]),
        ]),
      ),
    ],
    NAMESPACE,
  );
}

function checksumFields({ algorithm, isWhole }: Pick<Upload, 'algorithm' | 'isWhole'>): readonly string[] {
  if (algorithm === null) return [];
  return [leaf('ChecksumAlgorithm', algorithm.toUpperCase()), leaf('ChecksumType', checksumTypeName(isWhole))];
}
