/** CompleteMultipartUpload: checks the client's list of parts, joins them to an object, and says the same again to a client that asks again. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startChecksum, type Checksum } from '../checksums.ts';
import { readAll } from '../payload.ts';
import { readXml } from '../read-xml.ts';
import { AwsError } from '../services.ts';
import { xmlAnswer, type Answer } from '../wire.ts';
import { asList, asRecord, asText, branch, leaf, malformedXml } from '../xml.ts';
import type { StoredObject } from './bucket.ts';
import { writeGuard } from './object-headers.ts';
import type { S3Store } from './object-store.ts';
import {
  bodyTooLarge,
  checksumLeaves,
  MAX_PARTS,
  MAX_XML_BYTES,
  NAMESPACE,
  quoted,
  type S3Operation,
  type S3Request,
} from './operation.ts';
import { badDigest, expectedChecksum } from './upload-checksum.ts';
import type { Upload, UploadPart, Uploads } from './uploads.ts';

const MIN_PART_BYTES = 5 * 1024 * 1024;

type ListedPart = {
  readonly number: number;
  readonly etag: string;
  /** Its `Checksum…` elements by the name of their algorithm. */
  readonly checksums: ReadonlyMap<string, string>;
};

/**
 * A client that lost the answer sends the request again, perhaps while the first one is still joined: those of one upload take their turn,
 * and the later ones find the object that is there already.
 */
export function openCompletion(store: S3Store, uploads: Uploads): S3Operation['handle'] {
  const running = new Map<string, Promise<unknown>>();
  return async (request) => {
    const id = request.query.get('uploadId') ?? '';
    store.bucket(request.bucket);
    const listed = readParts(await readAll(request.payload.chunksWithoutChecksum, MAX_XML_BYTES, bodyTooLarge));
    for (let before = running.get(id); before !== undefined; before = running.get(id)) {
      await before.catch(() => undefined);
    }
    const done = complete(store, uploads, id, listed, request);
    running.set(id, done);
    return done.finally(() => running.delete(id));
  };
}

async function complete(
  store: S3Store,
  uploads: Uploads,
  id: string,
  listed: readonly ListedPart[],
  { bucket, key, headers }: S3Request,
): Promise<Answer> {
  const there = store.bucket(bucket).get(key);
  if (there?.multipart?.uploadId === id && there.etag === wholeEtag(listed)) return describe(bucket, there);
  const upload = uploads.find(id, bucket, key);
  const parts = chooseParts(upload, listed);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const announced = headers['x-amz-mp-object-size'];
  if (announced !== undefined && Number(announced) !== size) {
    throw new AwsError('InvalidRequest', `The parts are ${size} bytes together, not ${announced}.`);
  }
  const expected = expectedChecksum(upload, parts, headers);
  const guard = writeGuard(key, headers);
  guard(there);
  const path = join(store.stagingFolder, randomUUID());
  try {
    const checksum = await joinParts(upload, parts, path, expected);
    const joined = {
      key,
      size,
      etag: wholeEtag(listed),
      headers: upload.headers,
      tags: upload.tags,
      checksum,
      multipart: {
        uploadId: id,
        parts: parts.map((part) => ({ size: part.size, checksum: part.checksum?.value ?? null })),
      },
    };
    const object = await store.adoptObject(bucket, joined, path, guard);
    await uploads.end(id);
    return describe(bucket, object);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function describe(bucket: string, object: StoredObject): Answer {
  return xmlAnswer(
    branch(
      'CompleteMultipartUploadResult',
      [
        leaf('Location', `/${bucket}/${object.key}`),
        leaf('Bucket', bucket),
        leaf('Key', object.key),
        leaf('ETag', quoted(object.etag)),
        ...checksumLeaves(object),
      ],
      NAMESPACE,
    ),
  );
}

/** The MD5 of the parts' MD5s, with their number behind it. */
function wholeEtag(parts: readonly Pick<ListedPart, 'etag'>[]): string {
  const sum = createHash('md5');
  for (const { etag } of parts) sum.update(Buffer.from(etag, 'hex'));
  return `${sum.digest('hex')}-${parts.length}`;
}

/** Throws AwsError MalformedXML or InvalidPartOrder. */
function readParts(body: Buffer): readonly ListedPart[] {
  const parts = asList(readXml(body, 'CompleteMultipartUpload')['Part']).map((entry): ListedPart => {
    const fields = asRecord(entry);
    const checksums = Object.entries(fields).flatMap(([name, value]): readonly (readonly [string, string])[] => {
      const algorithm = /^Checksum(.+)$/.exec(name)?.[1]?.toLowerCase();
      return algorithm === undefined ? [] : [[algorithm, asText(value) ?? '']];
    });
    const number = asText(fields['PartNumber']) ?? '';
    if (!/^\d{1,5}$/.test(number) || Number(number) < 1 || Number(number) > MAX_PARTS) throw malformedXml();
    return {
      number: Number(number),
      etag: (asText(fields['ETag']) ?? '').replace(/^"|"$/g, ''),
      checksums: new Map(checksums),
    };
  });
  if (parts.length === 0 || parts.length > MAX_PARTS) throw malformedXml();
  if (parts.some(({ number }, index) => number <= (parts[index - 1]?.number ?? 0))) {
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return parts;
}

/** The uploaded parts the client lists, checked as AWS does: right ETags and checksums, none but the last too small. */
function chooseParts(upload: Upload, listed: readonly ListedPart[]): readonly UploadPart[] {
  return listed.map((wanted, index) => {
    const { number, etag } = wanted;
    const part = upload.parts.get(number);
    if (part === undefined || part.md5 !== etag) throw invalidPart(upload, wanted);
    checkListedChecksum(upload, part, wanted);
    if (part.size < MIN_PART_BYTES && index < listed.length - 1) {
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
        ProposedSize: String(part.size),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: String(number),
        ETag: etag,
      });
    }
    return part;
  });
}

/** Throws AwsError InvalidRequest or InvalidPart. */
function checkListedChecksum(upload: Upload, { checksum }: UploadPart, wanted: ListedPart): void {
  const listed = checksum === null ? undefined : wanted.checksums.get(checksum.name);
  if (listed !== undefined && listed !== checksum?.value) throw invalidPart(upload, wanted);
  if (upload.algorithm !== null && !upload.isWhole && listed === undefined) {
    throw new AwsError(
      'InvalidRequest',
      `The upload was created using a ${upload.algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${wanted.number} in the request.`,
    );
  }
}

function invalidPart(upload: Upload, { number, etag }: ListedPart): AwsError {
  return new AwsError(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
    { UploadId: upload.id, PartNumber: String(number), ETag: etag },
  );
}

async function joinParts(
  upload: Upload,
  parts: readonly UploadPart[],
  path: string,
  expected: ReturnType<typeof expectedChecksum>,
): Promise<Checksum | null> {
  const isComposite = expected?.value?.includes('-') === true;
  const running = expected === null || isComposite ? null : startChecksum(expected.name);
  const file = await open(path, 'wx');
  try {
    for (const part of parts) {
      for await (const chunk of createReadStream(upload.pathOf(part), { highWaterMark: 1024 * 1024 })) {
        running?.update(chunk as Buffer);
        await file.writeFile(chunk as Buffer);
      }
    }
  } finally {
    await file.close();
  }
  if (expected === null) return null;
  const value = running?.base64() ?? expected.value ?? '';
  if (expected.value !== null && value !== expected.value) throw badDigest();
  return { name: expected.name, value };
}
