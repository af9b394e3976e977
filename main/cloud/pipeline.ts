/** The course's pipeline: its names, and how it is set up piece by piece so that doing it again changes nothing. */
import {
  CreateDeliveryStreamCommand,
  UpdateDestinationCommand,
  type DeliveryStreamDescription,
} from '@aws-sdk/client-firehose';
import { CreateCrawlerCommand, CreateDatabaseCommand, UpdateCrawlerCommand } from '@aws-sdk/client-glue';
import { CreateTopicRuleCommand, ReplaceTopicRuleCommand, type TopicRulePayload } from '@aws-sdk/client-iot';
import { BucketLocationConstraint, CreateBucketCommand } from '@aws-sdk/client-s3';
import { isDeepStrictEqual } from 'node:util';
import { AppError, toPlainError } from '../../preload/errors.ts';
import type { PipelineStep } from '../../preload/shapes.ts';
import type { Clients } from './clients.ts';
import { findCrawler, findRule, findStream, hasBucket, hasDatabase } from './pieces.ts';
import { cancelled, told } from './refusals.ts';
import { waitFor } from './waiting.ts';

export type PipelineNames = {
  /** Where Firehose writes. */
  readonly raw: string;
  /** Where Athena writes. */
  readonly results: string;
  /** Where the tables made by queries lie. */
  readonly processed: string;
  readonly stream: string;
  readonly rule: string;
  readonly database: string;
  readonly crawler: string;
  /** The crawler names its table after the last folder of the path it reads, so the two belong together. */
  readonly table: string;
  /** Folder of the observations in the raw bucket, ending with a slash. */
  readonly prefix: string;
  /** Athena's output location. */
  readonly output: string;
};

export type PipelineOptions = {
  readonly roleArn: string;
  readonly sql: string;
  /** 1-128 */
  readonly bufferSizeMiB: number;
  /** 0-900 */
  readonly bufferIntervalSeconds: number;
  /** What the rule puts after each record. Null where the payloads end with a newline themselves. */
  readonly separator: '\n' | '\r\n' | '\t' | ',' | null;
};

/** The course's rule: every observation of every station, as it is. */
export const OBSERVATIONS_SQL = "SELECT * FROM 'sensor/weather/#'";

const SQL_VERSION = '2016-03-23';

export function pipelineNames(account: string): PipelineNames {
  const table = 'observations';
  const results = `isobar-${account}-results`;
  return {
    raw: `isobar-${account}-raw`,
    results,
    processed: `isobar-${account}-processed`,
    stream: 'isobar-observations',
    rule: 'isobar_observations',
    database: 'isobar',
    crawler: 'isobar-raw',
    table,
    prefix: `${table}/`,
    output: `s3://${results}/`,
  };
}

type Plan = {
  readonly id: PipelineStep['id'];
  readonly detail: string;
  readonly ensure: () => Promise<void>;
};

/** The steps in their order: each needs what the ones before it made. `ensure` creates what is missing and mends what differs. */
function plan(clients: Clients, names: PipelineNames, options: PipelineOptions, signal: AbortSignal): readonly Plan[] {
  const buckets = [names.raw, names.results, names.processed];
  return [
    {
      id: 'buckets',
      detail: buckets.join(', '),
      ensure: async () => {
        for (const bucket of buckets) await ensureBucket(clients, bucket);
      },
    },
    { id: 'database', detail: names.database, ensure: () => ensureDatabase(clients, names.database) },
    { id: 'stream', detail: names.stream, ensure: () => ensureStream(clients, names, options, signal) },
    { id: 'rule', detail: names.rule, ensure: () => ensureRule(clients, names, options) },
    { id: 'crawler', detail: names.crawler, ensure: () => ensureCrawler(clients, names, options) },
  ];
}

/**
 * Sets up everything between the MQTT topics and the tables; may be repeated at any time. `onStep` first hears of every step as waiting,
 * then of each as it runs and ends. An error is told with the step it stopped, leaves the later steps waiting, and rejects.
 */
export async function setUpPipeline(
  clients: Clients,
  names: PipelineNames,
  options: PipelineOptions,
  onStep: (step: PipelineStep) => void,
  signal: AbortSignal,
): Promise<void> {
  const steps = plan(clients, names, options, signal);
  for (const { id, detail } of steps) onStep({ id, state: 'waiting', detail, error: null });
  for (const { id, detail, ensure } of steps) {
    onStep({ id, state: 'running', detail, error: null });
    try {
      if (signal.aborted) throw cancelled();
      await ensure();
    } catch (error) {
      onStep({ id, state: 'failed', detail, error: toPlainError(error) });
      throw error;
    }
    onStep({ id, state: 'done', detail, error: null });
  }
}

/** Safe to repeat; throws `cloud.region` where no bucket can be made. */
export async function ensureBucket(clients: Clients, bucket: string): Promise<void> {
  if (await hasBucket(clients, bucket)) return;
  // The first region is the one that must not be named.
  const place =
    clients.region === 'us-east-1'
      ? {}
      : { CreateBucketConfiguration: { LocationConstraint: locationConstraint(clients.region) } };
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket, ...place }));
}

function locationConstraint(region: string): BucketLocationConstraint {
  const known = Object.values(BucketLocationConstraint).find((name) => name === region);
  if (known !== undefined) return known;
  throw new AppError('cloud.region', `Buckets cannot be made in the region "${region}": it is not known.`, {
    hint: 'Choose a region of AWS, for example us-east-1.',
  });
}

