/** What tests of DynamoDB stand on: the service behind a real edge in a folder of its own, and the SDK's client. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  waitUntilTableExists,
  type AttributeValue,
  type CreateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { edgeServices } from '../dispatch.ts';
import { openEdge } from '../edge.ts';
import { openIdentity } from '../identity.ts';
import { openLabSeal } from '../lab-seal.ts';
import { openDynamoDb } from './dynamodb.ts';

export const TableName = 'weather';

export const COURSE = {
  TableName,
  AttributeDefinitions: [
    { AttributeName: 'station', AttributeType: 'S' },
    { AttributeName: 'sample', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'station', KeyType: 'HASH' },
    { AttributeName: 'sample', KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
} satisfies CreateTableCommandInput;

export const key = (station: string, sample: string) => ({ station: { S: station }, sample: { N: sample } });

export async function openTestTables() {
  const folder = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  let running = await openService(folder);
  const stop = async (): Promise<void> => {
    running.client.destroy();
    await running.edge.close();
    await running.dynamodb.close();
  };
  return {
    folder,
    client: () => running.client,
    tables: () => running.dynamodb,
    restart: async () => {
      await stop();
      running = await openService(folder);
    },
    close: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
    createTable: async (input: Partial<CreateTableCommandInput> = {}) => {
      const asked = { ...COURSE, ...input };
      const { TableDescription } = await running.client.send(new CreateTableCommand(asked));
      expect(TableDescription?.TableStatus).toBe('CREATING');
      const patience = { client: running.client, maxWaitTime: 60, minDelay: 0.1, maxDelay: 0.2 };
      await waitUntilTableExists(patience, { TableName: asked.TableName });
    },
    put: (Item: Record<string, AttributeValue>) => running.client.send(new PutItemCommand({ TableName, Item })),
    get: async (station: string, sample: string) =>
      (await running.client.send(new GetItemCommand({ TableName, Key: key(station, sample) }))).Item,
  };
}

/** The service in `folder` behind an edge, and a client for it. */
export async function openService(folder: string) {
  const identity = await openIdentity(folder, await openLabSeal(folder, null));
  let endpoint = '';
  const dynamodb = await openDynamoDb({ folder: join(folder, 'dynamodb'), identity, endpoint: () => endpoint });
  const { operations } = dynamodb;
  const services = edgeServices({
    dynamodb: { kind: 'json', targetPrefix: 'DynamoDB_20120810', operations, hasChecksums: true },
  });
  const edge = await openEdge({ port: 0, credentials: identity, region: identity.region, services });
  endpoint = `http://127.0.0.1:${edge.port}`;
  const credentials = { accessKeyId: identity.accessKeyId, secretAccessKey: identity.secretAccessKey };
  const client = new DynamoDBClient({
    endpoint,
    region: identity.region,
    credentials,
    maxAttempts: 1,
  });
  return { dynamodb, edge, client };
}
