/** Unpacks the beginning of a gzip file of which perhaps only the beginning is at hand, never making much more than asked for. */
import { constants, createGunzip } from 'node:zlib';
import { AppError } from '../../preload/errors.ts';

/** At most `limit` bytes; `cut` says that the bytes at hand hold more. AppError `cloud.notGzip` where they are no gzip. */
export async function gunzipBeginning(
  packed: Uint8Array,
  limit: number,
): Promise<{ readonly data: Uint8Array; readonly cut: boolean }> {
  // A flush at the end instead of a finish: the end of the file may be missing.
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  gunzip.end(packed);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > limit) break;
    }
  } catch (error) {
    throw new AppError('cloud.notGzip', 'The object is named or marked as gzip, but its content is not gzip.', {
      hint: 'Download it to look at its bytes.',
      cause: error,
    });
  }
  return { data: Buffer.concat(chunks).subarray(0, limit), cut: bytes > limit };
}
