/** From paths a person dropped to pieces: walks folders, unpacks archives, and sets aside what looks like observations. */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../../preload/errors.ts';
import { unpack } from './archive.ts';
import {
  MOST_ARCHIVE_BYTES,
  MOST_FILE_BYTES,
  MOST_FILES,
  MOST_FOLDER_DEPTH,
  MOST_UNPACKED_BYTES,
  type Piece,
  type Source,
} from './pieces.ts';
import { isArchive, otherPiece, recognise, refused } from './recognise.ts';

export type Gathered = {
  readonly pieces: readonly Piece[];
  /** Nothing of a certificate in them: these go the way of observations. With what they look like, should that refuse them too. */
  readonly others: readonly { readonly path: string; readonly piece: Piece }[];
};

/** Reads; changes nothing on disk. What cannot be read becomes a refused piece and never stops the others. */
export async function gather(paths: readonly string[]): Promise<Gathered> {
  const { files, pieces: refusals } = await filesOf(paths);
  const pieces: Piece[] = [...refusals];
  const others: { path: string; piece: Piece }[] = [];
  let room = MOST_UNPACKED_BYTES;
  for (const { path, source } of files) {
    try {
      const bytes = await readBounded(path, source);
      if (isArchive(bytes)) {
        const unpacked = piecesOfArchive(bytes, source, room);
        room = unpacked.room;
        pieces.push(...unpacked.pieces);
        continue;
      }
      const found = bytes.length > MOST_FILE_BYTES ? null : recognise(bytes, source);
      if (found === null) others.push({ path, piece: otherPiece(bytes, source) });
      else pieces.push(...found);
    } catch (error) {
      pieces.push(refused(source, error));
    }
  }
  return { pieces, others };
}

type Found = { readonly path: string; readonly source: Source };

async function filesOf(
  paths: readonly string[],
): Promise<{ readonly files: readonly Found[]; readonly pieces: readonly Piece[] }> {
  const files: Found[] = [];
  const pieces: Piece[] = [];
  const walk = async (path: string, source: Source, depth: number): Promise<void> => {
    if (files.length >= MOST_FILES) return;
    try {
      const facts = await stat(path);
      if (!facts.isDirectory()) {
        if (facts.isFile()) files.push({ path, source });
        else pieces.push(refused(source, new AppError('certificates.otherFile', `"${source}" is not a file.`)));
        return;
      }
      if (depth >= MOST_FOLDER_DEPTH) return;
      for (const name of (await readdir(path)).sort()) {
        if (!name.startsWith('.')) await walk(join(path, name), `${source}/${name}`, depth + 1);
      }
    } catch (cause) {
      pieces.push(refused(source, notReadable(source, cause)));
    }
  };
  for (const path of paths) await walk(path, basename(path), 0);
  if (files.length >= MOST_FILES) {
    const text = `More than ${MOST_FILES.toLocaleString('en')} files were dropped; the others were left out.`;
    pieces.push(refused('…', new AppError('certificates.tooMany', text, { hint: 'Drop fewer at once.' })));
  }
  return { files, pieces };
}

/** At most one byte more than is of use, so that its size can be told. Archives may be bigger than single files. */
async function readBounded(path: string, source: Source): Promise<Buffer> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw notReadable(source, cause);
  });
  try {
    const { size } = await file.stat();
    const start = await readStart(file, Math.min(size, MOST_FILE_BYTES + 1));
    if (!isArchive(start) || size <= start.length) return start;
    if (size > MOST_ARCHIVE_BYTES) {
      throw new AppError('certificates.archiveTooBig', `"${source}" is too big for an archive of certificates.`, {
        hint: 'Drop the certificate and key files themselves.',
      });
    }
    return await readStart(file, size);
  } finally {
    await file.close();
  }
}

async function readStart(file: Awaited<ReturnType<typeof open>>, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function piecesOfArchive(
  bytes: Buffer,
  source: Source,
  room: number,
): { readonly pieces: readonly Piece[]; readonly room: number } {
  const unpacked = unpack(bytes, source, room);
  const pieces = unpacked.entries.flatMap((entry): readonly Piece[] => {
    const inside = `${source} › ${entry.name}`;
    if (entry.kind === 'refused') return [refused(inside, entry.error)];
    return recognise(entry.bytes, inside) ?? [otherPiece(entry.bytes, inside)];
  });
  const nothing = new AppError('certificates.otherFile', `"${source}" is a ZIP archive without certificates or keys.`, {
    hint: 'Expected is an AWS connection kit or any archive of certificates and keys. NOAA files must be unpacked first.',
  });
  const isOfUse = pieces.some(({ kind }) => kind !== 'extra' && kind !== 'refused');
  const isSuspect = pieces.some((piece) => piece.kind === 'refused' && piece.error.code !== 'certificates.otherFile');
  return { pieces: isOfUse || isSuspect ? pieces : [refused(source, nothing)], room: unpacked.room };
}

function notReadable(source: Source, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return new AppError('certificates.notReadable', `"${source}" cannot be read${code === '' ? '' : ` (${code})`}.`, {
    hint: 'Check that it still exists and that you may read it.',
  });
}
