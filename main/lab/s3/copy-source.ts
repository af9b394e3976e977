/** The object that `x-amz-copy-source` names. */
import { AwsError } from '../services.ts';
import { decodeSegment } from '../wire.ts';
import type { StoredObject } from './bucket.ts';
import { noSuchKey } from './names.ts';
import type { S3Store } from './object-store.ts';
import { checkVersion } from './versions.ts';

/** `header` is `[/]bucket/key[?versionId=null]`, percent-encoded. Throws AwsError. */
export function readCopySource(
  store: S3Store,
  header: string,
): { readonly bucket: string; readonly object: StoredObject } {
  const [path = '', version = null] = header.split('?versionId=', 2);
  const [, bucket, key] = /^([^/]+)\/(.+)$/s.exec(decodeSegment(path).replace(/^\//, '')) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new AwsError('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  checkVersion(version, key);
  const object = store.bucket(bucket).get(key);
  if (object === undefined) throw noSuchKey(key);
  return { bucket, object };
}
