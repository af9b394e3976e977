/** The bytes of a file a person named, unpacked when they are gzip (told by content, never by the file's name). */
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../preload/errors.ts';

/** Small on purpose: a fleet keeps one reader open per station, and packed text grows about tenfold. */
const PACKED_PIECE_BYTES = 4096;
const PLAIN_PIECE_BYTES = 32_768;
const GZIP_MAGIC = 0x1f8b;

/**
 * Yields the content in order, at most a few hundred kilobytes at a time. Abandoning the generator closes the file.
 * Throws noaa.missingFile, noaa.folder, noaa.emptyFile, noaa.unreadableFile; after everything that could be unpacked,
 * noaa.truncatedFile or noaa.damagedFile.
 */
export async function* fileBytes(path: string): AsyncGenerator<Buffer> {
  const name = basename(path);
  const handle = await openFile(path, name);
  try {
    const information = await handle.stat();
    if (information.isDirectory()) throw folder(name);
    const magic = Buffer.alloc(2);
    const { bytesRead } = await handle.read(magic, 0, 2, 0);
    if (bytesRead === 0) {
      throw new AppError('noaa.emptyFile', `"${name}" is empty; a file of NOAA observations was expected.`);
    }
    if (magic.readUInt16BE() === GZIP_MAGIC) yield* unpacked(pieces(handle, PACKED_PIECE_BYTES), name);
    else yield* pieces(handle, PLAIN_PIECE_BYTES);
  } catch (error) {
    throw asAppError(error, name);
  } finally {
    await handle.close();
  }
}

async function openFile(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw asAppError(error, name);
  }
}

async function* pieces(handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  let position = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(size), 0, size, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * A piped stream drops what it had unpacked when the packed bytes end too early. So each piece is written and its
 * output taken before the next: whatever a cut file still holds is yielded before the error.
 */
async function* unpacked(packed: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 32_768 });
  const output: Buffer[] = [];
  gunzip.on('data', (piece: Buffer) => output.push(piece));
  const failed = new Promise<never>((_, reject) => gunzip.once('error', reject));
  failed.catch(() => undefined);
  let isEnded = false;
  const ended = new Promise<void>((resolve) =>
    gunzip.once('end', () => {
      isEnded = true;
      resolve();
    }),
  );
  try {
    for await (const piece of packed) {
      // Padding behind the last gzip member ends the unpacking, and then no write is ever answered.
      await Promise.race([failed, ended, new Promise<void>((resolve) => gunzip.write(piece, () => resolve()))]);
      yield* output.splice(0);
      if (isEnded) return;
    }
    gunzip.end();
    await Promise.race([failed, ended]);
    yield* output.splice(0);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const hint = 'Copy or download the file again.';
    if (error.code === 'Z_BUF_ERROR') {
      const message = `"${name}" is cut off: its compressed data end before they are complete.`;
      throw new AppError('noaa.truncatedFile', message, { hint });
    }
    if (typeof error.code === 'string' && error.code.startsWith('Z_')) {
      const message = `"${name}" is damaged: its compressed data cannot be unpacked.`;
      throw new AppError('noaa.damagedFile', message, { hint });
    }
    throw error;
  } finally {
    gunzip.destroy();
  }
}

function folder(name: string): AppError {
  return new AppError('noaa.folder', `"${name}" is a folder; a file of NOAA observations was expected.`, {
    hint: 'Choose the files inside it.',
  });
}

/** Translates what the system says about the file; anything else passes as it is. */
function asAppError(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  if (error.code === 'ENOENT') return new AppError('noaa.missingFile', `There is no file "${name}" at that place.`);
  if (error.code === 'EISDIR') return folder(name);
  return new AppError('noaa.unreadableFile', `"${name}" cannot be read: the system answers ${String(error.code)}.`, {
    hint: 'Check that you may read it.',
  });
}
