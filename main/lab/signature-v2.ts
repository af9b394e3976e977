/**
 * Checks the presigned URLs of S3's old signature: the AWS CLI and boto3 still make these in us-east-1 unless told otherwise, and AWS takes
 * them. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
import { createHmac } from 'node:crypto';
import { signatureErrors } from './signature-errors.ts';
import { sameSignature, type Credentials, type SignedRequest } from './signature.ts';
import { decodeSegment } from './wire.ts';

/** Parameters that choose what is done or answered; all others are not covered by this signature. */
const SIGNED_PARAMETERS = new Set(
  (
    'accelerate acl analytics cors delete inventory lifecycle location logging metrics notification object-lock partNumber policy ' +
    'replication requestPayment response-cache-control response-content-disposition response-content-encoding ' +
    'response-content-language response-content-type response-expires restore select select-type storageClass tagging torrent ' +
    'uploadId uploads versionId versioning versions website'
  ).split(' '),
);

/** Whether the request brings such a URL and nothing newer. */
export function isVersion2Url({ rawQuery, headers }: SignedRequest): boolean {
  const query = new URLSearchParams(rawQuery);
  return headers['authorization'] === undefined && query.has('AWSAccessKeyId') && query.has('Signature');
}

/** `bucketOfHost` is the bucket of a virtual-host style name, else null. Throws AwsError in the words of S3. */
export function proveVersion2Url(
  request: SignedRequest,
  credentials: Credentials,
  bucketOfHost: string | null,
  nowMs: number,
): void {
  const errors = signatureErrors('s3');
  const query = new URLSearchParams(request.rawQuery);
  const expires = query.get('Expires') ?? '';
  if (query.get('AWSAccessKeyId') !== credentials.accessKeyId) throw errors.unknownKey();
  if (query.has('x-amz-security-token')) throw errors.unexpectedToken();
  if (!/^\d{1,12}$/.test(expires)) throw errors.badExpiry();
  const given = (name: string): string => request.headers[name] ?? query.get(name) ?? '';
  const named = new Map([...query, ...Object.entries(request.headers)].filter(([name]) => name.startsWith('x-amz-')));
  const amz = [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}:${value.trim()}\n`);
  const toSign = [
    request.method,
    given('content-md5'),
    given('content-type'),
    expires,
    `${amz.join('')}${canonicalResource(request, bucketOfHost)}`,
  ].join('\n');
  const expected = createHmac('sha1', credentials.secretAccessKey).update(toSign).digest('base64');
  if (!sameSignature(expected, query.get('Signature') ?? '')) throw errors.mismatch();
  // Proven first: a forged URL is not told whether it is too late.
  if (Number(expires) * 1000 < nowMs) throw errors.expired();
}

function canonicalResource({ rawPath, rawQuery }: SignedRequest, bucketOfHost: string | null): string {
  const chosen = rawQuery
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0
        ? { name: pair, text: pair }
        : { name: pair.slice(0, at), text: `${pair.slice(0, at)}=${decodeSegment(pair.slice(at + 1))}` };
    })
    .filter(({ name }) => SIGNED_PARAMETERS.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ text }) => text);
  const path = bucketOfHost === null ? rawPath : `/${bucketOfHost}${rawPath}`;
  return chosen.length === 0 ? path : `${path}?${chosen.join('&')}`;
}
