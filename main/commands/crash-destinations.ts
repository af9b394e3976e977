/** The rule of `isobar bench crash` with its bucket, stream and table, and how often each message has arrived in each. */
import { CreateTopicRuleCommand, type Action } from '@aws-sdk/client-iot';
import { CreateBucketCommand, GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { CreateDeliveryStreamCommand, DescribeDeliveryStreamCommand } from '@aws-sdk/client-firehose';
import { paginateScan } from '@aws-sdk/client-dynamodb';
import type { Clients } from '../cloud/clients.ts';
import { createTable } from '../cloud/tables.ts';

/** By message number: how often. */
export type Arrivals = ReadonlyMap<number, number>;

const OBJECTS = 'crash-objects';
const LAKE = 'crash-lake';
const STREAM = 'crash-stream';
const TABLE = 'crash-table';

/** Every delivery makes an object and an item of its own, so that none hides another. */
export async function setUpDestinations(clients: Clients, roleArn: string, topic: string): Promise<void> {
  const { s3, firehose, iot } = clients;
  for (const Bucket of [OBJECTS, LAKE]) await s3.send(new CreateBucketCommand({ Bucket }));
  await firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: STREAM,
      ExtendedS3DestinationConfiguration: { BucketARN: `arn:aws:s3:::${LAKE}`, RoleARN: roleArn },
    }),
  );
  for (;;) {
    const { DeliveryStreamDescription: stream } = await firehose.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: STREAM }),
    );
    if (stream?.DeliveryStreamStatus === 'ACTIVE') break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const key = { hash: { name: 'n', type: 'N' }, range: { name: 'id', type: 'S' } } as const;
  await createTable(clients, { name: TABLE, key });
  const rule = async (ruleName: string, sql: string, actions: Action[]): Promise<void> => {
    const topicRulePayload = { sql, awsIotSqlVersion: '2016-03-23', actions };
    await iot.send(new CreateTopicRuleCommand({ ruleName, topicRulePayload }));
  };
  await rule('crash', `SELECT * FROM '${topic}'`, [
    { s3: { bucketName: OBJECTS, key: '${n}/${newuuid()}', roleArn } },
    { firehose: { deliveryStreamName: STREAM, roleArn } },
  ]);
  await rule('crash_items', `SELECT n, newuuid() AS id FROM '${topic}'`, [
    { dynamoDBv2: { putItem: { tableName: TABLE }, roleArn } },
  ]);
}

export async function countDestinations(clients: Clients): Promise<Readonly<Record<string, Arrivals>>> {
  return { S3: await countObjects(clients), Firehose: await countLines(clients), DynamoDB: await countItems(clients) };
}

async function countItems({ dynamodb }: Clients): Promise<Arrivals> {
  const arrivals = new Map<number, number>();
  for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName: TABLE })) {
    for (const { n } of Items) count(arrivals, Number(n?.N));
  }
  return arrivals;
}

async function countObjects({ s3 }: Clients): Promise<Arrivals> {
  const arrivals = new Map<number, number>();
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: OBJECTS })) {
    for (const { Key = '' } of Contents) count(arrivals, Number(Key.split('/')[0]));
  }
  return arrivals;
}

async function countLines({ s3 }: Clients): Promise<Arrivals> {
  const arrivals = new Map<number, number>();
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: LAKE })) {
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: LAKE, Key }));
      const text = (await Body?.transformToString()) ?? '';
      for (const [, n] of text.matchAll(/^\{"n":(\d+),/gm)) count(arrivals, Number(n));
    }
  }
  return arrivals;
}

function count(arrivals: Map<number, number>, n: number): void {
  arrivals.set(n, (arrivals.get(n) ?? 0) + 1);
}
