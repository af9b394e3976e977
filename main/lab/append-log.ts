/** An append-only file with group commit: what is appended while a write runs goes out together in the next one. */
import { open, type FileHandle } from 'node:fs/promises';

export type AppendLog = {
  /** Resolves when the bytes are with the operating system, so that `kill -9` cannot lose them; rejects when they could not be written. */
  readonly append: (parts: readonly Buffer[]) => Promise<void>;
  /** Bytes written so far. */
  readonly size: () => number;
  /** Where what is appended next will lie, unless something before it cannot be written: then it cannot, either. */
  readonly end: () => number;
  /** Waits for what is pending. */
  readonly close: () => Promise<void>;
};

/** One writev takes at most 1,024 buffers on Linux. */
const MAX_PARTS = 1000;

type Batch = { readonly parts: Buffer[]; readonly done: Promise<void>; readonly settle: (error?: Error) => void };

/** Continues at `size`, which must be the end of the last whole entry: a torn tail is cut off here. */
export async function openAppendLog(path: string, size: number): Promise<AppendLog> {
  const file = await open(path, 'a+');
  await file.truncate(size);
  let written = size;
  let pending = 0;
  let gathering: Batch | null = null;
  let loop: Promise<void> | null = null;

  const take = (): Batch | null => {
    const batch = gathering;
    gathering = null;
    return batch;
  };
  const run = async (): Promise<void> => {
    // One turn of the event loop: all that is appended in this tick shares the write.
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = take(); batch !== null; batch = take()) {
      try {
        const bytes = await writeAll(file, batch.parts);
        written += bytes;
        pending -= bytes;
        batch.settle();
      } catch (error) {
        // A half-written entry must not glue itself to the next one.
        await file.truncate(written).catch(() => undefined);
        const failure = error instanceof Error ? error : new Error(String(error));
        batch.settle(failure);
        pending = 0;
        // What was appended meanwhile may build on the lost entries: it fails with them, so that order never has a gap.
        take()?.settle(failure);
      }
    }
    loop = null;
  };

  return {
    append: (parts) => {
      gathering ??= openBatch();
      for (const part of parts) {
        gathering.parts.push(part);
        pending += part.length;
      }
      loop ??= run();
      return gathering.done;
    },
    size: () => written,
    end: () => written + pending,
    close: async () => {
      await loop;
      await file.close();
    },
  };
}

function openBatch(): Batch {
  let settle: (error?: Error) => void = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  return { parts: [], done, settle };
}

async function writeAll(file: FileHandle, parts: readonly Buffer[]): Promise<number> {
  let total = 0;
  for (let start = 0; start < parts.length; start += MAX_PARTS) {
    const group = parts.slice(start, start + MAX_PARTS);
    const bytes = group.reduce((sum, part) => sum + part.length, 0);
    const { bytesWritten } = await file.writev(group);
    if (bytesWritten < bytes) await file.writeFile(Buffer.concat(group).subarray(bytesWritten));
    total += bytes;
  }
  return total;
}
