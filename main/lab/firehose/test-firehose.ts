/** For tests: Firehose and S3 of a lab behind a real edge, with the SDK's client. */
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { join } from 'node:path';
import { edgeServices } from '../dispatch.ts';
import { openEdge } from '../edge.ts';
import { openIdentity } from '../identity.ts';
import { openLabSeal } from '../lab-seal.ts';
import { openObjectStore } from '../s3/object-store.ts';
import type { ObjectStore } from '../services.ts';
import { openFirehose } from './firehose.ts';

type Options = {
  readonly creationMs?: number;
  /** What the streams deliver into, made of the lab's own. */
  readonly change?: (store: ObjectStore) => ObjectStore;
};

export type RunningFirehose = Awaited<ReturnType<typeof startFirehose>>;

/** @param bucket is there when this resolves. */
export async function startFirehose(folder: string, bucket: string, { creationMs, change }: Options = {}) {
  const identity = await openIdentity(folder, await openLabSeal(folder, null));
  const store = await openObjectStore(join(folder, 's3'));
  if (!store.hasBucket(bucket)) await store.createBucket(bucket);
  const firehose = await openFirehose({
    folder: join(folder, 'firehose'),
    identity,
    objects: change === undefined ? store : change(store),
    onChange: () => undefined,
    ...(creationMs === undefined ? {} : { creationMs }),
  });
  const { operations } = firehose;
  const services = edgeServices({ firehose: { kind: 'json', targetPrefix: 'Firehose_20150804', operations } });
  const edge = await openEdge({ port: 0, credentials: identity, region: identity.region, services });
  const client = new FirehoseClient({
    endpoint: `http://127.0.0.1:${edge.port}`,
    region: identity.region,
    credentials: { accessKeyId: identity.accessKeyId, secretAccessKey: identity.secretAccessKey },
    maxAttempts: 1,
  });
  const close = async (): Promise<void> => {
    client.destroy();
    await edge.close();
    await firehose.close();
    await store.close();
  };
  return { identity, store, firehose, edge, client, close };
}
