/** Opens the file of an object that somebody else may be overwriting or deleting at the same moment. */
import { open, type FileHandle } from 'node:fs/promises';
import type { StoredObject } from './bucket.ts';

/** An overwrite takes the old file away after the new one is visible, so a second look finds it; this many in a row do not happen. */
const MOST_LOOKS = 10;

/** `find` throws when the object is gone. The file stays readable whatever happens to the object; the caller closes it. */
export async function openObject(
  find: () => StoredObject,
): Promise<{ readonly object: StoredObject; readonly file: FileHandle }> {
  for (let looks = 1; ; looks++) {
    const object = find();
    try {
      return { object, file: await open(object.path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || looks === MOST_LOOKS) throw error;
    }
  }
}
