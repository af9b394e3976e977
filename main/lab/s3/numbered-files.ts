/** The files of a bucket's objects: a number each, spread over folders, and after a crash none that no object knows. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Files are spread over folders of this many, because some file systems slow down with very full ones. */
const FILES_PER_FOLDER = 1024;
const FOLDER = /^[0-9a-f]{4,}$/;
const FILE = /^[0-9a-f]{8,}$/;

export function numberedPath(folder: string, file: number): string {
  return join(
    folder,
    Math.floor(file / FILES_PER_FOLDER)
      .toString(16)
      .padStart(4, '0'),
    file.toString(16).padStart(8, '0'),
  );
}

/**
 * Removes what a killed process left: bytes whose object was never written down, or no longer is, and a half-written index. Leaves every
 * file alone whose name is not of ours.
 */
export async function sweepFiles(folder: string, known: ReadonlySet<number>): Promise<void> {
  await rm(join(folder, 'index.ndjson.tmp'), { force: true });
  for (const inner of await readdir(folder, { withFileTypes: true })) {
    if (!inner.isDirectory() || !FOLDER.test(inner.name)) continue;
    for (const name of await readdir(join(folder, inner.name))) {
      if (FILE.test(name) && !known.has(Number.parseInt(name, 16))) {
        await rm(join(folder, inner.name, name), { force: true });
      }
    }
  }
}
