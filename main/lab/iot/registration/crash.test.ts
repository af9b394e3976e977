// kill -9 in the middle of a registration task, again and again: it goes on where it was, and no line is lost or done twice.
import { ListCertificatesCommand } from '@aws-sdk/client-iot';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { bundleProgram } from '../../../test-program.ts';
import { testFolder } from '../test-folder.ts';
import { makeRequest } from '../test-lab.ts';
import { DATA_BUCKET, DEVICE_TEMPLATE, openRegistrationClient } from './test-registration.ts';

const LINES = 240;
const KILLS = 3;

const address = z.object({
  endpoint: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  roleArn: z.string(),
});

test('a killed lab goes on with its task; each line is registered once and reported once', async () => {
  const folder = await testFolder();
  const program = await bundleProgram(join(import.meta.dirname, 'crash-child.ts'), folder);
  const { csr } = await makeRequest('any');
  // Every tenth line is wrong, so that both reports grow.
  const lines = Array.from({ length: LINES }, (_, index) =>
    JSON.stringify(index % 10 === 9 ? { ThingName: `crash-${index}` } : { ThingName: `crash-${index}`, CSR: csr }),
  );

  let taskId = '';
  const seen: number[] = [];
  for (let life = 0; life < KILLS; life++) {
    const { child, client } = await startLab(program, join(folder, 'lab'));
    if (life === 0) {
      await client.s3.send(new CreateBucketCommand({ Bucket: DATA_BUCKET }));
      taskId = await client.start(DEVICE_TEMPLATE, lines);
    }
    const before = seen.at(-1) ?? 0;
    for (;;) {
      const { status, successCount = 0, failureCount = 0 } = await client.describe(taskId);
      expect(status).toBe('InProgress');
      if (successCount + failureCount > before + 20) {
        seen.push(successCount + failureCount);
        break;
      }
      await sleep(2);
    }
    const dead = once(child, 'exit');
    child.kill('SIGKILL');
    await dead;
    client.close();
  }

  const { child, client } = await startLab(program, join(folder, 'lab'));
  const task = await client.ended(taskId);
  const results = await client.report(taskId, 'RESULTS');
  const errors = await client.report(taskId, 'ERRORS');
  const certificates: unknown[] = [];
  for (let marker: string | undefined, isFirst = true; isFirst || marker !== undefined; isFirst = false) {
    const page = await client.iot.send(new ListCertificatesCommand({ pageSize: 250, marker }));
    certificates.push(...(page.certificates ?? []));
    marker = page.nextMarker;
  }
  client.close();
  const dead = once(child, 'exit');
  child.kill('SIGKILL');
  await dead;

  const reported = [...results, ...errors].map(({ lineNumber }) => lineNumber).sort((a, b) => a - b);
  expect({
    status: task.status,
    counts: [task.successCount, task.failureCount],
    reported,
    certificates: certificates.length,
    killedInTheMiddle: seen.every((count) => count < LINES),
  }).toEqual({
    status: 'Completed',
    counts: [LINES * 0.9, LINES * 0.1],
    reported: Array.from({ length: LINES }, (_, index) => index + 1),
    certificates: LINES * 0.9,
    killedInTheMiddle: true,
  });
});

async function startLab(program: string, folder: string) {
  const child: ChildProcess = fork(program, [folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [message]: unknown[] = await once(child, 'message');
  return { child, client: openRegistrationClient(address.parse(message)) };
}
