/** Which foreign programs are there for tests; where CI says so they must be. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

/** On a developer's machine a program may be missing; in CI a gap must not hide, so its tests run and fail. */
const mustHave = process.env['CI'] === 'true';

/** Whether tests that need `what` are left out; then a line says why. */
export function isLeftOut(what: string, isThere: boolean): boolean {
  if (isThere || mustHave) return false;
  process.stderr.write(`${what} is not installed: its tests are skipped.\n`);
  return true;
}

export function hasProgram(program: string, argument: string): boolean {
  return spawnSync(program, [argument]).error === undefined;
}

const pythonSchema = z.object({
  python: z.string().optional(),
  reason: z.string().optional(),
  debian: z.string().nullable(),
});

/** The virtual environment of `scripts/python.mjs` (made at first use) and Debian's own Python, where they are. */
export function findPythons(): { readonly newest: string | undefined; readonly debian: string | undefined } {
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'python.mjs');
  const { stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  const { python, reason, debian } = pythonSchema.parse(JSON.parse(stdout));
  if (reason !== undefined) process.stderr.write(`No Python clients: ${reason}.\n`);
  return { newest: python, debian: debian ?? undefined };
}
