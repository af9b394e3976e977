/** The rules for bucket names and object keys, with the errors AWS gives. */
import { AwsError } from '../services.ts';

const LABEL = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;
const RESERVED_STARTS = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const RESERVED_ENDS = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];
const MAX_KEY_BYTES = 1024;

/** Throws AwsError InvalidBucketName. */
export function checkBucketName(name: string): void {
  const isValid =
    LABEL.test(name) &&
    !name.includes('..') &&
    !ADDRESS.test(name) &&
    !RESERVED_STARTS.some((start) => name.startsWith(start)) &&
    !RESERVED_ENDS.some((end) => name.endsWith(end));
  if (!isValid) {
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
  }
}

/** Any text of 1 to 1,024 bytes in UTF-8. Throws AwsError KeyTooLongError. */
export function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) {
    throw new AwsError('KeyTooLongError', 'Your key is too long', 400, {
      Size: String(bytes),
      MaxSizeAllowed: String(MAX_KEY_BYTES),
    });
  }
}

export function noSuchBucket(name: string): AwsError {
  return new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
}

export function noSuchKey(key: string): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
}

/** AWS's words for a part of S3 that is not there: an operation, a header or a parameter. */
export function notImplemented(what: string): AwsError {
  return new AwsError(
    'NotImplemented',
    `A header or parameter you provided implies functionality that is not implemented: the lab does not have ${what} yet.`,
    501,
  );
}
