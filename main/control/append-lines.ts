/** A file of lines that only grows: what is added while a write runs goes out together in the next one, and a line cut off by a crash is not read. */
import { open, readFile } from 'node:fs/promises';

export type Lines = {
  /** Resolves when the line is with the operating system, so that `kill -9` cannot lose it. */
  readonly append: (value: unknown) => Promise<void>;
  /** Waits for what is pending. */
  readonly close: () => Promise<void>;
};

/** Creates the file where there is none. */
export async function openLines(path: string): Promise<Lines> {
  const file = await open(path, 'a', 0o600);
  let pending: string[] = [];
  let next: Promise<void> | null = null;
  let last: Promise<void> = Promise.resolve();
  const write = async (before: Promise<void>): Promise<void> => {
    // A failed write is told to those who waited for it; the next ones try for themselves.
    await before.catch(() => undefined);
    next = null;
    const text = pending.join('');
    pending = [];
    await file.appendFile(text);
  };
  return {
    append: (value) => {
      pending.push(`${JSON.stringify(value)}\n`);
      next ??= last = write(last);
      return last;
    },
    close: async () => {
      await last.catch(() => undefined);
      await file.close();
    },
  };
}

/** The whole lines of the file, without what a crash cut off at its end; null when there is no file. */
export async function readLines(path: string): Promise<readonly string[] | null> {
  try {
    return (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
