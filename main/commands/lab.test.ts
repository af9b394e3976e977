/** `isobar lab` where it cannot start: one clear sentence each, exit code 1, nothing left behind. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'main', 'cli.js');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isobar-lab-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string };

const lab = (...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, 'lab', ...args], { timeout: 30_000 }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });

/** The person's sentence, without the log's JSON lines. */
const sentence = (outcome: Outcome) =>
  outcome.stderr
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'))
    .join('\n');

test('a taken port is named', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  try {
    const http = await lab('--data', join(folder, 'a'), '--port', String(port), '--mqtt-port', '0');
    expect({ code: http.code, stdout: http.stdout }).toEqual({ code: 1, stdout: '' });
    expect(sentence(http)).toMatch(new RegExp(`^[^\\n]*port ${port}[^\\n]*\\[lab\\.portTaken\\]$`));
    const mqtt = await lab('--data', join(folder, 'b'), '--port', '0', '--mqtt-port', String(port));
    expect(mqtt.code).toBe(1);
    expect(sentence(mqtt)).toMatch(new RegExp(`^[^\\n]*port ${port}[^\\n]*\\[lab\\.portTaken\\]$`));
  } finally {
    other.close();
  }
});

test('a folder that cannot be written is named', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  // Root may write everywhere, so the folder below a file stands for the read-only one.
  const outcome = await lab('--data', join(file, 'lab'), '--port', '0', '--mqtt-port', '0');
  expect(outcome.code).toBe(1);
  expect(sentence(outcome)).toContain(join(file, 'lab'));
  expect(sentence(outcome)).toMatch(/\[lab\.folderNotWritable\]$/);
});

test('an option that makes no sense is refused before anything starts', async () => {
  const outcome = await lab('--port', 'http');
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toMatch(/must be a number from 0 to 65535/);
});
