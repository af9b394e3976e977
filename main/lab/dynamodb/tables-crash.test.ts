// kill -9 while clients write: what was acknowledged is there when the folder is opened again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paginateScan } from '@aws-sdk/client-dynamodb';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { openService } from './test-tables.ts';

const ENOUGH = 5_000;
const LANES = 8;

test(
  'items acknowledged before kill -9 are there afterwards, and transactions are whole',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dynamodb-crash-'));
    const acknowledged = await writeUntilKilled(folder);
    const { dynamodb, edge, client } = await openService(folder);
    const found = new Set<string>();
    const pairs = new Map<string, number>();
    const versions = new Map<string, number>();
    for await (const page of paginateScan({ client }, { TableName: 'crash' })) {
      for (const item of page.Items ?? []) {
        const id = item['id']?.S ?? '';
        if (item['version'] === undefined) found.add(id);
        else versions.set(id, Number(item['version'].N));
        const pair = item['pair']?.S;
        if (pair !== undefined) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      }
    }
    const overwritten = acknowledged.flatMap((told) => {
      const [id = '', version] = told.split('=');
      return version === undefined ? [] : [{ id, version: Number(version) }];
    });
    const once = acknowledged.filter((told) => !told.includes('='));
    expect(once.length).toBeGreaterThanOrEqual(ENOUGH);
    expect(once.filter((id) => !found.has(id))).toEqual([]);
    // Of what was written over again and again, the newest acknowledged version or a newer one.
    expect(overwritten.length).toBeGreaterThan(100);
    expect(overwritten.filter(({ id, version }) => (versions.get(id) ?? -1) < version)).toEqual([]);
    const files = (await readdir(join(folder, 'dynamodb', 'items'))).sort();
    expect(files.length).toBeGreaterThan(2);
    // Others were carried forward and removed before the end.
    expect(files[0]).not.toBe('000000000001.items');
    expect(pairs.size).toBeGreaterThan(0);
    expect([...pairs.values()].every((count) => count === 2)).toBe(true);
    client.destroy();
    await edge.close();
    await dynamodb.close();
    await rm(folder, { recursive: true });
  },
);

/** Lanes of batches and of transactions in a process of its own; answers with the ids that were acknowledged. */
async function writeUntilKilled(folder: string): Promise<readonly string[]> {
  const outfile = join(folder, 'child.cjs');
  await build({
    stdin: {
      contents: `
        import { openDynamoDb } from './dynamodb.ts';
        const main = async () => {
          const identity = { account: '000000000000', region: 'us-east-1', roleArn: '' };
          const { operations } = await openDynamoDb({ folder: ${JSON.stringify(join(folder, 'dynamodb'))}, identity, endpoint: () => '', segmentBytes: 65536 });
          await operations.CreateTable({
            TableName: 'crash', BillingMode: 'PAY_PER_REQUEST',
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          });
          while (operations.DescribeTable({ TableName: 'crash' }).Table.TableStatus !== 'ACTIVE')
            await new Promise((resolve) => setTimeout(resolve, 20));
          let next = 0;
          const told = (ids) => process.stdout.write(ids.join('\\n') + '\\n');
          const batches = async () => {
            for (;;) {
              const ids = Array.from({ length: 25 }, () => 'b' + next++);
              const requests = ids.map((id) => ({ PutRequest: { Item: { id: { S: id }, text: { S: 'x'.repeat(200) } } } }));
              await operations.BatchWriteItem({ RequestItems: { crash: requests } });
              told(ids);
            }
          };
          const transactions = async () => {
            for (;;) {
              const pair = 't' + next++;
              const ids = [pair + '/1', pair + '/2'];
              await operations.TransactWriteItems({ TransactItems: ids.map((id) => (
                { Put: { TableName: 'crash', Item: { id: { S: id }, pair: { S: pair } } } })) });
              told(ids);
            }
          };
          const overwrites = async () => {
            for (;;) {
              const version = next++;
              const id = 'o' + (version % 40);
              const Item = { id: { S: id }, version: { N: String(version) }, text: { S: 'y'.repeat(30_000) } };
              await operations.PutItem({ TableName: 'crash', Item });
              told([id + '=' + version]);
            }
          };
          for (let lane = 0; lane < ${LANES}; lane++) void overwrites();
          for (let lane = 0; lane < ${LANES}; lane++) void (lane % 2 === 0 ? batches() : transactions());
        };
        void main();
      `,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  const child = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  let isKilled = false;
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (isKilled || text.length < ENOUGH * 8) return;
    isKilled = true;
    child.kill('SIGKILL');
  });
  await once(child, 'close');
  // The last line may have been cut.
  return text.split('\n').slice(0, -1);
}
