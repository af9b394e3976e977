/** No bucket of the lab keeps versions: each object is its one version, which S3 calls "null". */
import { AwsError } from '../services.ts';

export const ONLY_VERSION = 'null';

/** Throws AwsError NoSuchVersion or InvalidArgument when a request names another version than the one there is. */
export function checkVersion(version: string | null, key: string): void {
  if (version === null || version === ONLY_VERSION) return;
  if (/^[A-Za-z0-9._]{32}$/.test(version)) {
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key: key, VersionId: version });
  }
  throw new AwsError('InvalidArgument', 'Invalid version id specified', 400, {
    ArgumentName: 'versionId',
    ArgumentValue: version,
  });
}

/** AWS names the version in the answer when the request did. */
export function versionHeader(query: URLSearchParams): Readonly<Record<string, string>> {
  return query.has('versionId') ? { 'x-amz-version-id': ONLY_VERSION } : {};
}
