/** Turns the keys below an include path into one table's partitions: each folder level is a partition key. */
import type { ObjectInfo, ObjectStore } from '../services.ts';

export type Location = { readonly bucket: string; /** Empty, or with a final slash. */ readonly prefix: string };

export type Folder = {
  /** One value for each partition key. */
  readonly values: readonly string[];
  /** With a final slash, relative to the table's location; empty for the location itself. */
  readonly path: string;
  readonly objects: ObjectInfo[];
};

export type Layout = { readonly keys: readonly string[]; readonly folders: readonly Folder[] };

const PAGE = 1000;

/** `s3://bucket/folder` and `s3://bucket/folder/` are the same place. Undefined when it is no such path. */
export function parseLocation(path: string): Location | undefined {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(path);
  const [, bucket, folder = ''] = match ?? [];
  if (bucket === undefined) return undefined;
  return { bucket, prefix: folder === '' || folder.endsWith('/') ? folder : `${folder}/` };
}

export function locationText({ bucket, prefix }: Location): string {
  return `s3://${bucket}/${prefix}`;
}

/** The objects with data in them: no folder markers, none that Athena hides. Throws AwsError NoSuchBucket. */
export function* dataObjects(objects: ObjectStore, { bucket, prefix }: Location): Generator<ObjectInfo> {
  let after: string | undefined;
  for (;;) {
    const page = objects.list(bucket, { prefix, limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const object of page) {
      const name = object.key.slice(object.key.lastIndexOf('/') + 1);
      if (object.size > 0 && name !== '' && !/^[_.]/.test(name)) yield object;
    }
    if (page.length < PAGE) return;
    after = page.at(-1)?.key;
  }
}

/** Undefined when the folders are not equally deep, which is more than one table. */
export function layoutOf(objects: Iterable<ObjectInfo>, prefix: string): Layout | undefined {
  const folders = new Map<string, Folder>();
  for (const object of objects) {
    const path = object.key.slice(prefix.length, object.key.lastIndexOf('/') + 1);
    const known = folders.get(path);
    if (known === undefined) folders.set(path, { values: path.split('/').slice(0, -1), path, objects: [object] });
    else known.objects.push(object);
  }
  const all = [...folders.values()];
  const depth = all[0]?.values.length ?? 0;
  if (all.some(({ values }) => values.length !== depth)) return undefined;
  const keys = Array.from({ length: depth }, (_, level) => keyOf(all, level));
  return {
    keys: keys.map(({ name }) => name),
    folders: all.map((folder) => ({
      ...folder,
      values: folder.values.map((value, level) => (keys[level]?.isNamed === true ? afterEquals(value) : value)),
    })),
  };
}

/** `key=value` folders keep their key; others are numbered. */
function keyOf(folders: readonly Folder[], level: number): { readonly name: string; readonly isNamed: boolean } {
  const names = new Set(folders.map(({ values }) => /^([^=]+)=/.exec(values[level] ?? '')?.[1]?.toLowerCase()));
  const [name] = names;
  return names.size === 1 && name !== undefined
    ? { name, isNamed: true }
    : { name: `partition_${level}`, isNamed: false };
}

function afterEquals(value: string): string {
  return value.slice(value.indexOf('=') + 1);
}
