/** `isobar … | head`: the command ends quietly when nobody reads on. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { testFolder } from '../lab/iot/test-folder.ts';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'main', 'cli.js');
const run = promisify(execFile);

/** Rejects where any part of the pipe fails; head closes it after the first line. */
const firstLineOf = (command: string) =>
  run('bash', ['-o', 'pipefail', '-c', `${command} | head -n 1`], { timeout: 120_000 });

test('bench stops', { timeout: 150_000 }, async () => {
  const { stdout, stderr } = await firstLineOf(`'${process.execPath}' '${cli}' bench rules --seconds 1`);
  expect([JSON.parse(stdout), stderr]).toMatchObject([{ bench: 'rules' }, '']);
});

test('rule stops, in the middle of its input', { timeout: 150_000 }, async () => {
  const file = join(await testFolder(), 'lines');
  const line = JSON.stringify({ sql: "SELECT n FROM 't'", topic: 't', payload: { n: 1 } });
  await writeFile(file, `${line}\n`.repeat(20_000));
  const { stdout, stderr } = await firstLineOf(`'${process.execPath}' '${cli}' rule < '${file}'`);
  expect([JSON.parse(stdout), stderr]).toEqual([{ value: { n: 1 } }, '']);
});
