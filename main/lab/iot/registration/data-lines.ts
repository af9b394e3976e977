/** Reads the lines of a registration task's data file from where the task has come to, with the place of each. */
import { createReadStream } from 'node:fs';

export type DataLine = {
  /** From 1. */
  readonly number: number;
  /** The byte behind the line and its end. */
  readonly end: number;
  /** Undefined for a line longer than any device's parameters. */
  readonly text: string | undefined;
};

const LINE_END = 0x0a;
export const LONGEST_LINE = 256 * 1024;

/** Lines of nothing but white space are left out: a file may end with one. `from.offset` is behind the end of line `from.lines`. */
export async function* readDataLines(
  path: string,
  from: { readonly lines: number; readonly offset: number },
): AsyncGenerator<DataLine> {
  let number = from.lines;
  let end = from.offset;
  let pending: Buffer[] = [];
  let pendingBytes = 0;

  const take = (last: Buffer, hasEnd: boolean): DataLine | undefined => {
    number += 1;
    end += pendingBytes + last.length + (hasEnd ? 1 : 0);
    const isTooLong = pendingBytes + last.length > LONGEST_LINE;
    const text = isTooLong ? undefined : Buffer.concat([...pending, last]).toString('utf8');
    pending = [];
    pendingBytes = 0;
    return text?.trim() === '' ? undefined : { number, end, text };
  };

  for await (const chunk of createReadStream(path, { start: from.offset })) {
    const bytes = Buffer.from(chunk as Buffer);
    let start = 0;
    for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, start)) {
      const line = take(bytes.subarray(start, at), true);
      if (line !== undefined) yield line;
      start = at + 1;
    }
    const rest = bytes.subarray(start);
    // Of a line that is too long already only the length counts.
    if (pendingBytes <= LONGEST_LINE) pending.push(rest);
    pendingBytes += rest.length;
  }
  if (pendingBytes === 0) return;
  const line = take(Buffer.alloc(0), false);
  if (line !== undefined) yield line;
}
