/** Checks AWS Signature Version 4, in the Authorization header or in a presigned URL's query. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from './services.ts';
import { signatureErrors, type SignatureErrors } from './signature-errors.ts';

export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type SignedRequest = {
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly rawPath: string;
  /** As sent, without the question mark. */
  readonly rawQuery: string;
  /** Lower-case names, values of repeated headers joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
};

/** What a request says about its signature; nothing of it is proven yet. */
export type Claim = {
  readonly kind: 'header' | 'query';
  readonly accessKeyId: string;
  readonly service: string;
  readonly region: string;
  /** `yyyyMMdd` of the scope. */
  readonly day: string;
  /** `yyyyMMddTHHmmssZ` */
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** Seconds a presigned URL lives; null for header signatures. */
  readonly expiresSeconds: number | null;
  readonly hasSessionToken: boolean;
};

/** What a signature is made over, beside the request. */
type SigningClaim = Pick<Claim, 'service' | 'region' | 'day' | 'date' | 'signedHeaders'>;

/** Proof of a checked signature; what signed chunks of an S3 body continue from. */
export type SignatureProof = {
  readonly signature: string;
  readonly date: string;
  readonly scope: string;
  readonly signingKey: Buffer;
};

export const EMPTY_SHA256 = createHash('sha256').digest('hex');
const SKEW_MS = 15 * 60 * 1000;
const MAX_PRESIGNED_SECONDS = 7 * 24 * 3600;
const AUTHORIZATION = /^AWS4-HMAC-SHA256 +Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([0-9a-f]+)$/;
const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Null when the request carries no signature at all. Throws AwsError when it carries a broken one. */
export function readClaim(request: SignedRequest): Claim | null {
  const authorization = request.headers['authorization'];
  const query = new URLSearchParams(request.rawQuery);
  if (authorization?.startsWith('AWS ') === true || query.has('AWSAccessKeyId')) throw signatureVersion2();
  if (authorization !== undefined) {
    const [, credential, signedHeaders, signature] = AUTHORIZATION.exec(authorization.trim()) ?? [];
    if (credential === undefined || signedHeaders === undefined || signature === undefined) throw malformed();
    return {
      kind: 'header',
      ...readCredential(credential),
      date: readDate(request.headers['x-amz-date'], request.headers['date']),
      signedHeaders: signedHeaders.split(';'),
      signature,
      expiresSeconds: null,
      hasSessionToken: request.headers['x-amz-security-token'] !== undefined,
    };
  }
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') return null;
  const expires = query.get('X-Amz-Expires');
  return {
    kind: 'query',
    ...readCredential(query.get('X-Amz-Credential') ?? ''),
    date: readDate(query.get('X-Amz-Date') ?? undefined, undefined),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    // S3 demands the parameter; other services give such a URL fifteen minutes.
    expiresSeconds: expires === null ? SKEW_MS / 1000 : Number(expires),
    hasSessionToken: query.has('X-Amz-Security-Token'),
  };
}

function readCredential(text: string): Pick<Claim, 'accessKeyId' | 'day' | 'region' | 'service'> {
  const [accessKeyId, day, region, service, end, ...more] = text.split('/');
  if (!accessKeyId || !day || !region || !service || end !== 'aws4_request' || more.length > 0) throw malformed();
  return { accessKeyId, day, region, service };
}

function readDate(amzDate: string | undefined, date: string | undefined): string {
  if (amzDate !== undefined && DATE.test(amzDate)) return amzDate;
  const parsed = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(parsed)) throw malformed();
  return toAmzDate(parsed);
}

