/** GetQueryResults out of the result file itself, piece by piece: a page costs the same wherever it lies and however large the result is. */
import { open, type FileHandle } from 'node:fs/promises';

export type Page = {
  readonly rows: readonly (readonly (string | null)[])[];
  /** Where the next page begins; null behind the last row. */
  readonly next: number | null;
};

const PIECE_BYTES = 64 * 1024;
/** A page is cut short when it gets larger than this, as Athena's answers have a limit too. */
const PAGE_BYTES = 8 * 1024 * 1024;

/**
 * Reads up to `limit` rows from the byte `offset` on. A page that is exactly full has a next one, which may be empty. `format`: the CSV of a
 * query, or the lines of a listing, each one cell.
 */
export async function readPage(
  path: string,
  { offset, limit, format }: { readonly offset: number; readonly limit: number; readonly format: 'csv' | 'lines' },
): Promise<Page> {
  const file = await open(path, 'r');
  try {
    const rows: (readonly (string | null)[])[] = [];
    let next = offset;
    for await (const line of linesFrom(file, offset, format === 'csv')) {
      rows.push(format === 'csv' ? parseLine(line.toString('utf8')) : [line.toString('utf8')]);
      next += line.length + 1;
      if (rows.length === limit || next - offset > PAGE_BYTES) return { rows, next };
    }
    return { rows, next: null };
  } finally {
    await file.close();
  }
}

/** Lines without their end. In CSV a newline within quotes belongs to the value; doubled quotes keep the count even. */
async function* linesFrom(file: FileHandle, offset: number, isQuoted: boolean): AsyncGenerator<Buffer> {
  let position = offset;
  let rest = Buffer.alloc(0);
  let scanned = 0;
  let isInside = false;
  for (;;) {
    const piece = Buffer.alloc(PIECE_BYTES);
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    rest = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
    let start = 0;
    for (; scanned < rest.length; scanned += 1) {
      const byte = rest[scanned];
      if (isQuoted && byte === 0x22) isInside = !isInside;
      if (byte !== 0x0a || isInside) continue;
      yield rest.subarray(start, scanned);
      start = scanned + 1;
    }
    rest = rest.subarray(start);
    scanned -= start;
  }
  if (rest.length > 0) yield rest;
}

/** Every value stands in quotes; what does not is NULL. */
function parseLine(line: string): readonly (string | null)[] {
  const values: (string | null)[] = [];
  let at = 0;
  for (;;) {
    if (line[at] !== '"') {
      values.push(null);
    } else {
      let end = line.indexOf('"', at + 1);
      while (end !== -1 && line[end + 1] === '"') end = line.indexOf('"', end + 2);
      if (end === -1) end = line.length;
      values.push(line.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    }
    if (line[at] !== ',') return values;
    at += 1;
  }
}
