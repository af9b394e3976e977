/** One lab per folder: a file with the owner's process id, taken over when that process is gone. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../preload/errors.ts';

export type FolderLock = { readonly release: () => Promise<void> };

/** Folders this very process holds: a leftover file with our own id is stale, unless we wrote it. */
const held = new Set<string>();

/** Throws AppError `lab.folderInUse`. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lab.lock');
  const mine = JSON.stringify({ pid: process.pid, started: await startMark(process.pid) });
  if (held.has(path)) throw inUse(folder, process.pid);
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await create(path, mine)) {
      held.add(path);
      return {
        release: async () => {
          held.delete(path);
          await rm(path, { force: true });
        },
      };
    }
    const found = await readFile(path, 'utf8').catch(() => '');
    const owner = await livingOwner(found);
    if (owner !== null) throw inUse(folder, owner);
    await removeStale(path, found);
  }
  throw inUse(folder, null);
}

async function create(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the file aside and looks again: another starter may have put its own there in between. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await readFile(aside, 'utf8');
  if (moved !== stale) await rename(aside, path);
  else await rm(aside, { force: true });
}

/** The process id in the file when that process still runs; null for a leftover. */
async function livingOwner(text: string): Promise<number | null> {
  const { pid, started } = parseLock(text);
  if (pid === null || pid === process.pid || !isAlive(pid)) return null;
  return (await startMark(pid)) === started ? pid : null;
}

function parseLock(text: string): { readonly pid: number | null; readonly started: string } {
  const match = /^\{"pid":(\d+),"started":"(\d*)"\}$/.exec(text);
  return { pid: match?.[1] === undefined ? null : Number(match[1]), started: match?.[2] ?? '' };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Process ids come round again; on Linux the start time tells the next holder of a number apart. Empty where the system does not say. */
async function startMark(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A killed process keeps its number until its parent has looked; it holds nothing any more.
  return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '');
}

function inUse(folder: string, pid: number | null): AppError {
  return new AppError(
    'lab.folderInUse',
    `Another lab${pid === null ? '' : ` (process ${pid})`} already works in the folder ${folder}.`,
    { hint: 'Stop the other Isobar, or choose another folder for this lab.' },
  );
}
