/** Links that need no further signature: a GET of one object of the lab's S3, signed in the query and good for a while. */
import { encodeRfc3986, sign, toAmzDate, type Credentials } from './signature.ts';

export type PresignOptions = {
  /** Origin of the lab, e.g. `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly bucket: string;
  readonly key: string;
  readonly expiresSeconds: number;
  readonly nowMs: number;
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
export function presignGet(options: PresignOptions): string {
  const { endpoint, region, credentials, bucket, key, expiresSeconds, nowMs } = options;
  const date = toAmzDate(nowMs);
  const claim = { service: 's3', region, day: date.slice(0, 8), date, signedHeaders: ['host'] };
  const rawPath = `/${[bucket, ...key.split('/')].map(encodeRfc3986).join('/')}`;
  const rawQuery = Object.entries({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${claim.day}/${region}/s3/aws4_request`,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(expiresSeconds),
    'X-Amz-SignedHeaders': 'host',
  })
    .map(([name, value]) => `${name}=${encodeRfc3986(value)}`)
    .join('&');
  const request = { method: 'GET', rawPath, rawQuery, headers: { host: new URL(endpoint).host } };
  const { signature } = sign(claim, request, 'UNSIGNED-PAYLOAD', credentials.secretAccessKey);
  return `${endpoint}${rawPath}?${rawQuery}&X-Amz-Signature=${signature}`;
}
