/** One bucket on disk: objects as plain numbered files, and an append-only index that says which key each holds. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAppendLog } from '../append-log.ts';
import type { Checksum, ChecksumName } from '../checksums.ts';
import { damagedState } from '../documents.ts';
import type { ObjectInfo } from '../services.ts';
import { noSuchKey } from './names.ts';
import { numberedPath, sweepFiles } from './numbered-files.ts';
import { openSortedKeys, type SortedKeys } from './sorted-keys.ts';

export type StoredObject = ObjectInfo & {
  /** Content-Type, Content-Encoding, user metadata …: given back as they came. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the whole object, or of its parts' checksums: then its value ends in `-` and their number. */
  readonly checksum: Checksum | null;
  readonly tags: Tags;
  /** Null for what came in one piece. */
  readonly multipart: Multipart | null;
};

/** What an object remembers of the upload that it was put together by. */
export type Multipart = {
  readonly uploadId: string;
  /** In their order in the object. */
  readonly parts: readonly ObjectPart[];
};

/** `checksum` is base64, of the object's algorithm; null where the part came without. */
export type ObjectPart = { readonly size: number; readonly checksum: string | null };

/** Values by key. */
export type Tags = Readonly<Record<string, string>>;

/** A finished file that becomes an object. */
export type NewObject = Pick<StoredObject, 'key' | 'size' | 'etag' | 'headers' | 'checksum' | 'tags' | 'multipart'>;

/** Looks at what a key holds the moment before it changes, and throws where the change must not happen. */
export type Guard = (current: StoredObject | undefined) => void;

export type Bucket = {
  readonly keys: Pick<SortedKeys, 'at' | 'firstFrom' | 'firstPast'>;
  readonly get: (key: string) => StoredObject | undefined;
  readonly isEmpty: () => boolean;
  /** `place` brings the bytes to the path it is given. On disk and visible when it resolves. */
  readonly put: (object: NewObject, place: (path: string) => Promise<void>, guard?: Guard) => Promise<StoredObject>;
  /** Another set of tags or headers for the same bytes. Throws AwsError NoSuchKey. */
  readonly change: (key: string, change: Partial<Pick<StoredObject, 'tags' | 'headers'>>) => Promise<void>;
  /** Resolves quietly when the key is not there, as on AWS. */
  readonly remove: (key: string, guard?: Guard) => Promise<void>;
  readonly close: () => Promise<void>;
};

type Line = {
  /** Key; number of its file, absent = deleted. */
  readonly k: string;
  readonly f?: number;
  readonly s?: number;
  readonly e?: string;
  readonly m?: number;
  readonly h?: Readonly<Record<string, string>>;
  readonly c?: readonly [ChecksumName, string];
  readonly t?: Tags;
  /** Id of its multipart upload, and the parts' sizes with their checksums. */
  readonly u?: string;
  readonly p?: readonly (readonly [number] | readonly [number, string])[];
};

type Entry = { readonly object: StoredObject; readonly file: number };

/** Rewrite the index at opening when this many lines, and more than half of all, are outdated. */
const OUTDATED_LINES = 1000;

