/** Cuts an object of the lake into its JSON records in bounded memory, whether they stand one a line or one over many lines. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

const CHUNK_BYTES = 256 * 1024;
/** Athena's own limit of a row. */
const RECORD_LIMIT_BYTES = 32 * 1024 * 1024;

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

export type RecordSource = { readonly path: string; readonly isGzip: boolean; readonly signal: AbortSignal };

/** Answers whether the bytes are one whole record. */
type OnRecord = (bytes: Buffer, start: number, end: number) => boolean;

/**
 * Calls `onRecord` for each line, and where that is no record for each span from a `{` outside a record to its closing `}`. Reads chunk by chunk and so gives way to other work. Rejects when the object is no gzip although it should be, or a
 * record is too large.
 */
export async function readRecords({ path, isGzip, signal }: RecordSource, onRecord: OnRecord): Promise<void> {
  const splitter = createSplitter(onRecord);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const sink = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) splitter.take(chunk);
    splitter.end();
  };
  if (isGzip) await pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), sink, { signal });
  else await pipeline(file, sink, { signal });
}

function createSplitter(onRecord: OnRecord): {
  readonly take: (chunk: Buffer) => void;
  readonly end: () => void;
} {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let depth = 0;
  let isText = false;
  let isEscaped = false;

  const keep = (part: Buffer): void => {
    restBytes += part.length;
    if (restBytes > RECORD_LIMIT_BYTES) throw new Error(`A record is larger than ${RECORD_LIMIT_BYTES} bytes.`);
    rest.push(part);
  };
  /** A record ends in `chunk` at `end`; its beginning may lie in what was kept. */
  const finish = (chunk: Buffer, start: number, end: number): void => {
    if (rest.length === 0) {
      onRecord(chunk, start, end);
      return;
    }
    keep(chunk.subarray(start, end));
    const whole = Buffer.concat(rest, restBytes);
    rest = [];
    restBytes = 0;
    onRecord(whole, 0, whole.length);
  };

  const take = (chunk: Buffer): void => {
    let start = rest.length > 0 ? 0 : -1;
    let triedLine = -1;
    for (let at = 0; at < chunk.length; at += 1) {
      // The common case, one record a line, needs no look at single bytes.
      if (start === -1 && at > triedLine) {
        const newline = chunk.indexOf(NEWLINE, at);
        if (newline !== -1 && onRecord(chunk, at, newline)) {
          at = newline;
          continue;
        }
        triedLine = newline === -1 ? chunk.length : newline;
      }
      const byte = chunk[at];
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
        else if (byte === NEWLINE) {
          // No JSON text holds a raw newline: the record is broken, and the next line begins anew.
          isText = false;
          depth = 0;
          finish(chunk, start, at);
          start = -1;
        }
      } else if (byte === QUOTE && depth > 0) isText = true;
      else if (byte === OPEN_BRACE) {
        if (depth === 0 && start === -1) start = at;
        depth += 1;
      } else if (byte === CLOSE_BRACE && depth > 0) {
        depth -= 1;
        if (depth > 0) continue;
        finish(chunk, start, at + 1);
        start = -1;
      } else if (depth === 0 && start === -1 && byte !== undefined && byte > 0x20) {
        start = at;
      } else if (depth === 0 && start !== -1 && byte === NEWLINE) {
        finish(chunk, start, at);
        start = -1;
      }
    }
    if (start !== -1) keep(Buffer.from(chunk.subarray(start)));
  };

  return {
    take,
    end: () => {
      if (rest.length > 0) finish(Buffer.alloc(0), 0, 0);
    },
  };
}
