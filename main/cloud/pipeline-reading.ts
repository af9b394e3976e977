/** How the pipeline stands, as AWS's own APIs tell it: for the window's picture, asked for again and again. */
import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { PipelineState, PipelineStep } from '../../preload/shapes.ts';
import type { Clients } from './clients.ts';
import { crawlerState, findCrawler, findRule, findStream, hasBucket, hasDatabase } from './pieces.ts';
import type { PipelineNames } from './pipeline.ts';
import { nullWhen, told } from './refusals.ts';

type Lake = NonNullable<PipelineState['lake']>;
type LakeObject = Lake['latest'][number];

export type PipelineReading = {
  /** `done` where all of the step's pieces exist, else `waiting`. */
  readonly steps: readonly PipelineStep[];
  readonly rule: { readonly name: string; readonly sql: string } | null;
  readonly stream: { readonly name: string } | null;
  /** `complete` is false where the lake holds more objects than one reading counts. */
  readonly lake: (Lake & { readonly complete: boolean }) | null;
  readonly crawler: PipelineState['crawler'];
};

const PAGE_LIMIT = 100;
const LATEST = 5;

/** What exists of the pipeline. What does not is null, never an error. */
export async function readPipeline(clients: Clients, names: PipelineNames): Promise<PipelineReading> {
  const buckets = [names.raw, names.results, names.processed];
  const [bucketsFound, isDatabaseThere, stream, rule, crawler, lake] = await Promise.all([
    Promise.all(buckets.map((bucket) => hasBucket(clients, bucket))),
    hasDatabase(clients, names.database),
    findStream(clients, names.stream),
    findRule(clients, names.rule),
    findCrawler(clients, names.crawler),
    readLake(clients, names.raw, names.prefix),
  ]);
  const isActive = stream?.DeliveryStreamStatus === 'ACTIVE';
  return {
    steps: [
      step('buckets', bucketsFound.every(Boolean), buckets.join(', ')),
      step('database', isDatabaseThere, names.database),
      step('stream', isActive, names.stream),
      step('rule', rule !== null && rule.ruleDisabled !== true, names.rule),
      step('crawler', crawler !== null, names.crawler),
    ],
    rule: rule === null ? null : { name: names.rule, sql: told(rule.sql, `the SQL of the rule "${names.rule}"`) },
    stream: stream === null ? null : { name: names.stream },
    lake,
    crawler: crawler === null ? null : crawlerState(crawler, names.crawler),
  };
}

function step(id: PipelineStep['id'], isThere: boolean, detail: string): PipelineStep {
  return { id, state: isThere ? 'done' : 'waiting', detail, error: null };
}

async function readLake(clients: Clients, bucket: string, prefix: string): Promise<PipelineReading['lake']> {
  return nullWhen(['NoSuchBucket'], countLake(clients, bucket, prefix));
}

async function countLake({ s3 }: Clients, bucket: string, prefix: string): Promise<PipelineReading['lake']> {
  let objects = 0;
  let bytes = 0;
  let latest: readonly LakeObject[] = [];
  let pages = 0;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    const found = (page.Contents ?? []).map(({ Key, Size, LastModified }) => ({
      key: told(Key, 'the key of an object'),
      bytes: told(Size, 'the size of an object'),
      modified: told(LastModified, 'the time of an object').getTime(),
    }));
    objects += found.length;
    bytes += found.reduce((sum, object) => sum + object.bytes, 0);
    latest = [...latest, ...found].sort((a, b) => b.modified - a.modified).slice(0, LATEST);
    if (++pages >= PAGE_LIMIT && page.IsTruncated === true) {
      return { bucket, prefix, objects, bytes, latest, complete: false };
    }
  }
  return { bucket, prefix, objects, bytes, latest, complete: true };
}
