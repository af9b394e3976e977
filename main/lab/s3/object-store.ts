/** All buckets of the lab: what the S3 protocol and the lab's other services put objects into and read them from. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { damagedState, readDocument, writeDocument } from '../documents.ts';
import { AwsError, type ObjectInfo, type ObjectStore } from '../services.ts';
import { openBucket, type Bucket, type Guard, type NewObject, type StoredObject, type Tags } from './bucket.ts';
import { ACL } from './object-headers.ts';
import { checkBucketName, checkKey, noSuchBucket } from './names.ts';

export type BucketInfo = {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly created: number;
};

export type S3Store = ObjectStore & {
  /** Without those of the lab's own services. */
  readonly buckets: () => readonly BucketInfo[];
  /** Makes sure of a bucket that a service of the lab keeps for itself, as AWS does in accounts of its own: nobody else lists or changes it. */
  readonly reserveBucket: (name: string) => Promise<void>;
  readonly isReserved: (bucket: string) => boolean;
  /** Resolves quietly when the bucket is there already, as us-east-1 does for its owner. Throws AwsError InvalidBucketName. */
  readonly createBucket: (name: string, tags?: Tags) => Promise<void>;
  /** Throws AwsError BucketNotEmpty or NoSuchBucket. */
  readonly deleteBucket: (name: string) => Promise<void>;
  /** Throws AwsError NoSuchBucket. */
  readonly bucket: (name: string) => Bucket;
  /** Takes over a finished file of the staging folder with all that S3 keeps about an object. */
  readonly adoptObject: (bucket: string, object: NewObject, path: string, guard?: Guard) => Promise<StoredObject>;
  /** Throws AwsError NoSuchBucket. */
  readonly bucketTags: (name: string) => Tags;
  /** Throws AwsError NoSuchBucket. */
  readonly setBucketTags: (name: string, tags: Tags) => Promise<void>;
  readonly close: () => Promise<void>;
};

const registry = z.array(
  z.object({
    name: z.string(),
    created: z.number(),
    isReserved: z.boolean().default(false),
    tags: z.record(z.string(), z.string()).default({}),
  }),
);
type StoredInfo = z.infer<typeof registry>[number];

