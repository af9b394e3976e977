/** The files of the journal, each named after its first message, and reading them in order. */
import { closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRecords, LARGEST_RECORD_BYTES, type JournalMessage } from './journal-record.ts';

export type Segment = { readonly first: number; readonly path: string };

const ENDING = '.journal';
const READ_BYTES = 1024 * 1024;

/** Oldest first. */
export function findSegments(folder: string): readonly Segment[] {
  return readdirSync(folder)
    .filter((name) => /^\d{16}\.journal$/.test(name))
    .sort()
    .map((name) => ({ first: Number(name.slice(0, -ENDING.length)), path: join(folder, name) }));
}

/** Makes the empty file. Throws what the file system says. */
export function beginSegment(folder: string, first: number): Segment {
  const path = join(folder, `${String(first).padStart(16, '0')}${ENDING}`);
  closeSync(openSync(path, 'w', 0o600));
  return { first, path };
}

export function removeSegment({ path }: Segment): void {
  rmSync(path, { force: true });
}

/** How far the file holds whole records. */
export function measureSegment({ path, first }: Segment): { readonly last: number; readonly bytes: number } {
  const { messages, usedBytes } = decodeRecords(readFileSync(path), first);
  return { last: first + messages.length - 1, bytes: usedBytes };
}

type SegmentReader = {
  /** Some messages from number `from` on, none above `last`. Remembers its place, so that reading on is cheap. */
  readonly read: (from: number, last: number) => Promise<readonly JournalMessage[]>;
  /** Lets go of the open file. */
  readonly rest: () => void;
};

type Place = { readonly segment: Segment; readonly handle: FileHandle; readonly next: number; readonly offset: number };

export function openSegmentReader(segments: () => readonly Segment[]): SegmentReader {
  let place: Place | undefined;

  const rest = (): void => {
    const { handle } = place ?? {};
    place = undefined;
    // Closing a file that was only read cannot lose anything.
    handle?.close().catch(() => undefined);
  };

  const beginAt = async (from: number): Promise<Place> => {
    const segment = segments().findLast(({ first }) => first <= from);
    if (segment === undefined) throw new Error(`The journal no longer holds message ${from}.`);
    return { segment, handle: await open(segment.path, 'r'), next: segment.first, offset: 0 };
  };

  const read = async (from: number, last: number): Promise<readonly JournalMessage[]> => {
    if (place !== undefined && place.next > from) rest();
    for (;;) {
      place ??= await beginAt(from);
      const { segment, handle, next, offset } = place;
      const chunk = Buffer.allocUnsafeSlow(Math.max(READ_BYTES, LARGEST_RECORD_BYTES));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset);
      const { messages, usedBytes } = decodeRecords(chunk.subarray(0, bytesRead), next);
      if (messages.length === 0) {
        const following = segments().find(({ first }) => first > segment.first);
        rest();
        if (following === undefined || following.first > from) {
          throw new Error(`The journal ends before message ${from}.`);
        }
        continue;
      }
      place = { segment, handle, next: next + messages.length, offset: offset + usedBytes };
      const wanted = messages.filter(({ sequence }) => sequence >= from && sequence <= last);
      if (wanted.length > 0) return wanted;
    }
  };

  return { read, rest };
}
