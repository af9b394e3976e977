/** Looks into the lake: folders, the beginning of an object, and the crawler that turns folders into tables. */
import { StartCrawlerCommand } from '@aws-sdk/client-glue';
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { AppError } from '../../preload/errors.ts';
import type { LakeListing, ObjectPreview, PipelineState } from '../../preload/shapes.ts';
import type { Clients } from './clients.ts';
import { gunzipBeginning } from './gunzip-beginning.ts';
import { crawlerState, findCrawler } from './pieces.ts';
import { nullWhen, told, unlessGone } from './refusals.ts';
import { waitFor } from './waiting.ts';

type LastCrawl = NonNullable<NonNullable<PipelineState['crawler']>['lastCrawl']>;

const PAGE_SIZE = 500;
const PREVIEW_BYTES = 64 * 1024;

/** One page of a folder (`prefix` ends with a slash or is empty), or of all buckets where `bucket` is null. */
export async function listLake(
  { s3 }: Clients,
  place: { readonly bucket: string | null; readonly prefix: string; readonly token: string | null },
): Promise<LakeListing> {
  const { bucket, prefix, token } = place;
  if (bucket === null) {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const buckets = Buckets.map(({ Name, CreationDate }) => ({
      name: told(Name, 'the name of a bucket'),
      created: told(CreationDate, 'the time of a bucket').getTime(),
    }));
    return { buckets, prefixes: [], objects: [], token: null };
  }
  const page = await s3.send(
    new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      Delimiter: '/',
      MaxKeys: PAGE_SIZE,
      ...(token === null ? {} : { ContinuationToken: token }),
    }),
  );
  return {
    buckets: [],
    prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => told(Prefix, 'the name of a folder')),
    objects: (page.Contents ?? []).map(({ Key, Size, LastModified }) => ({
      key: told(Key, 'the key of an object'),
      bytes: told(Size, 'the size of an object'),
      modified: told(LastModified, 'the time of an object').getTime(),
    })),
    token: page.NextContinuationToken ?? null,
  };
}

/** The object's first 64 KiB as text, unpacked where it is gzip. `bytes` is the size of the stored object. */
export async function previewObject({ s3 }: Clients, bucket: string, key: string): Promise<ObjectPreview> {
  const request = s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=0-${PREVIEW_BYTES - 1}` }));
  // No range of an empty object can be satisfied.
  const answer = await nullWhen(['InvalidRange'], request);
  if (answer === null) return { key, bytes: 0, text: '', cut: false };
  const stored = await told(answer.Body, 'the content of the object').transformToByteArray();
  const bytes = sizeOf(answer.ContentRange) ?? stored.length;
  const isPacked = answer.ContentEncoding === 'gzip' || key.endsWith('.gz');
  const isPart = stored.length < bytes;
  const { data, cut: isLonger } = isPacked
    ? await gunzipBeginning(stored, PREVIEW_BYTES)
    : { data: stored, cut: false };
  const cut = isPart || isLonger;
  // `stream` holds back a character whose last bytes were cut off.
  const text = new TextDecoder('utf-8').decode(data, { stream: cut });
  return { key, bytes, text, cut };
}

/** The whole size out of `bytes 0-65535/123456`. */
function sizeOf(contentRange: string | undefined): number | undefined {
  const total = contentRange?.match(/\/(\d+)$/)?.[1];
  return total === undefined ? undefined : Number(total);
}

/**
 * Runs the crawler and waits for its end; joins the run that is under way. AppError `cloud.crawlFailed` holds the crawler's own message;
 * `cloud.tooSlow` after ten minutes, `cloud.cancelled` when the signal is aborted (the crawler goes on).
 */
export async function runCrawler(clients: Clients, name: string, signal: AbortSignal): Promise<LastCrawl> {
  await unlessGone(['CrawlerRunningException'], clients.glue.send(new StartCrawlerCommand({ Name: name })));
  const askForTheEnd = async (): Promise<LastCrawl | undefined> => {
    const crawler = await findCrawler(clients, name);
    if (crawler === null) {
      throw new AppError('cloud.crawlFailed', `The crawler "${name}" was removed while it ran.`, {
        hint: 'Set up the pipeline again.',
      });
    }
    const { state, lastCrawl } = crawlerState(crawler, name);
    return state === 'READY' && lastCrawl !== null ? lastCrawl : undefined;
  };
  const lastCrawl = await waitFor(askForTheEnd, {
    what: `the crawler "${name}" to finish`,
    limitMs: 600_000,
    firstPauseMs: 100,
    longestPauseMs: 5_000,
    signal,
  });
  if (lastCrawl.status === 'SUCCEEDED') return lastCrawl;
  const reason = lastCrawl.message === '' ? `It ended as ${lastCrawl.status}.` : lastCrawl.message;
  throw new AppError('cloud.crawlFailed', `The crawler "${name}" did not succeed: ${reason}`, {
    hint: 'Look at the objects it reads, then run it again.',
  });
}
