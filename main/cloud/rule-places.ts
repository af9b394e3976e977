/** Where rules can write to: what there is on the target, and making what is missing. */
import { CreateDeliveryStreamCommand, ListDeliveryStreamsCommand } from '@aws-sdk/client-firehose';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import type { Clients } from './clients.ts';
import { ensureBucket, waitForStream } from './pipeline.ts';
import { nullWhen } from './refusals.ts';
import { listTables } from './tables.ts';

/** Names for choosing; Firehose gives no more at once. */
const MOST_STREAMS = 100;

export type RulePlaces = {
  readonly buckets: readonly string[];
  readonly streams: readonly string[];
  readonly tables: readonly string[];
};

export async function readRulePlaces(clients: Clients): Promise<RulePlaces> {
  const { s3, firehose } = clients;
  const [{ Buckets = [] }, { DeliveryStreamNames = [] }, { names }] = await Promise.all([
    s3.send(new ListBucketsCommand({})),
    firehose.send(new ListDeliveryStreamsCommand({ Limit: MOST_STREAMS })),
    listTables(clients, null),
  ]);
  return { buckets: Buckets.flatMap(({ Name }) => Name ?? []), streams: DeliveryStreamNames, tables: names };
}

export type StreamWish = { readonly name: string; readonly bucket: string; readonly roleArn: string };

/**
 * A stream into the bucket, below a folder of the stream's name; the bucket is made where it is missing. Resolves when the stream is ACTIVE;
 * one of this name that is there already stays as it is. Throws `cloud.streamFailed`, `cloud.cancelled`.
 */
export async function makeStream(clients: Clients, { name, bucket, roleArn }: StreamWish, signal: AbortSignal) {
  await ensureBucket(clients, bucket);
  const creation = new CreateDeliveryStreamCommand({
    DeliveryStreamName: name,
    DeliveryStreamType: 'DirectPut',
    ExtendedS3DestinationConfiguration: {
      RoleARN: roleArn,
      BucketARN: `arn:aws:s3:::${bucket}`,
      Prefix: `${name}/`,
      // The lowest interval of the console, so that a person sees the first object within a minute.
      BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 60 },
      CompressionFormat: 'UNCOMPRESSED',
    },
  });
  await nullWhen(['ResourceInUseException'], clients.firehose.send(creation));
  await waitForStream(clients, name, signal);
}
