// Bulk registration in a whole lab, asked by the AWS SDK: what a task makes, reports, refuses, and how it stops.
import {
  DescribeThingCommand,
  ListAttachedPoliciesCommand,
  ListThingPrincipalsCommand,
  ListThingRegistrationTasksCommand,
  StartThingRegistrationTaskCommand,
  StopThingRegistrationTaskCommand,
} from '@aws-sdk/client-iot';
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab.ts';
import { testFolder } from '../test-folder.ts';
import { makeRequest } from '../test-lab.ts';
import { openWholeLab } from '../test-whole-lab.ts';
import { DATA_BUCKET, DEVICE_TEMPLATE, openRegistrationClient, type RegistrationClient } from './test-registration.ts';

let lab: Lab;
let client: RegistrationClient;

beforeAll(async () => {
  lab = await openWholeLab(await testFolder());
  client = openRegistrationClient(lab.report);
  await client.s3.send(new CreateBucketCommand({ Bucket: DATA_BUCKET }));
});

afterAll(async () => {
  client.close();
  await lab.close();
});

const thingTemplate = (thing: object = {}) => ({
  Parameters: { Name: { Type: 'String' } },
  Resources: {
    station: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { Ref: 'Name' }, ...thing } },
  },
});

describe('a registration task', () => {
  test('makes thing, certificate and policy of each good line, and tells of each bad one', async () => {
    const requests = await Promise.all(['a', 'b'].map((name) => makeRequest(name)));
    const lines = [
      JSON.stringify({ ThingName: 'bulk-1', CSR: requests[0]?.csr, Site: 'south' }),
      '{"ThingName":"bulk-2"}',
      'no JSON',
      '',
      JSON.stringify({ ThingName: 'bulk 3', CSR: requests[1]?.csr }),
      JSON.stringify({ ThingName: 'bulk-4', CSR: requests[1]?.csr }),
      '',
    ];
    const taskId = await client.start(DEVICE_TEMPLATE, lines);
    const task = await client.ended(taskId);
    expect(task).toMatchObject({
      status: 'Completed',
      successCount: 2,
      failureCount: 3,
      percentageProgress: 100,
      inputFileBucket: DATA_BUCKET,
      roleArn: lab.report.roleArn,
    });

    const results = await client.report(taskId, 'RESULTS');
    const arn = (resource: string): string => `arn:aws:iot:${lab.report.region}:${lab.report.account}:${resource}`;
    expect(results.map(({ errorMessage, lineNumber }) => ({ errorMessage, lineNumber }))).toEqual([
      { errorMessage: null, lineNumber: 1 },
      { errorMessage: null, lineNumber: 6 },
    ]);
    expect(results[0]?.offset).toBe(Buffer.byteLength(`${lines[0]}\n`));
    const { CertificatePem, ResourceArns } = results[0]?.response ?? { CertificatePem: null, ResourceArns: {} };
    const id = new X509Certificate(CertificatePem ?? '').fingerprint256.replaceAll(':', '').toLowerCase();
    expect(ResourceArns).toEqual({
      thing: arn('thing/bulk-1'),
      certificate: arn(`cert/${id}`),
      policy: expect.stringMatching(/:policy\/[0-9a-f]{64}$/) as string,
    });

    const described = await client.iot.send(new DescribeThingCommand({ thingName: 'bulk-1' }));
    expect(described.attributes).toEqual({ site: 'south' });
    const { principals } = await client.iot.send(new ListThingPrincipalsCommand({ thingName: 'bulk-1' }));
    expect(principals).toEqual([ResourceArns['certificate']]);
    const { policies } = await client.iot.send(
      new ListAttachedPoliciesCommand({ target: ResourceArns['certificate'] }),
    );
    expect(policies?.map(({ policyArn }) => policyArn)).toEqual([ResourceArns['policy']]);

    const errors = await client.report(taskId, 'ERRORS');
    const failure = (code: string, reason: string): RegExp =>
      new RegExp(
        `^com\\.amazonaws\\.services\\.iot\\.model\\.${code}: .*${reason}.* \\(Service: AWSIot; Status Code: 400; Error Code: ${code}; Request ID: [0-9a-f-]{36}; Proxy: null\\)$`,
      );
    expect(errors).toEqual([
      {
        lineNumber: 2,
        offset: expect.any(Number) as number,
        response: null,
        errorMessage: expect.stringMatching(
          failure('InvalidRequestException', 'parameter "CSR" has no value'),
        ) as string,
      },
      {
        lineNumber: 3,
        offset: expect.any(Number) as number,
        response: null,
        errorMessage: expect.stringMatching(failure('InvalidRequestException', 'not valid JSON')) as string,
      },
      {
        lineNumber: 5,
        offset: expect.any(Number) as number,
        response: null,
        errorMessage: expect.stringMatching(
          failure('ResourceRegistrationFailureException', 'Register thing workflow execution terminates due to: '),
        ) as string,
      },
    ]);
  });

  test('reports of a task lie in a bucket that nobody sees, and open by their link only', async () => {
    const { Buckets } = await client.s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([DATA_BUCKET]);
    const hidden = `aws-iot-registration-reports-${lab.report.account}`;
    await expect(client.s3.send(new ListObjectsV2Command({ Bucket: hidden }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await expect(client.s3.send(new GetObjectCommand({ Bucket: hidden, Key: 'x' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });

  test('a thing type that is not there is told as AWS tells it', async () => {
    const taskId = await client.start(thingTemplate({ ThingTypeName: 'vehicle' }), ['{"Name":"typed-1"}']);
    await client.ended(taskId);
    const [error] = await client.report(taskId, 'ERRORS');
    expect(error?.errorMessage).toContain(
      `ResourceRegistrationFailureException: Register thing workflow execution terminates due to: Thing Type ${lab.report.account}:vehicle not found. (Service: AWSIot;`,
    );
    expect(await client.report(taskId, 'RESULTS')).toEqual([]);
  });

  test('runs alone, stops when told to, and what it has done is reported', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => JSON.stringify({ Name: `stopped-${index}` }));
    const taskId = await client.start(thingTemplate(), lines);
    const second = client.iot.send(
      new StartThingRegistrationTaskCommand({
        templateBody: JSON.stringify(thingTemplate()),
        inputFileBucket: DATA_BUCKET,
        inputFileKey: 'other.json',
        roleArn: lab.report.roleArn,
      }),
    );
    await expect(second).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining('only one can run at a time') as string,
    });
    const { taskIds: running } = await client.iot.send(new ListThingRegistrationTasksCommand({ status: 'InProgress' }));
    expect(running).toEqual([taskId]);
    await client.iot.send(new StopThingRegistrationTaskCommand({ taskId }));
    const { status, successCount = 0 } = await client.ended(taskId);
    expect(status).toBe('Cancelled');
    expect(successCount).toBeLessThan(lines.length);
    expect(await client.report(taskId, 'RESULTS')).toHaveLength(successCount);
    await expect(client.iot.send(new StopThingRegistrationTaskCommand({ taskId }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
    });
  });

  test('a role, a bucket or a file that is not there', async () => {
    const request = {
      templateBody: JSON.stringify(thingTemplate()),
      inputFileBucket: 'nobodys-bucket',
      inputFileKey: 'lines.json',
      roleArn: lab.report.roleArn,
    };
    const otherRole = { ...request, roleArn: lab.report.roleArn.replace('LabRole', 'Other') };
    await expect(client.iot.send(new StartThingRegistrationTaskCommand(otherRole))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining('cannot assume the role') as string,
    });
    const { taskId = '' } = await client.iot.send(new StartThingRegistrationTaskCommand(request));
    expect(await client.ended(taskId)).toMatchObject({
      status: 'Failed',
      message: expect.stringContaining('NoSuchBucket') as string,
      successCount: 0,
    });
  });

  test('lists its kind in pages', async () => {
    const first = await client.iot.send(new ListThingRegistrationTasksCommand({ maxResults: 2 }));
    const rest = await client.iot.send(new ListThingRegistrationTasksCommand({ nextToken: first.nextToken }));
    expect(new Set([...(first.taskIds ?? []), ...(rest.taskIds ?? [])]).size).toBe(4);
  });
});
