/** The object that `x-amz-copy-source` names. */
import { AwsError } from '../services.ts';
import { decodeSegment } from '../wire.ts';
import type { StoredObject } from './bucket.ts';
import { noSuchKey, notImplemented } from './names.ts';
import type { S3Store } from './object-store.ts';

/** `header` is `[/]bucket/key`, percent-encoded. Throws AwsError. */
export function readCopySource(
  store: S3Store,
  header: string,
): { readonly bucket: string; readonly object: StoredObject } {
  if (header.includes('?')) throw notImplemented('versions of a copy source');
  const [, bucket, key] = /^([^/]+)\/(.+)$/s.exec(decodeSegment(header).replace(/^\//, '')) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new AwsError('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  const object = store.bucket(bucket).get(key);
  if (object === undefined) throw noSuchKey(key);
  return { bucket, object };
}
