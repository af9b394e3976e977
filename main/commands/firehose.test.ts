/** Firehose by boto3 and the AWS CLI against `isobar lab` as a person starts it: the course's stream, what arrives, and what is refused. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPythons, hasProgram, isLeftOut } from './test-programs.ts';
import { startRealLab, type RealLab } from './test-real-lab.ts';

const run = promisify(execFile);
const { newest } = findPythons();
/** Each call starts a Python program: on a busy machine that takes seconds. */
const GENEROUS = { timeout: 240_000 };

let lab: RealLab;
beforeAll(async () => {
  lab = await startRealLab();
});
afterAll(async () => expect(await lab.stop()).toBe(0));

const role = () => `arn:aws:iam::${lab.ready.account}:role/LabRole`;

describe.skipIf(isLeftOut('boto3', newest !== undefined))('boto3', GENEROUS, () => {
  test('creates streams, puts, reads back and unpacks with its own gzip and zipfile, updates, lists', async () => {
    const script = join(import.meta.dirname, 'python', 'firehose.py');
    const { stdout } = await run(newest ?? '', [script, role()], { env: lab.environment, timeout: 200_000 });
    expect(JSON.parse(stdout)).toEqual({
      states: ['CREATING'],
      arrived: { plain: true, gzipped: true, zipped: true },
      versions: ['1', '2'],
      zone: 'Europe/Paris',
      pages: [['gzipped', 'plain'], true, ['zipped']],
      refused: [
        'ResourceNotFoundException',
        'InvalidArgumentException',
        'ConcurrentModificationException',
        'InvalidArgumentException',
      ],
    });
  });
});

describe.skipIf(isLeftOut('awscli', hasProgram('aws', '--version')))('AWS CLI', GENEROUS, () => {
  const aws = async (...args: string[]): Promise<string> => {
    const all = ['--endpoint-url', lab.ready.endpoint, '--output', 'json', ...args];
    return (await run('aws', all, { env: lab.environment, timeout: 60_000 })).stdout;
  };
  const firehose = (operation: string, ...args: string[]) =>
    aws('firehose', operation, '--delivery-stream-name', 'by-hand', ...args);

  test('makes a stream with a prefix of its own and finds its record in the bucket', async () => {
    await aws('s3', 'mb', 's3://by-hand');
    const destination = {
      RoleARN: role(),
      BucketARN: 'arn:aws:s3:::by-hand',
      Prefix: 'year=!{timestamp:yyyy}/!{firehose:random-string}/',
      ErrorOutputPrefix: 'failed/!{firehose:error-output-type}/',
      BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 0 },
      FileExtension: '.json',
      ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord' }] },
    };
    await firehose('create-delivery-stream', '--extended-s3-destination-configuration', JSON.stringify(destination));
    const status = async () => {
      const { DeliveryStreamDescription: stream } = JSON.parse(await firehose('describe-delivery-stream')) as {
        DeliveryStreamDescription: { DeliveryStreamStatus: string };
      };
      return stream.DeliveryStreamStatus;
    };
    await expect.poll(status, { timeout: 60_000 }).toBe('ACTIVE');
    await firehose('put-record', '--record', `Data=${Buffer.from('{"t":7.0}').toString('base64')}`);
    const keys = async () => {
      const listing = await aws('s3api', 'list-objects-v2', '--bucket', 'by-hand', '--query', 'Contents[].Key');
      return JSON.parse(listing === '' ? '[]' : listing) as string[] | null;
    };
    let found = await keys();
    for (let left = 60; (found ?? []).length === 0; left--) {
      expect(left).toBeGreaterThan(0);
      await sleep(500);
      found = await keys();
    }
    expect(found).toEqual([expect.stringMatching(/^year=\d{4}\/[A-Za-z0-9]{11}\/by-hand-1-.*\.json$/) as string]);
    // Version 2 takes binary input as base64, version 1 as it is.
    const body = await aws('s3', 'cp', `s3://by-hand/${found?.[0] ?? ''}`, '-');
    expect(['{"t":7.0}\n', 'eyJ0Ijo3LjB9\n']).toContain(body);
    await firehose('delete-delivery-stream');
    await expect(status()).rejects.toThrow('ResourceNotFoundException');
  });
});
