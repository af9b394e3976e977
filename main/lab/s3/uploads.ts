/** Multipart uploads under way: each has a folder with its parts and a document that names them, so a restart can go on. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CHECKSUM_NAMES, type ChecksumName } from '../checksums.ts';
import { damagedState, readDocument, writeDocument } from '../documents.ts';
import { AwsError } from '../services.ts';
import type { S3Store } from './object-store.ts';
import type { Tags } from './bucket.ts';
import type { ReceivedFile } from './receive.ts';
import { compareUtf8 } from './sorted-keys.ts';

const partShape = z.object({
  size: z.number(),
  md5: z.string(),
  file: z.string(),
  checksum: z.object({ name: z.enum(CHECKSUM_NAMES), value: z.string() }).nullable(),
});
const uploadShape = z.object({
  bucket: z.string(),
  key: z.string(),
  headers: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()).default({}),
  algorithm: z.enum(CHECKSUM_NAMES).nullable().default(null),
  isWhole: z.boolean().default(false),
  /** Epoch milliseconds. */
  begun: z.number().default(0),
  parts: z.record(z.string(), partShape.extend({ received: z.number().default(0) })),
});

export type UploadPart = z.infer<typeof partShape> & {
  /** Epoch milliseconds. */
  readonly received: number;
};
export type Upload = {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Tags;
  /** The checksum that each part must come with; null when the upload was begun without one. */
  readonly algorithm: ChecksumName | null;
  /** Whether that of the object sums up its bytes (`FULL_OBJECT`), not the parts' checksums (`COMPOSITE`). */
  readonly isWhole: boolean;
  /** Epoch milliseconds. */
  readonly begun: number;
  /** By part number. */
  readonly parts: ReadonlyMap<number, UploadPart>;
  readonly pathOf: (part: UploadPart) => string;
};

type About = Pick<Upload, 'headers' | 'tags' | 'algorithm' | 'isWhole'>;

export type Uploads = {
  readonly begin: (bucket: string, key: string, about: About) => Promise<string>;
  /** Throws AwsError NoSuchUpload. */
  readonly find: (id: string, bucket: string, key: string) => Upload;
  /** Takes over the received file; a part of the same number is replaced. */
  readonly addPart: (id: string, number: number, received: ReceivedFile) => Promise<void>;
  readonly end: (id: string) => Promise<void>;
  /** Those of a bucket, in the order of their keys and of their beginning. */
  readonly list: (bucket: string) => readonly Upload[];
};

const DOCUMENT = 'upload.json';

type Held = Omit<Upload, 'parts'> & { readonly parts: Map<number, UploadPart>; saving: Promise<void> };

export async function openUploads(folder: string, store: Pick<S3Store, 'hasBucket' | 'bucket'>): Promise<Uploads> {
  await mkdir(folder, { recursive: true });
  const uploads = new Map<string, Held>();
  for (const id of await readdir(folder)) {
    const upload = await load(folder, id);
    if (upload === undefined || !store.hasBucket(upload.bucket) || isCompleted(upload, store)) {
      await rm(join(folder, id), { recursive: true, force: true });
      continue;
    }
    uploads.set(id, upload);
    await sweepParts(folder, upload);
  }

  const need = (id: string): Held => {
    const upload = uploads.get(id);
    if (upload === undefined) throw noSuchUpload(id);
    return upload;
  };
  const save = (upload: Held): Promise<void> => {
    const done = upload.saving.then(() => writeDocument(documentOf(folder, upload.id), toDocument(upload)));
    upload.saving = done.catch(() => undefined);
    return done;
  };

  return {
    begin: async (bucket, key, { headers, tags, algorithm, isWhole }) => {
      const id = randomBytes(24).toString('base64url');
      await mkdir(join(folder, id));
      const upload = held(folder, id, {
        bucket,
        key,
        headers: { ...headers },
        tags: { ...tags },
        algorithm,
        isWhole,
        begun: Date.now(),
        parts: {},
      });
      await save(upload);
      uploads.set(id, upload);
      return id;
    },
    find: (id, bucket, key) => {
      const upload = need(id);
      if (upload.bucket !== bucket || upload.key !== key) throw noSuchUpload(id);
      return upload;
    },
    addPart: async (id, number, received) => {
      const upload = need(id);
      const part = {
        size: received.size,
        md5: received.md5,
        checksum: received.checksum,
        file: `${number}-${randomBytes(6).toString('hex')}`,
        received: Date.now(),
      };
      await rename(received.path, upload.pathOf(part)).catch((error: unknown) => {
        // Completed or aborted while this part arrived: its folder is gone.
        throw uploads.has(id) ? error : noSuchUpload(id);
      });
      const replaced = upload.parts.get(number);
      upload.parts.set(number, part);
      await save(upload);
      if (replaced !== undefined) await rm(upload.pathOf(replaced), { force: true });
    },
    end: async (id) => {
      const upload = need(id);
      uploads.delete(id);
      await upload.saving;
      // First what makes it an upload: killed in between, the rest is not taken for one that misses parts.
      await rm(documentOf(folder, id), { force: true });
      await rm(join(folder, id), { recursive: true, force: true });
    },
    list: (bucket) =>
      [...uploads.values()]
        .filter((upload) => upload.bucket === bucket)
        .sort((a, b) => compareUtf8(a.key, b.key) || a.begun - b.begun || (a.id < b.id ? -1 : 1)),
  };
}

/** Its object is there: the process died before it could forget the upload. */
function isCompleted({ id, bucket, key }: Upload, store: Pick<S3Store, 'bucket'>): boolean {
  return store.bucket(bucket).get(key)?.multipart?.uploadId === id;
}

/** Parts that were replaced, or that came when the process died, are nobody's. */
async function sweepParts(folder: string, { id, parts }: Upload): Promise<void> {
  const known = new Set([DOCUMENT, ...[...parts.values()].map(({ file }) => file)]);
  for (const name of await readdir(join(folder, id))) {
    if (!known.has(name)) await rm(join(folder, id, name), { force: true });
  }
}

function documentOf(folder: string, id: string): string {
  return join(folder, id, DOCUMENT);
}

/** Undefined for a folder whose document was never written: nobody was told its id. */
async function load(folder: string, id: string): Promise<Held | undefined> {
  const path = documentOf(folder, id);
  const found = await readDocument(path);
  if (found === undefined) return undefined;
  const parsed = uploadShape.safeParse(found);
  if (!parsed.success) throw damagedState(path, parsed.error);
  return held(folder, id, parsed.data);
}

function held(folder: string, id: string, document: z.infer<typeof uploadShape>): Held {
  return {
    id,
    bucket: document.bucket,
    key: document.key,
    headers: document.headers,
    tags: document.tags,
    algorithm: document.algorithm,
    isWhole: document.isWhole,
    begun: document.begun,
    parts: new Map(Object.entries(document.parts).map(([number, part]) => [Number(number), part])),
    pathOf: (part) => join(folder, id, part.file),
    saving: Promise.resolve(),
  };
}

function toDocument(upload: Held): z.infer<typeof uploadShape> {
  const { bucket, key, headers, tags, algorithm, isWhole, begun, parts } = upload;
  return {
    bucket,
    key,
    headers: { ...headers },
    tags: { ...tags },
    algorithm,
    isWhole,
    begun,
    parts: Object.fromEntries(parts),
  };
}

function noSuchUpload(id: string): AwsError {
  return new AwsError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId: id },
  );
}
