/** What a station needs to know of its file before it starts, read once however many stations replay the same file. */
import { stat } from 'node:fs/promises';
import { describeFile } from '../noaa/observation-file.ts';
import { createGate } from './gate.ts';

/** How many observations there are, and the mean simulated time between two of them. */
export type FileFacts = { readonly length: number; readonly spacingMs: number };

const MOST_REMEMBERED = 2_000;
/** Reading is work for this process's one thread: more at once would only take memory. */
const MOST_AT_ONCE = 2;

/** The function rejects with AppError `noaa.*` when the file cannot be read or holds nothing to replay. */
export function createFileFacts(): (file: string) => Promise<FileFacts> {
  const remembered = new Map<string, Promise<FileFacts>>();
  const gate = createGate(MOST_AT_ONCE);

  const read = async (file: string): Promise<FileFacts> => {
    const { observations, first, last } = await gate.pass(() => describeFile(file));
    const spacingMs = observations > 1 ? (Date.parse(last) - Date.parse(first)) / (observations - 1) : 0;
    return { length: observations, spacingMs };
  };

  return async (file) => {
    const version = await stat(file).then(
      ({ size, mtimeMs }) => `${file}\n${size}\n${mtimeMs}`,
      // A file that is not there: let the reader say it in its words.
      () => null,
    );
    if (version === null) return read(file);
    const known = remembered.get(version);
    if (known !== undefined) return known;
    const facts = read(file);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(version, facts);
    facts.catch(() => remembered.delete(version));
    return facts;
  };
}
