// S3 killed with `kill -9`: an object is whole with all that belongs to it or not there at all, and nothing half-finished stays on the disk.
import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { bundleProgram } from '../../test-program.ts';
import { openIdentity } from '../identity.ts';
import { openLabSeal } from '../lab-seal.ts';
import { openObjectStore, type S3Store } from './object-store.ts';
import { openUploads, type Uploads } from './uploads.ts';

const Bucket = 'weather-lake';
const LIVES = 4;
const LANES = 8;
const KEYS_PER_LANE = 5;

let folder: string;
let program: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-crash-'));
  program = await bundleProgram(join(import.meta.dirname, 'crash-child.ts'), folder);
});
afterEach(() => rm(folder, { recursive: true }));

test('what was under way when the process died is gone after the next start, on the disk too', async () => {
  const { child, s3 } = await startChild();
  await s3.send(new CreateBucketCommand({ Bucket }));
  const kept = { Bucket, Key: 'kept', Metadata: { made: 'here' }, Tagging: 'site=pole' };
  await s3.send(new PutObjectCommand({ ...kept, Body: 'kept' }));
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'large' }));
  await s3.send(new UploadPartCommand({ Bucket, Key: 'large', UploadId, PartNumber: 1, Body: 'part' }));
  const half = () => Readable.from(halfOf(1_000_000), { objectMode: false });
  const cut = [
    s3.send(new PutObjectCommand({ Bucket, Key: 'never', Body: half(), ContentLength: 1_000_000 })),
    s3.send(new PutObjectCommand({ ...kept, Body: half(), ContentLength: 1_000_000, Metadata: { made: 'later' } })),
  ];
  const outcomes = Promise.allSettled(cut);
  const staging = join(folder, 's3', 'staging');
  await expect.poll(() => sizes(staging), { timeout: 60_000 }).toEqual([500_000, 500_000]);
  child.send(Bucket);
  await once(child, 'exit');
  s3.destroy();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await numberedFiles()).length).toBe(2);

  const { store, uploads } = await reopen();
  expect(store.list(Bucket, { prefix: '' }).map(({ key }) => key)).toEqual(['kept']);
  expect(store.bucket(Bucket).get('kept')).toMatchObject({
    headers: { 'x-amz-meta-made': 'here' },
    tags: { site: 'pole' },
  });
  expect(await readFile(store.get(Bucket, 'kept')?.path ?? '', 'utf8')).toBe('kept');
  expect([await sizes(staging), (await numberedFiles()).length]).toEqual([[], 1]);
  expect(uploads.list(Bucket).map(({ key, parts }) => [key, parts.size])).toEqual([['large', 1]]);
  await store.close();
}, 120_000);

type State = { readonly sha: string; readonly tag: string } | null;

test('killed again and again in full flow, every object is one that somebody wrote, and what was acknowledged is there', async () => {
  const acknowledged = new Map<string, State>();
  let written = 0;
  for (let life = 0; life < LIVES; life++) {
    const { child, s3 } = await startChild();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const underWay = new Map<string, State>();
    const enough = written + 100 + Math.floor(Math.random() * 100);
    const lane = async (number: number): Promise<void> => {
      for (let turn = 0; ; turn++) {
        const key = `${number}/${turn % KEYS_PER_LANE}`;
        const state = planned(turn, acknowledged.get(key) ?? null);
        underWay.set(key, state.next);
        await state.write(s3, key);
        acknowledged.set(key, state.next);
        underWay.delete(key);
        if (++written >= enough) child.kill('SIGKILL');
      }
    };
    const lanes = Promise.allSettled(Array.from({ length: LANES }, (_, number) => lane(number)));
    await once(child, 'exit');
    await lanes;
    s3.destroy();

    const { store } = await reopen();
    const found = store.list(Bucket, { prefix: '' });
    for (const { key, path, size, etag } of found) {
      const bytes = await readFile(path);
      const object = store.bucket(Bucket).get(key);
      expect([bytes.length, object?.headers['x-amz-meta-sha']]).toEqual([size, sha256(bytes)]);
      if (object?.multipart === null) expect(etag).toBe(createHash('md5').update(bytes).digest('hex'));
    }
    for (const key of new Set([...acknowledged.keys(), ...underWay.keys()])) {
      const object = store.bucket(Bucket).get(key);
      const state = object === undefined ? null : { sha: object.headers['x-amz-meta-sha'], tag: object.tags['tag'] };
      const possible = [acknowledged.get(key) ?? null, ...(underWay.has(key) ? [underWay.get(key)] : [])];
      expect(possible).toContainEqual(state);
      acknowledged.set(key, state === null ? null : { sha: state.sha ?? '', tag: state.tag ?? '' });
    }
    expect((await numberedFiles()).length).toBe(found.length);
    expect(await sizes(store.stagingFolder)).toEqual([]);
    await expectNoStrayParts();
    await store.close();
  }
  expect(written).toBeGreaterThan(LIVES * 100);
}, 240_000);

