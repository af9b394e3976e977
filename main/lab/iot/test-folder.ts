/** For tests: folders of their own, which go when the file's tests are done. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];

// Registered first, so it runs last: whatever the tests opened there is closed.
afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-iot-'));
  made.push(folder);
  return folder;
}
