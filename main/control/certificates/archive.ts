/** Unpacks ZIP archives in memory, file by file, and stops as soon as one unpacks to more than a key or certificate can have. */
import { Unzip, UnzipInflate, type UnzipFile } from 'fflate';
import { AppError } from '../../../preload/errors.ts';
import { MOST_FILE_BYTES, MOST_FILES } from './pieces.ts';

export type Entry =
  | { readonly kind: 'file'; readonly name: string; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly name: string; readonly error: AppError };

/** Packed bytes handed to the decoder at once: DEFLATE makes at most 1,032 times as many of them before we look again. */
const SLICE_BYTES = 8 * 1024;
/** Signature of the end record, without which a ZIP is not whole (APPNOTE.TXT, section 4.3.16). */
const END_OF_ARCHIVE = Buffer.from([0x50, 0x4b, 5, 6]);

/**
 * `room` = bytes that may still be unpacked; the answer says how many are left. Throws `certificates.archiveTooBig` when files or bytes
 * are more than that, `certificates.damaged` when the archive cannot be read. Nothing is written to disk, whatever the names say.
 */
export function unpack(
  archive: Buffer,
  name: string,
  room: number,
): { readonly entries: readonly Entry[]; readonly room: number } {
  const entries: Entry[] = [];
  let left = room;
  let failure: AppError | null = null;
  let count = 0;

  const take = (file: UnzipFile): void => {
    count += 1;
    if (count > MOST_FILES) failure ??= tooBig(name);
    if (failure !== null || isNoise(file.name)) return;
    const refuse = (error: AppError): void => void entries.push({ kind: 'refused', name: shownName(file.name), error });
    if (isUnsafe(file.name)) return refuse(unsafeName(name, file.name));
    if (file.compression !== 0 && file.compression !== 8) return refuse(otherMethod(file.name));
    const chunks: Uint8Array[] = [];
    let size = 0;
    let isDone = false;
    file.ondata = (error, chunk, isLast) => {
      if (isDone) return;
      if (error !== null) {
        isDone = true;
        return refuse(damagedEntry(file.name));
      }
      size += chunk.length;
      left -= chunk.length;
      if (left < 0) failure ??= tooBig(name);
      if (failure !== null || size > MOST_FILE_BYTES) {
        isDone = true;
        chunks.length = 0;
        return refuse(entryTooBig(file.name));
      }
      chunks.push(chunk);
      if (!isLast) return;
      isDone = true;
      if (size > 0 || !file.name.endsWith('/'))
        entries.push({ kind: 'file', name: shownName(file.name), bytes: Buffer.concat(chunks) });
    };
    if (!file.name.endsWith('/')) file.start();
  };

  // The decoder reads from the front and would take what a cut download still holds for all of it.
  if (!archive.includes(END_OF_ARCHIVE)) throw damagedArchive(name);
  const unzip = new Unzip(take);
  unzip.register(UnzipInflate);
  try {
    for (let at = 0; at < archive.length; at += SLICE_BYTES) {
      unzip.push(archive.subarray(at, at + SLICE_BYTES), at + SLICE_BYTES >= archive.length);
      if (failure !== null) throw failure;
    }
  } catch (cause) {
    throw cause instanceof AppError ? cause : damagedArchive(name);
  }
  return { entries, room: left };
}

/** What macOS and Windows put into archives for themselves. */
function isNoise(name: string): boolean {
  return /(^|\/)(__MACOSX\/|\._|\.DS_Store$|Thumbs\.db$)/.test(name);
}

/** A name that would lead out of the folder it is unpacked into. */
function isUnsafe(name: string): boolean {
  return name.split(/[\\/]/).includes('..') || /^([\\/]|[A-Za-z]:)/.test(name);
}

/** Names come from a stranger: no control characters, no endless lines. */
function shownName(name: string): string {
  // eslint-disable-next-line no-control-regex -- that is what must go
  const plain = name.replace(/[\u0000-\u001f\u007f\u202a-\u202e]/g, '·');
  return plain.length > 120 ? `…${plain.slice(-119)}` : plain;
}

function damagedArchive(name: string): AppError {
  return new AppError('certificates.damaged', `"${name}" is a damaged ZIP archive.`, {
    hint: 'Download it again, or drop the files themselves.',
  });
}

function tooBig(name: string): AppError {
  return new AppError('certificates.archiveTooBig', `"${name}" unpacks to more than certificates and keys can have.`, {
    hint: 'Nothing of it was taken. Drop the certificate and key files themselves.',
  });
}

function entryTooBig(name: string): AppError {
  return new AppError('certificates.tooBig', `"${shownName(name)}" is too big to be a certificate or a key.`);
}

function unsafeName(archive: string, name: string): AppError {
  return new AppError(
    'certificates.unsafeName',
    `"${shownName(name)}" in "${archive}" has a name that leads out of the archive.`,
    { hint: 'Archives that do this are usually made with bad intent; the file was left out.' },
  );
}

function otherMethod(name: string): AppError {
  return new AppError('certificates.damaged', `"${shownName(name)}" is packed in a way that Isobar cannot unpack.`, {
    hint: 'Unpack the archive yourself and drop its files.',
  });
}

function damagedEntry(name: string): AppError {
  return new AppError(
    'certificates.damaged',
    `"${shownName(name)}" cannot be unpacked: it is damaged, or the archive has a password.`,
    { hint: 'Unpack the archive yourself and drop its files.' },
  );
}
