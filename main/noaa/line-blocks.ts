/** Whole lines of a text file, many at a time, with their physical numbers. */
import { basename } from 'node:path';
import { AppError } from '../../preload/errors.ts';
import { fileBytes } from './file-bytes.ts';

export type LineBlock = {
  /** Whole lines, each with its line end (the file's last one may lack it). */
  readonly bytes: Buffer;
  /** Physical number of the block's first line; the file's first line is 1. */
  readonly firstLine: number;
};

const LINE_FEED = 10;

/** Far above the longest record (2,844 characters fixed width, a few more in CSV): text without line ends is no record. */
const LONGEST_LINE_BYTES = 262_144;

/** Throws as `fileBytes`, and noaa.notObservations when a line has no end. Abandoning the generator closes the file. */
export async function* lineBlocks(path: string): AsyncGenerator<LineBlock> {
  let rest: Buffer = Buffer.alloc(0);
  let firstLine = 1;
  for await (const bytes of fileBytes(path)) {
    const piece = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    if (end === 0) {
      if (piece.length > LONGEST_LINE_BYTES) throw notText(path);
      rest = piece;
      continue;
    }
    const wholeLength = piece.length - bytes.length + end;
    const whole = piece.subarray(0, wholeLength);
    rest = piece.subarray(wholeLength);
    yield { bytes: whole, firstLine };
    firstLine += countLines(whole);
  }
  if (rest.length > 0) yield { bytes: rest, firstLine };
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines++;
  return lines;
}

function notText(path: string): AppError {
  return new AppError(
    'noaa.notObservations',
    `"${basename(path)}" is not a file of NOAA observations: it has no lines of text.`,
  );
}
