/** DynamoDB by boto3 (Debian's and the newest) and the AWS CLI, unmodified, against `isobar lab` as a person starts it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPythons, hasProgram, isLeftOut } from './test-programs.ts';
import { startRealLab, type RealLab } from './test-real-lab.ts';

const run = promisify(execFile);
const { newest, debian } = findPythons();
const script = join(import.meta.dirname, 'python', 'tables.py');
/** Each program loads large libraries: on a busy machine that takes a while. */
const GENEROUS = { timeout: 240_000 };

let lab: RealLab;
beforeAll(async () => {
  lab = await startRealLab();
});
afterAll(async () => expect(await lab.stop()).toBe(0));

async function expectTables(python: string, table: string): Promise<void> {
  const { stdout } = await run(python, [script, table], { env: lab.environment, timeout: 200_000 });
  expect(JSON.parse(stdout)).toMatchObject({
    updated: '1.251',
    newest: [15, 14, 13, 12, 11, 10],
    refused: 'ConditionalCheckFailedException',
    tags: ['ice', 'snow'],
    raw: [7],
    count: 60,
  });
}

test.skipIf(isLeftOut('boto3', newest !== undefined))('the newest boto3', GENEROUS, () =>
  expectTables(newest ?? '', 'newest'),
);
test.skipIf(isLeftOut("Debian's boto3", debian !== undefined))("Debian's boto3", GENEROUS, () =>
  expectTables(debian ?? '', 'debian'),
);

test.skipIf(isLeftOut('awscli', hasProgram('aws', '--version')))('the AWS CLI', GENEROUS, async () => {
  const aws = async (...args: string[]): Promise<unknown> => {
    const all = ['--endpoint-url', lab.ready.endpoint, '--output', 'json', 'dynamodb', ...args];
    const { stdout } = await run('aws', all, { env: lab.environment, timeout: 60_000 });
    return stdout === '' ? null : JSON.parse(stdout);
  };
  const table = ['--table-name', 'by-hand'];
  await aws(
    'create-table',
    ...table,
    ...['--attribute-definitions', 'AttributeName=id,AttributeType=S'],
    ...['--key-schema', 'AttributeName=id,KeyType=HASH'],
    ...['--billing-mode', 'PAY_PER_REQUEST'],
  );
  await aws('wait', 'table-exists', ...table);
  await aws('put-item', ...table, '--item', '{"id":{"S":"1"},"n":{"N":"7.0"}}');
  expect(await aws('get-item', ...table, '--key', '{"id":{"S":"1"}}')).toEqual({
    Item: { id: { S: '1' }, n: { N: '7' } },
  });
  expect(
    await aws('scan', ...table, '--filter-expression', 'n > :n', '--expression-attribute-values', '{":n":{"N":"6"}}'),
  ).toMatchObject({ Count: 1, ScannedCount: 1 });
  expect(await aws('list-tables')).toMatchObject({ TableNames: ['by-hand'] });
  // What scripts and tools ask of their own accord.
  const { host } = new URL(lab.ready.endpoint);
  expect(await aws('describe-endpoints')).toEqual({ Endpoints: [{ Address: host, CachePeriodInMinutes: 1440 }] });
  expect(await aws('describe-continuous-backups', ...table)).toMatchObject({
    ContinuousBackupsDescription: { ContinuousBackupsStatus: 'DISABLED' },
  });
  expect(await aws('describe-time-to-live', ...table)).toEqual({
    TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' },
  });
  expect(await aws('describe-limits')).toMatchObject({ TableMaxReadCapacityUnits: 40_000 });
  await expect(aws('list-backups')).rejects.toThrow('UnknownOperationException');
  await aws('delete-table', ...table);
  expect(await aws('list-tables')).toEqual({ TableNames: [] });
});
