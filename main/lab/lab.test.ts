// The whole lab on one folder: starts fast, comes back as it was, shares its folder with nobody, says why it cannot start.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listenOnLoopback } from './loopback.ts';
import type { PortChoice } from './api.ts';
import { openLab, type Lab } from './lab.ts';
import { NO_ENGINE } from './test-no-engine.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const open = (port: PortChoice = 0) => openLab({ folder, port, mqttPort: 0 }, NO_ENGINE, () => undefined);

function client({ report }: Lab): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = report;
  return new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });
}

test('a restart finds account, keys and buckets again; the secret is for its owner only', async () => {
  const first = await open();
  await client(first).send(new CreateBucketCommand({ Bucket: 'kept-bucket' }));
  await first.close();
  const second = await open();
  try {
    // Any free port was asked for, so only the ports may differ.
    const { endpoint, port, mqttPort } = second.report;
    expect(second.report).toEqual({ ...first.report, endpoint, port, mqttPort });
    expect(second.report).toMatchObject({
      account: expect.stringMatching(/^\d{12}$/) as string,
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/) as string,
      region: 'us-east-1',
    });
    const { Buckets } = await client(second).send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['kept-bucket']);
    expect((await stat(join(folder, 'lab.json'))).mode & 0o777).toBe(0o600);
    const quotas = { isOn: false, droppedIn: 0, droppedOut: 0, connections: [] };
    expect(second.activity()).toEqual({ rules: [], buffers: [], connections: 0, quotas });
  } finally {
    await second.close();
  }
});

test('one lab per folder; what a dead process left behind is no hindrance', async () => {
  const lab = await open();
  await expect(open()).rejects.toMatchObject({ code: 'lab.folderInUse' });
  await lab.close();
  await writeFile(join(folder, 'lab.lock'), '{"pid":999999999,"started":"1"}');
  await (await open()).close();
});

test('a taken port is named, a preferred one gives way, and a failed start leaves nothing open', async () => {
  const { port: taken, servers: others } = await listenOnLoopback(createServer, 0, 'the test');
  try {
    await expect(open(taken)).rejects.toMatchObject({
      code: 'lab.portTaken',
      message: expect.stringContaining(String(taken)) as string,
      hint: expect.any(String) as string,
    });
    const lab = await open({ prefer: taken });
    expect(lab.report.port).toBeGreaterThan(taken);
    await lab.close();
  } finally {
    for (const other of others) other.close();
  }
});

test('a damaged file of the lab is named', async () => {
  await writeFile(join(folder, 'lab.json'), '{"account":');
  await expect(open()).rejects.toMatchObject({
    code: 'lab.stateDamaged',
    message: expect.stringContaining('lab.json') as string,
  });
  expect(await readFile(join(folder, 'lab.json'), 'utf8')).toBe('{"account":');
});

// Not even root may write there, so this holds on every Linux.
test.runIf(process.platform === 'linux')('a folder without write permission is refused in one sentence', async () => {
  const readOnly = '/sys/kernel/isobar';
  await expect(openLab({ folder: readOnly, port: 0, mqttPort: 0 }, NO_ENGINE, () => undefined)).rejects.toMatchObject({
    code: 'lab.folderNotWritable',
    message: expect.stringContaining(readOnly) as string,
    hint: expect.any(String) as string,
  });
});

test('a folder that is a file is refused in one sentence', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  await expect(openLab({ folder: file, port: 0, mqttPort: 0 }, NO_ENGINE, () => undefined)).rejects.toMatchObject({
    code: 'lab.folderNotWritable',
    hint: expect.any(String) as string,
  });
});