/** The next thing to happen to a key, and what it then holds. */
function planned(turn: number, before: State): { next: State; write: (s3: S3Client, Key: string) => Promise<unknown> } {
  const kind = turn % 7;
  if (kind === 3) return { next: null, write: (s3, Key) => s3.send(new DeleteObjectCommand({ Bucket, Key })) };
  const tag = String(turn);
  if (kind === 5 && before !== null) {
    const TagSet = [{ Key: 'tag', Value: tag }];
    return {
      next: { ...before, tag },
      write: (s3, Key) => s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } })),
    };
  }
  const Body = randomBytes(Math.floor(Math.random() * 200_000));
  const sha = sha256(Body);
  const about = { Metadata: { sha }, Tagging: `tag=${tag}` };
  return {
    next: { sha, tag },
    write: async (s3, Key) => {
      if (kind !== 1) return s3.send(new PutObjectCommand({ Bucket, Key, Body, ...about }));
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...about }));
      const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
      return s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
    },
  };
}

async function startChild(): Promise<{ readonly child: ChildProcess; readonly s3: S3Client }> {
  const { region, accessKeyId, secretAccessKey } = await openIdentity(folder, await openLabSeal(folder, null));
  const child = fork(program, [folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [message]: unknown[] = await once(child, 'message');
  const { port } = z.object({ port: z.number() }).parse(message);
  const s3 = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  return { child, s3 };
}

async function reopen(): Promise<{ readonly store: S3Store; readonly uploads: Uploads }> {
  const store = await openObjectStore(join(folder, 's3'));
  return { store, uploads: await openUploads(join(folder, 'uploads'), store) };
}

async function* halfOf(bytes: number): AsyncGenerator<Buffer> {
  yield Buffer.alloc(bytes / 2, 'x');
  // The other half never comes; the client gives up when the process is gone.
  await new Promise(() => undefined);
}

async function sizes(path: string): Promise<readonly number[]> {
  const names = await readdir(path);
  return Promise.all(names.map(async (name) => (await stat(join(path, name))).size));
}

async function numberedFiles(): Promise<readonly string[]> {
  const files = await readdir(join(folder, 's3', `bucket-${Bucket}`), { recursive: true });
  return files.filter((file) => /[0-9a-f]{8}$/.test(file));
}

/** Each upload has its document and the parts that it names, and nothing else. */
async function expectNoStrayParts(): Promise<void> {
  const shape = z.object({ parts: z.record(z.string(), z.object({ file: z.string() })) });
  for (const id of await readdir(join(folder, 'uploads'))) {
    const document = shape.parse(JSON.parse(await readFile(join(folder, 'uploads', id, 'upload.json'), 'utf8')));
    const named = ['upload.json', ...Object.values(document.parts).map(({ file }) => file)];
    expect((await readdir(join(folder, 'uploads', id))).toSorted()).toEqual(named.toSorted());
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
