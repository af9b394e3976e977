/** Child of the crash test: S3 behind a real edge, killed from outside while it works, or by itself between an object's bytes and its record. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { edgeServices } from '../dispatch.ts';
import { openEdge } from '../edge.ts';
import { openIdentity } from '../identity.ts';
import { openLabSeal } from '../lab-seal.ts';
import { openObjectStore, type S3Store } from './object-store.ts';
import { openS3 } from './s3.ts';

async function start(folder: string): Promise<void> {
  const identity = await openIdentity(folder, await openLabSeal(folder, null));
  const store = await openObjectStore(join(folder, 's3'));
  const handle = await openS3(store, identity, join(folder, 'uploads'));
  const services = edgeServices({ s3: { kind: 's3', handle } });
  const edge = await openEdge({ port: 0, credentials: identity, region: identity.region, services });
  process.on('message', (bucket) => void dieBetween(store, String(bucket)));
  process.on('disconnect', () => process.exit(0));
  process.send?.({ port: edge.port });
}

async function dieBetween(store: S3Store, bucket: string): Promise<void> {
  const about = { size: 5, etag: '', headers: {}, checksum: null, tags: {}, multipart: null };
  await store.bucket(bucket).put({ key: 'between', ...about }, async (path) => {
    await writeFile(path, 'bytes');
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  });
}

void start(process.argv[2] ?? '');
