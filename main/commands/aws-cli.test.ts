/** The AWS CLI, Debian's (version 2) and pip's (version 1), against `isobar lab` as a person starts it. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findPythons, hasProgram, isLeftOut } from './test-programs.ts';
import { startRealLab, type RealLab } from './test-real-lab.ts';

const run = promisify(execFile);
const { newest } = findPythons();

let lab: RealLab;
beforeAll(async () => {
  lab = await startRealLab();
});
afterAll(async () => expect(await lab.stop()).toBe(0));

/** The old command lines take the endpoint as an option only. */
const runAws = async (program: string, ...args: string[]): Promise<string> => {
  const { stdout } = await run(program, ['--endpoint-url', lab.ready.endpoint, '--output', 'json', ...args], {
    env: lab.environment,
    timeout: 60_000,
  });
  return stdout;
};

// Each call starts a Python program: on a busy machine that takes seconds.
const GENEROUS = { timeout: 240_000 };

describe.skipIf(isLeftOut('awscli', hasProgram('aws', '--version')))('AWS CLI', GENEROUS, () => {
  const aws = (...args: string[]): Promise<string> => runAws('aws', ...args);

  test('sees the registry, the buckets and its own account', async () => {
    await aws('iot', 'create-thing', '--thing-name', 'by-hand');
    const { things } = JSON.parse(await aws('iot', 'list-things')) as { things: { thingName: string }[] };
    expect(things.map((thing) => thing.thingName)).toContain('by-hand');
    expect(JSON.parse(await aws('sts', 'get-caller-identity'))).toMatchObject({ Account: lab.ready.account });

    await aws('s3', 'mb', 's3://by-hand');
    const file = join(lab.folder, 'lines.json');
    await writeFile(file, '{"n":1,"t":7.0}\n{"n":2,"t":8.5}\n');
    await aws('s3', 'cp', file, 's3://by-hand/rows/lines.json');
    expect(await aws('s3', 'ls', 's3://by-hand/rows/')).toMatch(/32 lines\.json/);
    expect(await aws('s3', 'cp', 's3://by-hand/rows/lines.json', '-')).toBe('{"n":1,"t":7.0}\n{"n":2,"t":8.5}\n');
  });

  test('crawls a folder and queries the table', async () => {
    await aws('glue', 'create-database', '--database-input', '{"Name":"hand"}');
    await aws(
      'glue',
      'create-crawler',
      '--name',
      'hand',
      '--role',
      `arn:aws:iam::${lab.ready.account}:role/LabRole`,
      '--database-name',
      'hand',
      '--targets',
      '{"S3Targets":[{"Path":"s3://by-hand/rows/"}]}',
    );
    await aws('glue', 'start-crawler', '--name', 'hand');
    await eventually(
      async () =>
        (JSON.parse(await aws('glue', 'get-crawler', '--name', 'hand')) as { Crawler: { State: string } }).Crawler
          .State === 'READY',
    );
    const started = JSON.parse(
      await aws(
        'athena',
        'start-query-execution',
        '--query-string',
        'SELECT sum(t) AS total, count(*) FROM rows',
        '--query-execution-context',
        'Database=hand',
        '--result-configuration',
        'OutputLocation=s3://by-hand/results/',
      ),
    ) as { QueryExecutionId: string };
    const status = async () =>
      (
        JSON.parse(await aws('athena', 'get-query-execution', '--query-execution-id', started.QueryExecutionId)) as {
          QueryExecution: { Status: { State: string } };
        }
      ).QueryExecution.Status.State;
    await eventually(async () => ['SUCCEEDED', 'FAILED'].includes(await status()));
    expect(await status()).toBe('SUCCEEDED');
    const { ResultSet } = JSON.parse(
      await aws('athena', 'get-query-results', '--query-execution-id', started.QueryExecutionId),
    ) as { ResultSet: { Rows: { Data: { VarCharValue: string }[] }[] } };
    expect(ResultSet.Rows.map((row) => row.Data.map((datum) => datum.VarCharValue))).toEqual([
      ['total', '_col1'],
      ['15.5', '2'],
    ]);
  });

  test('makes the rules of the course with their stream and table, and reads back what arrived', async () => {
    const role = `arn:aws:iam::${lab.ready.account}:role/LabRole`;
    const document = async (name: string, content: object): Promise<string> => {
      const file = join(lab.folder, `${name}.json`);
      await writeFile(file, JSON.stringify(content));
      return `file://${file}`;
    };
    await aws('s3', 'mb', 's3://course-lake');
    const destination = {
      BucketARN: 'arn:aws:s3:::course-lake',
      RoleARN: role,
      BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
    };
    const configuration = ['--extended-s3-destination-configuration', await document('destination', destination)];
    await aws('firehose', 'create-delivery-stream', '--delivery-stream-name', 'course', ...configuration);
    const table = ['--table-name', 'course', '--billing-mode', 'PAY_PER_REQUEST'];
    const keys = ['--key-schema', 'AttributeName=station,KeyType=HASH'];
    await aws(
      ...['dynamodb', 'create-table', ...table, ...keys],
      ...['--attribute-definitions', 'AttributeName=station,AttributeType=S'],
    );
    await aws('dynamodb', 'wait', 'table-exists', '--table-name', 'course');
    await eventually(async () =>
      (await aws('firehose', 'describe-delivery-stream', '--delivery-stream-name', 'course')).includes('"ACTIVE"'),
    );

    const rule = async (name: string, sql: string, actions: readonly object[]): Promise<void> => {
      const payload = await document(name, { sql, awsIotSqlVersion: '2016-03-23', actions });
      await aws('iot', 'create-topic-rule', '--rule-name', name, '--topic-rule-payload', payload);
    };
    await rule('all_observations', "SELECT * FROM 'course/+'", [
      { firehose: { deliveryStreamName: 'course', roleArn: role, separator: '\n' } },
      { s3: { bucketName: 'course-lake', key: 'each/${topic(2)}', roleArn: role, cannedAcl: 'authenticated-read' } },
    ]);
    await rule('cold_observations', "SELECT station, air.value AS value FROM 'course/+' WHERE air.value < -5", [
      { dynamoDBv2: { putItem: { tableName: 'course' }, roleArn: role } },
    ]);
    for (const [station, value] of [
      ['cold', '-12.50'],
      ['warm', '3.0'],
    ] as const) {
      const body = join(lab.folder, `${station}.json`);
      await writeFile(body, `{"station":"${station}","air":{"value":${value}}}`);
      await aws('iot-data', 'publish', '--topic', `course/${station}`, '--qos', '1', '--payload', `fileb://${body}`);
    }
    const scan = async (): Promise<unknown> =>
      (JSON.parse(await aws('dynamodb', 'scan', '--table-name', 'course')) as { Items: unknown }).Items;
    await eventually(async () => (await aws('s3', 'ls', '--recursive', 's3://course-lake/each/')).includes('warm'));
    expect(await aws('s3', 'cp', 's3://course-lake/each/cold', '-')).toBe('{"station":"cold","air":{"value":-12.50}}');
    const acl = await aws('s3api', 'get-object-acl', '--bucket', 'course-lake', '--key', 'each/cold');
    const group = { Type: 'Group', URI: 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers' };
    expect(JSON.parse(acl)).toMatchObject({
      Grants: [{ Permission: 'FULL_CONTROL' }, { Grantee: group, Permission: 'READ' }],
    });
    expect(await scan()).toEqual([{ station: { S: 'cold' }, value: { N: '-12.5' } }]);
    const listed = JSON.parse(await aws('iot', 'list-topic-rules', '--topic', 'course/cold')) as {
      rules: { ruleName: string }[];
    };
    expect(listed.rules.map(({ ruleName }) => ruleName)).toEqual(['all_observations', 'cold_observations']);
    await expect(
      aws(
        'iot',
        'create-topic-rule',
        '--rule-name',
        'bad',
        '--topic-rule-payload',
        '{"sql":"SELECT * FORM \'a\'","actions":[]}',
      ),
    ).rejects.toThrow('SqlParseException');
  });
});

describe.skipIf(isLeftOut('the AWS CLI of pip', newest !== undefined))('AWS CLI of pip', GENEROUS, () => {
  test('walks through a single thing: type, thing, certificate, policy, and back', async () => {
    const program = join(dirname(newest ?? ''), 'aws');
    const iot = async (...args: string[]): Promise<unknown> => {
      const text = await runAws(program, 'iot', ...args);
      return text === '' ? undefined : JSON.parse(text);
    };
    await iot('create-thing-type', '--thing-type-name', 'station');
    await iot('create-thing', '--thing-name', 'walked', '--thing-type-name', 'station');
    const made = certificateSchema.parse(await iot('create-keys-and-certificate', '--set-as-active'));
    const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }] };
    await iot('create-policy', '--policy-name', 'walked', '--policy-document', JSON.stringify(document));
    await iot('attach-policy', '--policy-name', 'walked', '--target', made.certificateArn);
    await iot('attach-thing-principal', '--thing-name', 'walked', '--principal', made.certificateArn);
    expect(await iot('describe-thing', '--thing-name', 'walked')).toMatchObject({ thingTypeName: 'station' });
    expect(await iot('list-thing-principals', '--thing-name', 'walked')).toEqual({ principals: [made.certificateArn] });

    await iot('detach-thing-principal', '--thing-name', 'walked', '--principal', made.certificateArn);
    await iot('update-certificate', '--certificate-id', made.certificateId, '--new-status', 'INACTIVE');
    await iot('delete-certificate', '--certificate-id', made.certificateId, '--force-delete');
    await iot('delete-thing', '--thing-name', 'walked');
    const left = runAws(program, 'iot', 'describe-thing', '--thing-name', 'walked');
    await expect(left).rejects.toThrow('ResourceNotFoundException');
  });
});

const certificateSchema = z.object({ certificateArn: z.string(), certificateId: z.string() });

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error('waited 60 s in vain');
    await sleep(100);
  }
}