/** Throws AppError `lab.stateDamaged` when the index is broken anywhere but in its torn last line. */
export async function openBucket(folder: string): Promise<Bucket> {
  const indexPath = join(folder, 'index.ndjson');
  await mkdir(folder, { recursive: true });
  const entries = new Map<string, Entry>();
  const keys = openSortedKeys();
  const madeFolders = new Set<string>();
  const changing = new Map<string, Promise<void>>();
  let nextFile = 0;

  const pathOf = (file: number): string => numberedPath(folder, file);

  const apply = (line: Line): void => {
    const known = entries.get(line.k);
    if (line.f === undefined) {
      if (entries.delete(line.k)) keys.remove(line.k);
      return;
    }
    nextFile = Math.max(nextFile, line.f + 1);
    entries.set(line.k, { object: toObject(line, pathOf(line.f)), file: line.f });
    if (known === undefined) keys.add(line.k);
  };

  const { lines, bytes } = await readIndex(indexPath);
  for (const line of lines) apply(line);
  // Without an index nobody can tell what the files are: better to leave them to a person.
  if (bytes !== null) await sweepFiles(folder, new Set([...entries.values()].map(({ file }) => file)));
  const isOutdated = lines.length - entries.size > Math.max(OUTDATED_LINES, lines.length / 2);
  const log = await openAppendLog(indexPath, isOutdated ? await compact(indexPath, entries, keys) : (bytes ?? 0));

  const record = async (line: Line): Promise<void> => {
    await log.append([Buffer.from(`${JSON.stringify(line)}\n`)]);
    const replaced = entries.get(line.k);
    apply(line);
    if (replaced !== undefined && replaced.file !== line.f) await rm(pathOf(replaced.file), { force: true });
  };

  /** Changes of one key happen one after the other: what a guard saw is still so when its change is written. */
  const inTurn = (key: string, work: () => Promise<void>): Promise<void> => {
    const before = changing.get(key);
    const done = before === undefined ? work() : before.then(work);
    const settled = done
      .catch(() => undefined)
      .then(() => {
        if (changing.get(key) === settled) changing.delete(key);
      });
    changing.set(key, settled);
    return done;
  };

  return {
    keys,
    get: (key) => entries.get(key)?.object,
    isEmpty: () => entries.size === 0,
    put: async (object, place, guard) => {
      const file = nextFile++;
      const path = pathOf(file);
      const parent = join(path, '..');
      if (!madeFolders.has(parent)) await mkdir(parent, { recursive: true });
      madeFolders.add(parent);
      await place(path);
      const line = toLine(object, file, Date.now());
      await inTurn(object.key, async () => {
        guard?.(entries.get(object.key)?.object);
        await record(line);
      }).catch(async (error: unknown) => {
        await rm(path, { force: true });
        throw error;
      });
      return toObject(line, path);
    },
    change: (key, change) =>
      inTurn(key, async () => {
        const entry = entries.get(key);
        if (entry === undefined) throw noSuchKey(key);
        await record(toLine({ ...entry.object, ...change }, entry.file, entry.object.modified));
      }),
    remove: (key, guard) =>
      inTurn(key, async () => {
        guard?.(entries.get(key)?.object);
        if (entries.has(key)) await record({ k: key });
      }),
    close: () => log.close(),
  };
}

function toLine(object: NewObject, file: number, modified: number): Line {
  return {
    k: object.key,
    f: file,
    s: object.size,
    e: object.etag,
    m: modified,
    ...(Object.keys(object.headers).length === 0 ? {} : { h: object.headers }),
    ...(object.checksum === null ? {} : { c: [object.checksum.name, object.checksum.value] as const }),
    ...(Object.keys(object.tags).length === 0 ? {} : { t: object.tags }),
    ...(object.multipart === null ? {} : multipartLine(object.multipart)),
  };
}

function multipartLine({ uploadId, parts }: Multipart): Pick<Line, 'u' | 'p'> {
  return {
    u: uploadId,
    p: parts.map(({ size, checksum }) => (checksum === null ? ([size] as const) : ([size, checksum] as const))),
  };
}

function toObject(line: Line, path: string): StoredObject {
  return {
    key: line.k,
    size: line.s ?? 0,
    etag: line.e ?? '',
    modified: line.m ?? 0,
    path,
    headers: line.h ?? {},
    checksum: line.c === undefined ? null : { name: line.c[0], value: line.c[1] },
    tags: line.t ?? {},
    multipart:
      line.u === undefined
        ? null
        : { uploadId: line.u, parts: (line.p ?? []).map(([size, checksum = null]) => ({ size, checksum })) },
  };
}

/** All whole lines and where they end, null without a file; a last line without its end was being written when the process died. */
async function readIndex(path: string): Promise<{ readonly lines: readonly Line[]; readonly bytes: number | null }> {
  const found = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return { lines: [], bytes: null };
  const bytes = found.lastIndexOf(0x0a) + 1;
  const texts = found.toString('utf8', 0, bytes).split('\n').slice(0, -1);
  return { lines: texts.map((text) => parseLine(text, path)), bytes };
}

function parseLine(text: string, path: string): Line {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && 'k' in value) return value as Line;
  } catch (cause) {
    throw damagedState(path, cause);
  }
  throw damagedState(path);
}

/** Writes one line per living object, in order, and returns the size of the new index. */
async function compact(path: string, entries: ReadonlyMap<string, Entry>, keys: SortedKeys): Promise<number> {
  const lines: string[] = [];
  for (let position = 0, key = keys.at(0); key !== undefined; key = keys.at(++position)) {
    const entry = entries.get(key);
    if (entry !== undefined) lines.push(`${JSON.stringify(toLine(entry.object, entry.file, entry.object.modified))}\n`);
  }
  const text = Buffer.from(lines.join(''));
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
  return text.length;
}
