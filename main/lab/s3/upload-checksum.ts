/** Which checksum a multipart upload gives its object: one of all its bytes, or one of its parts' checksums. */
import { CHECKSUM_NAMES, checksumOfHeader, startChecksum, type Checksum, type ChecksumName } from '../checksums.ts';
import { AwsError } from '../services.ts';
import type { S3Request } from './operation.ts';
import type { Upload, UploadPart } from './uploads.ts';

type UploadChecksum = Pick<Upload, 'algorithm' | 'isWhole'>;

/** Null without the header. Throws AwsError InvalidRequest. */
export function readAlgorithm(header: string | undefined): ChecksumName | null {
  if (header === undefined) return null;
  const found = CHECKSUM_NAMES.find((name) => name === header.toLowerCase());
  if (found !== undefined) return found;
  throw invalid(
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

/**
 * What CreateMultipartUpload asks for. Throws AwsError InvalidRequest for a pair that does not exist.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export function readUploadChecksum(headers: S3Request['headers']): UploadChecksum {
  const algorithm = readAlgorithm(headers['x-amz-checksum-algorithm']);
  const type = headers['x-amz-checksum-type'];
  if (type !== undefined && type !== 'COMPOSITE' && type !== 'FULL_OBJECT') {
    throw invalid('Value for x-amz-checksum-type header is invalid.');
  }
  if (algorithm === null) {
    if (type === undefined) return { algorithm, isWhole: false };
    throw invalid('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
  }
  const isWhole = type === undefined ? algorithm === 'crc64nvme' : type === 'FULL_OBJECT';
  // The checksums of parts cannot be combined for a hash, and S3 always does it for the newest CRC.
  const isPossible = isWhole ? algorithm.startsWith('crc') : algorithm !== 'crc64nvme';
  if (isPossible) return { algorithm, isWhole };
  throw invalid(
    `The ${isWhole ? 'FULL_OBJECT' : 'COMPOSITE'} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
  );
}

/** As headers of an answer. */
export function uploadChecksumHeaders({ algorithm, isWhole }: UploadChecksum): Readonly<Record<string, string>> {
  if (algorithm === null) return {};
  return { 'x-amz-checksum-algorithm': algorithm.toUpperCase(), 'x-amz-checksum-type': checksumTypeName(isWhole) };
}

/** Throws AwsError InvalidRequest when a part came with another checksum than its upload was begun with. */
export function checkPartChecksum({ algorithm, isWhole }: UploadChecksum, checksum: Checksum | null): void {
  // Without one at the beginning S3 makes its own of the object, and each part may have what its sender likes.
  if (algorithm === null || checksum?.name === algorithm || (isWhole && checksum === null)) return;
  throw invalid(
    `Checksum Type mismatch occurred, expected checksum Type: ${algorithm}, actual checksum Type: ${checksum?.name ?? 'null'}`,
  );
}

/**
 * The checksum that the completed object must have: `value` null when it is still to be summed up over all bytes. Throws AwsError
 * InvalidRequest or BadDigest when the request names another one.
 */
export function expectedChecksum(
  { algorithm, isWhole }: UploadChecksum,
  parts: readonly UploadPart[],
  headers: S3Request['headers'],
): { readonly name: ChecksumName; readonly value: string | null } | null {
  const type = headers['x-amz-checksum-type'];
  if (algorithm !== null && type !== undefined && type !== checksumTypeName(isWhole)) {
    throw invalid(
      `The upload was created using the ${checksumTypeName(isWhole)} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const named = namedChecksum(headers);
  if (named !== null && algorithm !== null && named.name !== algorithm)
    checkPartChecksum({ algorithm, isWhole }, named);
  // Begun without an algorithm, the upload sums up what the client says at its end.
  if (algorithm === null) return named === null || named.value.includes('-') ? null : named;
  if (isWhole) return named ?? { name: algorithm, value: null };
  const value = composite(algorithm, parts);
  if (named !== null && named.value !== value) throw badDigest();
  return { name: algorithm, value };
}

export function badDigest(): AwsError {
  return new AwsError('BadDigest', 'The checksum you specified did not match the calculated checksum.');
}

/** The checksum of the parts' checksums, with their number behind it. */
function composite(algorithm: ChecksumName, parts: readonly UploadPart[]): string {
  const running = startChecksum(algorithm);
  for (const { checksum } of parts) running.update(Buffer.from(checksum?.value ?? '', 'base64'));
  return `${running.base64()}-${parts.length}`;
}

function namedChecksum(headers: S3Request['headers']): Checksum | null {
  for (const [header, value] of Object.entries(headers)) {
    const name = checksumOfHeader(header);
    if (name !== undefined) return { name, value };
  }
  return null;
}

export function checksumTypeName(isWhole: boolean): 'FULL_OBJECT' | 'COMPOSITE' {
  return isWhole ? 'FULL_OBJECT' : 'COMPOSITE';
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidRequest', message);
}
