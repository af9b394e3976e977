/** S3 of `isobar lab` by programs nobody here wrote: boto3's transfer manager and the `s3` commands of the AWS CLI, Debian's and the newest. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPythons, hasProgram, isLeftOut } from './test-programs.ts';
import { startRealLab, type RealLab } from './test-real-lab.ts';

const run = promisify(execFile);
const { newest, debian } = findPythons();
const DEBIAN_AWS = '/usr/bin/aws';
const GENEROUS = { timeout: 240_000 };

let lab: RealLab;
beforeAll(async () => {
  lab = await startRealLab();
});
afterAll(async () => expect(await lab.stop()).toBe(0));

async function expectWholeS3(python: string, name: string): Promise<void> {
  const folder = join(lab.folder, name);
  await mkdir(folder);
  const script = join(import.meta.dirname, 'python', 's3_whole.py');
  const { stdout } = await run(python, [script, folder], { env: lab.environment, timeout: 200_000 });
  const signed = (text: string, late: unknown) => [200, [200, text], [403, 'SignatureDoesNotMatch'], late];
  expect(JSON.parse(stdout)).toMatchObject({
    whole: true,
    metadata: { made: 'here' },
    composite: true,
    partsOfLarge: [4, true],
    completedTwice: [true, true],
    listed: true,
    odd: true,
    presigned: {
      old: signed('old', [403, 'AccessDenied']),
      new: signed('new', null),
      host: signed('host', null),
    },
    parts: [[3, 4]],
    underWay: [['left', true]],
    left: 0,
    buckets: [],
  });
}

async function expectS3Commands(program: string, bucket: string): Promise<void> {
  const folder = join(lab.folder, bucket);
  await mkdir(join(folder, 'in', 'deep er'), { recursive: true });
  const large = randomBytes(9 * 1024 * 1024);
  await writeFile(join(folder, 'in', 'large'), large);
  await writeFile(join(folder, 'in', 'deep er', 'é+.txt'), 'small');
  const aws = async (...args: string[]): Promise<string> => {
    const options = { env: lab.environment, timeout: 100_000, cwd: folder };
    const { stdout } = await run(program, ['--endpoint-url', lab.ready.endpoint, ...args], options);
    return stdout;
  };
  const root = `s3://${bucket}`;
  await aws('s3', 'mb', root);
  expect(await aws('s3', 'ls')).toContain(bucket);
  await aws('s3', 'sync', 'in', `${root}/set`);
  expect(await aws('s3', 'sync', 'in', `${root}/set`)).toBe('');
  await aws('s3', 'cp', `${root}/set/large`, `${root}/copied`);
  await aws('s3', 'mv', `${root}/copied`, `${root}/moved`);
  await aws('s3', 'cp', `${root}/moved`, 'out/large');
  expect((await readFile(join(folder, 'out', 'large'))).equals(large)).toBe(true);
  const head = await aws('s3api', 'head-object', '--bucket', bucket, '--key', 'set/large', '--part-number', '2');
  expect(JSON.parse(head)).toMatchObject({ PartsCount: 2, ContentLength: 1024 * 1024 });
  const link = (await aws('s3', 'presign', `${root}/set/deep er/é+.txt`)).trim();
  expect(await (await fetch(link)).text()).toBe('small');
  const lines = (await aws('s3', 'ls', '--recursive', `${root}/`)).trim().split('\n');
  expect(lines.map((line) => line.slice(31))).toEqual(['moved', 'set/deep er/é+.txt', 'set/large']);
  await aws('s3', 'rm', `${root}/set`, '--recursive');
  await aws('s3', 'rb', root, '--force');
  expect(await aws('s3', 'ls')).not.toContain(bucket);
}

describe.skipIf(isLeftOut("Debian's boto3", debian !== undefined))("Debian's boto3", GENEROUS, () => {
  test('moves large files, lists, signs links and cleans up', () => expectWholeS3(debian ?? '', 'debian-boto3'));
});
describe.skipIf(isLeftOut('Python with its AWS clients', newest !== undefined))('newest clients', GENEROUS, () => {
  test('boto3 moves large files, lists, signs links and cleans up', () => expectWholeS3(newest ?? '', 'newest-boto3'));
  test('the AWS CLI copies, syncs, moves and removes', () =>
    expectS3Commands(join(dirname(newest ?? ''), 'aws'), 'newest-cli'));
});
describe.skipIf(isLeftOut("Debian's awscli", hasProgram(DEBIAN_AWS, '--version')))("Debian's AWS CLI", GENEROUS, () => {
  test('copies, syncs, moves and removes', () => expectS3Commands(DEBIAN_AWS, 'debian-cli'));
});
