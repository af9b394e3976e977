/** Headers that a presigned URL carries in its query, as SDKs for JavaScript write them: they count as if they had been sent. */
import type { SignedRequest } from './signature.ts';

/** Lower-case names. A header that was really sent wins. The same object when there is nothing to add. */
export function headersWithPresigned(request: SignedRequest): SignedRequest['headers'] {
  const query = new URLSearchParams(request.rawQuery);
  if (!query.has('X-Amz-Signature') && !query.has('Signature')) return request.headers;
  const carried = [...query].filter(([name]) => isCarried(name));
  return carried.length === 0 ? request.headers : { ...Object.fromEntries(carried), ...request.headers };
}

/** Parameters of the signature itself are written with capitals. */
export function isCarried(name: string): boolean {
  return name.startsWith('x-amz-');
}
