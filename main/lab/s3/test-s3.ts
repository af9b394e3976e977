/** A lab of S3 alone with a real edge and the real SDK client, for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { edgeServices } from '../dispatch.ts';
import { openEdge } from '../edge.ts';
import { openIdentity } from '../identity.ts';
import { openLabSeal } from '../lab-seal.ts';
import { openObjectStore, type S3Store } from './object-store.ts';
import { openS3 } from './s3.ts';

export type TestS3 = {
  readonly store: S3Store;
  readonly s3: S3Client;
  readonly identity: Awaited<ReturnType<typeof openIdentity>>;
  readonly endpoint: string;
  readonly folder: string;
  /** Leaves the folder for another start. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function startS3(home?: string): Promise<TestS3> {
  const folder = home ?? (await mkdtemp(join(tmpdir(), 's3-')));
  const identity = await openIdentity(folder, await openLabSeal(folder, null));
  const store = await openObjectStore(join(folder, 's3'));
  const handle = await openS3(store, identity, join(folder, 'uploads'));
  const services = edgeServices({ s3: { kind: 's3', handle } });
  const edge = await openEdge({ port: 0, credentials: identity, region: identity.region, services });
  const endpoint = `http://127.0.0.1:${edge.port}`;
  const { region, accessKeyId, secretAccessKey } = identity;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  const stop = async (): Promise<void> => {
    s3.destroy();
    await edge.close();
    await store.close();
  };
  return {
    store,
    s3,
    identity,
    endpoint,
    folder,
    stop,
    close: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}
