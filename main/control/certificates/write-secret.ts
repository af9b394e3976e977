/** Writes what holds a private key to a file the person chose, readable by that person only. */
import { chmod, writeFile } from 'node:fs/promises';
import { AppError } from '../../../preload/errors.ts';

/** Throws `files.notWritten`. */
export async function writeSecret(file: string, bytes: Uint8Array): Promise<void> {
  try {
    // A file that is there keeps its mode when it is written, so it is closed to others first.
    await writeFile(file, '', { mode: 0o600 });
    await chmod(file, 0o600);
    await writeFile(file, bytes);
  } catch (cause) {
    throw new AppError('files.notWritten', 'The file could not be written there.', {
      hint: 'Choose a folder you may write to, with enough space.',
      cause,
    });
  }
}