/** `yyyyMMddTHHmmssZ` */
export function toAmzDate(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** Old clients still sign presigned URLs this way when nobody tells them not to. */
function signatureVersion2(): AwsError {
  return new AwsError(
    'InvalidRequest',
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  );
}

function malformed(): AwsError {
  return new AwsError(
    'IncompleteSignature',
    'The signature is not in the form of AWS Signature Version 4: a credential with date, region, service and aws4_request, signed headers, a signature and a date are needed.',
  );
}

/** Checks key, region and time: all that needs no body. Throws AwsError in the words of the claimed service. */
export function checkClaim(claim: Claim, credentials: Credentials, region: string, nowMs: number): void {
  const errors = signatureErrors(claim.service);
  if (claim.accessKeyId !== credentials.accessKeyId) throw errors.unknownKey();
  if (claim.hasSessionToken) throw errors.unexpectedToken();
  if (claim.region !== region) throw errors.wrongRegion(claim.region, region);
  const signedAt = Date.parse(claim.date.replace(DATE, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(signedAt) || !claim.date.startsWith(claim.day)) throw errors.mismatch();
  if (signedAt > nowMs + SKEW_MS) throw errors.skewed(claim.date, toAmzDate(nowMs), 'early');
  if (claim.expiresSeconds === null) {
    if (signedAt < nowMs - SKEW_MS) throw errors.skewed(claim.date, toAmzDate(nowMs), 'late');
    return;
  }
  if (!(claim.expiresSeconds >= 1 && claim.expiresSeconds <= MAX_PRESIGNED_SECONDS)) throw errors.badExpiry();
  if (signedAt + claim.expiresSeconds * 1000 < nowMs) throw errors.expired();
}

/**
 * Proves the claim with the secret. `payloadHash` is the hex SHA-256 of the body or one of S3's markers.
 * Throws AwsError; signatures are compared in constant time.
 */
export function proveClaim(
  claim: Claim,
  request: SignedRequest,
  payloadHash: string,
  credentials: Credentials,
): SignatureProof {
  const errors = signatureErrors(claim.service);
  checkSignedHeaders(claim, request, errors);
  const { scope, signingKey, signature } = sign(claim, request, payloadHash, credentials.secretAccessKey);
  if (!sameSignature(signature, claim.signature)) throw errors.mismatch();
  return { signature: claim.signature, date: claim.date, scope, signingKey };
}

/** The signature that belongs to the request, in hex, and what it was made with. */
export function sign(
  claim: SigningClaim,
  request: SignedRequest,
  payloadHash: string,
  secretAccessKey: string,
): { readonly signature: string; readonly scope: string; readonly signingKey: Buffer } {
  const scope = `${claim.day}/${claim.region}/${claim.service}/aws4_request`;
  const canonical = [
    request.method,
    canonicalPath(request.rawPath, claim.service === 's3'),
    canonicalQuery(request.rawQuery),
    ...claim.signedHeaders.map((name) => `${name}:${canonicalValue(request.headers[name] ?? '')}`),
    '',
    claim.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const signingKey = deriveKey(secretAccessKey, claim);
  const toSign = ['AWS4-HMAC-SHA256', claim.date, scope, sha256(canonical)].join('\n');
  return { signature: hmac(signingKey, toSign).toString('hex'), scope, signingKey };
}

/** Host and every `x-amz-*` header must be covered, or a proxy could change the meaning of a signed request. */
function checkSignedHeaders(claim: Claim, request: SignedRequest, errors: SignatureErrors): void {
  const signed = new Set(claim.signedHeaders);
  const open = Object.keys(request.headers).find((name) => name.startsWith('x-amz-') && !signed.has(name));
  if (!signed.has('host')) throw errors.notSigned('host');
  if (open !== undefined) throw errors.notSigned(open);
}

export function sameSignature(expected: string, given: string): boolean {
  const left = Buffer.from(expected);
  const right = Buffer.from(given);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** S3 signs the path as it is sent; all others encode the sent path once more. */
function canonicalPath(rawPath: string, isS3: boolean): string {
  if (isS3) return rawPath === '' ? '/' : rawPath;
  const kept: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(encodeRfc3986(segment));
  }
  const end = kept.length > 0 && rawPath.endsWith('/') ? '/' : '';
  return `/${kept.join('/')}${end}`;
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '') return '';
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return { name: recode(name), value: recode(value) };
    })
    .filter(({ name }) => name !== 'X-Amz-Signature')
    .sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function recode(text: string): string {
  try {
    return encodeRfc3986(decodeURIComponent(text.replaceAll('+', ' ')));
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}

/** Percent-encoding of everything but A-Z a-z 0-9 - _ . ~ */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function canonicalValue(value: string): string {
  return value.trim().replace(/ +/g, ' ');
}

// Keys live a day; the handful of services a client uses fits easily.
const MAX_CACHED_KEYS = 32;
const cachedKeys = new Map<string, Buffer>();

function deriveKey(secret: string, claim: SigningClaim): Buffer {
  const name = `${secret}/${claim.day}/${claim.region}/${claim.service}`;
  const known = cachedKeys.get(name);
  if (known !== undefined) return known;
  let key = Buffer.from(`AWS4${secret}`);
  for (const part of [claim.day, claim.region, claim.service, 'aws4_request']) key = hmac(key, part);
  if (cachedKeys.size >= MAX_CACHED_KEYS) cachedKeys.clear();
  cachedKeys.set(name, key);
  return key;
}

export function hmac(key: Buffer, text: string): Buffer<ArrayBuffer> {
  return createHmac('sha256', key).update(text).digest();
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
