/** A file of NOAA observations as batches of decoded records, whichever of the two formats it has. */
import { basename } from 'node:path';
import type { DecodedRecord } from './decoded-record.ts';
import type { BadRecord } from './fixed-width.ts';
import { hourlyLinesDecoder } from './hourly-lines.ts';
import { decodeIsdLines } from './isd-line.ts';
import { lineBlocks } from './line-blocks.ts';
import { recognise } from './recognise.ts';

export type ReadOptions = {
  readonly signal?: AbortSignal;
  readonly onBadRecord?: (bad: BadRecord) => void;
  /** How many lines to decode in the next batch; asked before each. Without it `BATCH_LINES`. */
  readonly batchLines?: () => number;
};

/** Lines decoded at a time: few, because a fleet holds one batch per station in memory. */
export const BATCH_LINES = 64;

/**
 * Every record that can be decoded, summaries too, in file order; damaged ones go to `onBadRecord`. Throws as
 * `fileBytes` and `recognise` do, and the signal's reason. Abandoning the generator closes the file.
 */
export async function* recordBatches(
  path: string,
  options: ReadOptions = {},
): AsyncGenerator<readonly DecodedRecord[]> {
  const { signal, onBadRecord = () => undefined, batchLines = () => BATCH_LINES } = options;
  let decode: typeof decodeIsdLines | null = null;
  signal?.throwIfAborted();
  for await (const block of lineBlocks(path)) {
    decode ??=
      recognise(block.bytes.toString('latin1'), basename(path)) === 'isd' ? decodeIsdLines : hourlyLinesDecoder();
    // ISD counts characters, so one byte must be one character; the names in a CSV may be UTF-8.
    const lines = block.bytes.toString(decode === decodeIsdLines ? 'latin1' : 'utf8').split('\n');
    for (let start = 0; start < lines.length;) {
      const most = batchLines();
      const batch = lines.slice(start, start + most).map(withoutReturn);
      yield decode(batch, block.firstLine + start, onBadRecord);
      signal?.throwIfAborted();
      start += most;
    }
  }
}

/** Files that passed through Windows end their lines with CR LF, which would count as one character too many. */
function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
