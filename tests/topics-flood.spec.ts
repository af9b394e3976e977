/** The window bench, short: under a flood every input is answered and every message is accounted for. No assertion on time. */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';

type Line = { readonly figure: string; readonly value: number; readonly referenceValue: number };

test('a flood into the Topics page: every message is shown or counted', async () => {
  test.setTimeout(600_000);
  const cli = join(dirname(__dirname), 'dist', 'main', 'cli.js');
  const run = await promisify(execFile)(process.execPath, [cli, 'bench', 'window', '--seconds', '5']);
  const lines = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const find = (figure: string) => lines.find((line) => line.figure.startsWith(figure));
  const counted = find('messages shown + counted');
  expect(counted?.value).toBeGreaterThan(1_000);
  expect(counted?.value).toBe(counted?.referenceValue);
  expect(find('typing to next paint, max')?.value).toBeGreaterThan(0);
});
