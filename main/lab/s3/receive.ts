/** Streams a request body into a staging file, summing it up on the way; nothing of an object is ever whole in memory. */
import { createHash, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checksum } from '../checksums.ts';
import type { Payload } from '../payload.ts';
import { AwsError } from '../services.ts';

export type ReceivedFile = {
  readonly path: string;
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  readonly checksum: Checksum | null;
};

/** What one PutObject or UploadPart may carry on AWS. */
const MAX_BYTES = 5 * 1024 ** 3;

/**
 * The caller moves the file away or removes it. `headers` are those of the request that brings the body. Throws AwsError when the body is
 * too large or not what was signed; the file is gone then.
 */
export async function receiveFile(
  payload: Pick<Payload, 'chunks' | 'checksum'>,
  folder: string,
  headers: Readonly<Record<string, string>>,
): Promise<ReceivedFile> {
  // Known beforehand, it need not be received first.
  const announced = Number(headers['x-amz-decoded-content-length'] ?? headers['content-length'] ?? 0);
  if (announced > MAX_BYTES) throw tooLarge(announced);
  const path = join(folder, randomUUID());
  const md5 = createHash('md5');
  let size = 0;
  const file = await open(path, 'wx');
  try {
    for await (const chunk of payload.chunks) {
      size += chunk.length;
      if (size > MAX_BYTES) throw tooLarge(size);
      md5.update(chunk);
      // writeFile on a handle continues where it stands and repeats short writes.
      await file.writeFile(chunk);
    }
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  await file.close();
  return { path, size, md5: md5.digest('hex'), checksum: payload.checksum() };
}

/** Throws AwsError MissingContentLength or NotImplemented for an upload of which nobody says how long it is. */
export function checkAnnouncedLength(headers: Readonly<Record<string, string>>): void {
  if (headers['content-length'] !== undefined || headers['x-amz-decoded-content-length'] !== undefined) return;
  const framing = headers['transfer-encoding'];
  if (framing === undefined) {
    throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
  }
  throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501, {
    Header: 'Transfer-Encoding',
    AdditionalMessage: 'The length of the upload must be known before it begins.',
  });
}

function tooLarge(bytes: number): AwsError {
  return new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
    ProposedSize: String(bytes),
    MaxSizeAllowed: String(MAX_BYTES),
  });
}
