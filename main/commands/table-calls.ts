/** The few calls of DynamoDB that benchmarks need, signed by hand. */
import { z } from 'zod';
import { AppError } from '../../preload/errors.ts';
import { signHeaders, type Signer } from './sign-request.ts';

export type TableTarget = Signer & { readonly endpoint: string };

const PAGE = z.object({
  Items: z.array(z.record(z.string(), z.record(z.string(), z.unknown()))),
  LastEvaluatedKey: z.unknown().optional(),
});
const TABLE = z.object({ Table: z.object({ TableStatus: z.string() }) });
const LOOK_EVERY_MS = 50;

/** `N` is a number, `S` text. */
type TableKey = { readonly name: string; readonly type: 'N' | 'S' };

/** Resolves when the table takes items. */
export async function makeTable(
  target: TableTarget,
  name: string,
  keys: readonly [hash: TableKey, range: TableKey],
): Promise<void> {
  const [hash, range] = keys;
  await call(target, 'CreateTable', {
    TableName: name,
    KeySchema: [
      { AttributeName: hash.name, KeyType: 'HASH' },
      { AttributeName: range.name, KeyType: 'RANGE' },
    ],
    AttributeDefinitions: keys.map(({ name: AttributeName, type: AttributeType }) => ({
      AttributeName,
      AttributeType,
    })),
    BillingMode: 'PAY_PER_REQUEST',
  });
  for (;;) {
    const { Table } = TABLE.parse(await call(target, 'DescribeTable', { TableName: name }));
    if (Table.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** One attribute of every item, as text. */
export async function* scanAttribute(target: TableTarget, name: string, attribute: string): AsyncGenerator<string> {
  let start: unknown;
  do {
    const page = PAGE.parse(
      await call(target, 'Scan', {
        TableName: name,
        ProjectionExpression: '#a',
        ExpressionAttributeNames: { '#a': attribute },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    for (const item of page.Items) yield String(Object.values(item[attribute] ?? {})[0]);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

async function call(target: TableTarget, operation: string, input: object): Promise<unknown> {
  const { host } = new URL(target.endpoint);
  const body = JSON.stringify(input);
  const headers = signHeaders(target, {
    service: 'dynamodb',
    method: 'POST',
    path: '/',
    host,
    body,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` },
  });
  const answer = await fetch(target.endpoint, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new AppError('bench.table', `${operation} failed: ${text}.`);
  return JSON.parse(text) as unknown;
}