async function ensureDatabase(clients: Clients, database: string): Promise<void> {
  if (await hasDatabase(clients, database)) return;
  await clients.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: database } }));
}

async function ensureStream(
  clients: Clients,
  names: PipelineNames,
  options: PipelineOptions,
  signal: AbortSignal,
): Promise<void> {
  const destination = {
    RoleARN: options.roleArn,
    BucketARN: `arn:aws:s3:::${names.raw}`,
    Prefix: names.prefix,
    BufferingHints: { SizeInMBs: options.bufferSizeMiB, IntervalInSeconds: options.bufferIntervalSeconds },
  };
  const { firehose } = clients;
  if ((await findStream(clients, names.stream)) === null) {
    await firehose.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: names.stream,
        DeliveryStreamType: 'DirectPut',
        ExtendedS3DestinationConfiguration: { ...destination, CompressionFormat: 'UNCOMPRESSED' },
      }),
    );
  }
  const stream = await waitForStream(clients, names.stream, signal);
  const current = stream.Destinations?.[0];
  const found = current?.ExtendedS3DestinationDescription;
  const same = {
    RoleARN: found?.RoleARN,
    BucketARN: found?.BucketARN,
    Prefix: found?.Prefix,
    BufferingHints: {
      SizeInMBs: found?.BufferingHints?.SizeInMBs,
      IntervalInSeconds: found?.BufferingHints?.IntervalInSeconds,
    },
  };
  if (isDeepStrictEqual(same, destination)) return;
  await firehose.send(
    new UpdateDestinationCommand({
      DeliveryStreamName: names.stream,
      CurrentDeliveryStreamVersionId: told(stream.VersionId, 'the version of the stream'),
      DestinationId: told(current?.DestinationId, 'the destination of the stream'),
      ExtendedS3DestinationUpdate: destination,
    }),
  );
}

/** The stream once it is ACTIVE; throws `cloud.streamFailed` where it never will be. */
export async function waitForStream(
  clients: Clients,
  name: string,
  signal: AbortSignal,
): Promise<DeliveryStreamDescription> {
  const askWhetherActive = async (): Promise<DeliveryStreamDescription | undefined> => {
    const stream = await findStream(clients, name);
    switch (stream?.DeliveryStreamStatus) {
      case 'ACTIVE':
        return stream;
      case 'CREATING_FAILED':
      case 'DELETING':
      case 'DELETING_FAILED': {
        const reason = stream.FailureDescription?.Details ?? `It is ${stream.DeliveryStreamStatus}.`;
        throw new AppError('cloud.streamFailed', `The stream "${name}" cannot be used: ${reason}`, {
          hint: 'Remove the stream, then set up the pipeline again.',
        });
      }
      case 'CREATING':
      case undefined:
        return undefined;
    }
  };
  return waitFor(askWhetherActive, {
    what: `the stream "${name}" to become active`,
    limitMs: 180_000,
    firstPauseMs: 100,
    longestPauseMs: 5_000,
    signal,
  });
}

async function ensureRule(clients: Clients, names: PipelineNames, options: PipelineOptions): Promise<void> {
  const action = {
    roleArn: options.roleArn,
    deliveryStreamName: names.stream,
    ...(options.separator === null ? {} : { separator: options.separator }),
  };
  const wanted = {
    sql: options.sql,
    awsIotSqlVersion: SQL_VERSION,
    ruleDisabled: false,
    actions: [{ firehose: action }],
  };
  const input: { ruleName: string; topicRulePayload: TopicRulePayload } = {
    ruleName: names.rule,
    topicRulePayload: wanted,
  };
  const found = await findRule(clients, names.rule);
  if (found === null) {
    await clients.iot.send(new CreateTopicRuleCommand(input));
    return;
  }
  const firehose = found.actions?.[0]?.firehose;
  const same =
    found.sql === wanted.sql &&
    found.awsIotSqlVersion === SQL_VERSION &&
    found.ruleDisabled !== true &&
    found.actions?.length === 1 &&
    firehose?.roleArn === action.roleArn &&
    firehose.deliveryStreamName === action.deliveryStreamName &&
    (firehose.separator ?? null) === options.separator &&
    firehose.batchMode !== true;
  if (!same) await clients.iot.send(new ReplaceTopicRuleCommand(input));
}

async function ensureCrawler(clients: Clients, names: PipelineNames, options: PipelineOptions): Promise<void> {
  const path = `s3://${names.raw}/${names.prefix}`;
  const wanted = {
    Name: names.crawler,
    Role: options.roleArn,
    DatabaseName: names.database,
    Targets: { S3Targets: [{ Path: path }] },
  };
  const found = await findCrawler(clients, names.crawler);
  if (found === null) {
    await clients.glue.send(new CreateCrawlerCommand(wanted));
    return;
  }
  const targets = found.Targets?.S3Targets ?? [];
  const same =
    roleName(found.Role) === roleName(options.roleArn) &&
    found.DatabaseName === names.database &&
    (found.TablePrefix ?? '') === '' &&
    targets.length === 1 &&
    targets[0]?.Path === path;
  if (!same) await clients.glue.send(new UpdateCrawlerCommand({ ...wanted, TablePrefix: '' }));
}

/** Glue tells the bare name of a role that was given as an ARN. */
function roleName(role: string | undefined): string | undefined {
  return role?.slice(role.lastIndexOf('/') + 1);
}