/** `folder` is the store's own. Half-finished uploads of a dead process are cleared. */
export async function openObjectStore(folder: string): Promise<S3Store> {
  const registryPath = join(folder, 'buckets.json');
  const stagingFolder = join(folder, 'staging');
  await rm(stagingFolder, { recursive: true, force: true });
  await mkdir(stagingFolder, { recursive: true });
  const infos = new Map((await readRegistry(registryPath)).map((info) => [info.name, info]));
  // The prefix keeps names like "con" or "nul", legal for buckets, off file systems that reserve them.
  const folderOf = (name: string): string => join(folder, `bucket-${name}`);
  const open = new Map<string, Bucket>();
  for (const name of infos.keys()) open.set(name, await openBucket(folderOf(name)));
  let changes: Promise<void> = Promise.resolve();

  /** One change of the list of buckets at a time. */
  const change = (work: () => Promise<void>): Promise<void> => {
    const done = changes.then(work);
    changes = done.catch(() => undefined);
    return done;
  };
  const saveRegistry = (): Promise<void> => writeDocument(registryPath, [...infos.values()]);
  const bucketOf = (name: string): Bucket => {
    const found = open.get(name);
    if (found === undefined) throw noSuchBucket(name);
    return found;
  };

  const createBucket = (name: string, isReserved: boolean, tags: Tags): Promise<void> =>
    change(async () => {
      checkBucketName(name);
      if (infos.has(name)) return;
      // What a deletion cut short left behind must not come back to life.
      await rm(folderOf(name), { recursive: true, force: true });
      const bucket = await openBucket(folderOf(name));
      infos.set(name, { name, created: Date.now(), isReserved, tags: { ...tags } });
      await saveRegistry();
      open.set(name, bucket);
    });

  const adoptObject: S3Store['adoptObject'] = async (bucket, object, path, guard) => {
    checkKey(object.key);
    return bucketOf(bucket).put(object, (place) => rename(path, place), guard);
  };

  return {
    stagingFolder,
    buckets: () =>
      [...infos.values()].filter(({ isReserved }) => !isReserved).sort((a, b) => (a.name < b.name ? -1 : 1)),
    isReserved: (name) => infos.get(name)?.isReserved ?? false,
    reserveBucket: (name) => createBucket(name, true, {}),
    bucket: bucketOf,
    hasBucket: (name) => open.has(name),
    createBucket: (name, tags = {}) => createBucket(name, false, tags),
    bucketTags: (name) => {
      const info = infos.get(name);
      if (info === undefined) throw noSuchBucket(name);
      return info.tags;
    },
    setBucketTags: (name, tags) =>
      change(async () => {
        const info = infos.get(name);
        if (info === undefined) throw noSuchBucket(name);
        infos.set(name, { ...info, tags: { ...tags } });
        await saveRegistry();
      }),
    deleteBucket: (name) =>
      change(async () => {
        const bucket = bucketOf(name);
        if (!bucket.isEmpty()) {
          throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
            BucketName: name,
          });
        }
        infos.delete(name);
        open.delete(name);
        await saveRegistry();
        await bucket.close();
        await rm(folderOf(name), { recursive: true, force: true });
      }),
    put: async (bucket, key, body, options = {}) => {
      checkKey(key);
      const object = {
        key,
        size: body.length,
        etag: createHash('md5').update(body).digest('hex'),
        headers: headersOf(options),
        checksum: null,
        tags: {},
        multipart: null,
      };
      return bucketOf(bucket).put(object, (path) => writeFile(path, body));
    },
    adoptObject,
    adopt: async (bucket, key, path, options = {}) => {
      bucketOf(bucket);
      const { size } = await stat(path);
      const etag = await md5OfFile(path);
      const object = { key, size, etag, headers: headersOf(options), checksum: null, tags: {}, multipart: null };
      return adoptObject(bucket, object, path);
    },
    get: (bucket, key) => open.get(bucket)?.get(key),
    list: (bucket, { prefix, after, limit }) => listInfos(bucketOf(bucket), prefix, after, limit),
    remove: (bucket, key) => bucketOf(bucket).remove(key),
    close: async () => {
      await changes;
      for (const bucket of open.values()) await bucket.close();
    },
  };
}

function listInfos(
  bucket: Bucket,
  prefix: string,
  after: string | undefined,
  limit: number | undefined,
): readonly ObjectInfo[] {
  const infos: ObjectInfo[] = [];
  let position = bucket.keys.firstFrom(prefix);
  if (after !== undefined) {
    const behind = bucket.keys.firstFrom(after);
    position = Math.max(position, bucket.keys.at(behind) === after ? behind + 1 : behind);
  }
  for (let key = bucket.keys.at(position); key?.startsWith(prefix); key = bucket.keys.at(++position)) {
    if (limit !== undefined && infos.length >= limit) break;
    const info = bucket.get(key);
    if (info !== undefined) infos.push(info);
  }
  return infos;
}

function headersOf(options: {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly cannedAcl?: string;
}) {
  return {
    'content-type': options.contentType ?? 'application/octet-stream',
    ...(options.contentEncoding === undefined ? {} : { 'content-encoding': options.contentEncoding }),
    ...(options.cannedAcl === undefined ? {} : { [ACL]: options.cannedAcl }),
  };
}

async function md5OfFile(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function readRegistry(path: string): Promise<readonly StoredInfo[]> {
  const found = await readDocument(path);
  if (found === undefined) return [];
  const parsed = registry.safeParse(found);
  if (!parsed.success) throw damagedState(path, parsed.error);
  return parsed.data;
}
