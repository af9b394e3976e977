/** Small JSON state on disk: read whole, written whole, never half. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../preload/errors.ts';

/** Undefined when the file does not exist. Throws AppError `lab.stateDamaged` when it is not JSON. The caller checks the shape. */
export async function readDocument(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw damagedState(path, cause);
  }
}

/** The last write under way of each path. */
const writing = new Map<string, Promise<void>>();

/**
 * Writes beside the file and renames over it, so a reader sees the old text or the new one. Writes of one path happen in the order they
 * were asked for. Throws AppError `lab.folderNotWritable`.
 */
export function writeDocument(path: string, value: unknown, mode = 0o644): Promise<void> {
  const text = JSON.stringify(value);
  const before = writing.get(path) ?? Promise.resolve();
  const done = before.then(() => replaceFile(path, text, mode));
  const settled = done
    .catch(() => undefined)
    .then(() => {
      if (writing.get(path) === settled) writing.delete(path);
    });
  writing.set(path, settled);
  return done;
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  // Always the same name: what a killed process left behind is overwritten, not collected.
  const temporary = `${path}.tmp`;
  try {
    await writeFile(temporary, text, { mode });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw isRefusal(cause) ? folderNotWritable(dirname(path), cause) : cause;
  }
}

/** Creates the folder and proves that files can be written in it. Throws AppError `lab.folderNotWritable`. */
export async function openFolder(folder: string): Promise<void> {
  const probe = `${folder}/.write-${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
  } catch (cause) {
    throw folderNotWritable(folder, cause);
  }
}

export function damagedState(path: string, cause?: unknown): AppError {
  return new AppError('lab.stateDamaged', `The lab cannot understand its own file ${path}.`, {
    hint: 'Restore the file from a backup, or start the lab with another folder.',
    cause,
  });
}

function isRefusal(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['EACCES', 'EPERM', 'EROFS'].includes(code);
}

function folderNotWritable(folder: string, cause: unknown): AppError {
  return new AppError('lab.folderNotWritable', `The lab cannot write to its folder ${folder}.`, {
    hint: 'Give yourself write permission on the folder, or choose another one for the lab.',
    cause,
  });
}
