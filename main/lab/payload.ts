/** The body of a signed request as its sender meant it: framing taken off, hash, checksum and chunk signatures checked while it passes. */
import { createHash } from 'node:crypto';
import {
  checksumOfHeader,
  startChecksum,
  type Checksum,
  type ChecksumName,
  type RunningChecksum,
} from './checksums.ts';
import { decodeAwsChunks } from './aws-chunked.ts';
import { AwsError } from './services.ts';
import type { SignatureProof } from './signature.ts';

export type Payload = {
  /** Can be read once. Throws AwsError at its end when the bytes are not those that were signed or summed up. */
  readonly chunks: AsyncIterable<Buffer>;
  /** The same where a checksum header speaks of something else than this body: that of CompleteMultipartUpload sums up the object. */
  readonly chunksWithoutChecksum: AsyncIterable<Buffer>;
  /** The checksum the client sent, proven; null before `chunks` has ended or when none was sent. */
  readonly checksum: () => Checksum | null;
};

type Source = {
  readonly body: AsyncIterable<Buffer>;
  readonly headers: Readonly<Record<string, string>>;
  /** As signed: hex SHA-256 or one of S3's markers. */
  readonly payloadHash: string;
  /** Null when chunks cannot be signed. */
  readonly proof: SignatureProof | null;
};

export function openPayload(source: Source): Payload {
  let proven: Checksum | null = null;
  return {
    chunks: readPayload(source, announcedChecksum(source.headers), (checksum) => {
      proven = checksum;
    }),
    chunksWithoutChecksum: readPayload(source, null, () => undefined),
    checksum: () => proven,
  };
}

async function* readPayload(
  source: Source,
  expected: Announced | null,
  onProven: (checksum: Checksum) => void,
): AsyncGenerator<Buffer> {
  const { headers, payloadHash } = source;
  const trailer: Record<string, string> = {};
  const running = expected === null ? null : startChecksum(expected.name);
  const digest = headers['content-md5'];
  checkAnnounced(digest, expected, headers);
  const md5 = digest === undefined ? null : createHash('md5');
  const hash = /^[0-9a-f]{64}$/.test(payloadHash) ? createHash('sha256') : null;
  let bytes = 0;
  for await (const chunk of unframed(source, trailer)) {
    bytes += chunk.length;
    running?.update(chunk);
    md5?.update(chunk);
    hash?.update(chunk);
    yield chunk;
  }
  checkLength(bytes, headers);
  if (hash !== null && hash.digest('hex') !== payloadHash) {
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  const received = md5?.digest('base64');
  if (received !== digest) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, {
      ExpectedDigest: digest,
      CalculatedDigest: received,
    });
  }
  if (expected !== null && running !== null) onProven(proveChecksum(expected, running, headers, trailer));
}

/** Before a byte is read: what is no digest at all cannot become right. Throws AwsError InvalidDigest or InvalidRequest. */
function checkAnnounced(digest: string | undefined, expected: Announced | null, headers: Source['headers']): void {
  if (digest !== undefined && !isBase64(digest, MD5_BYTES)) {
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400, { 'Content-MD5': digest });
  }
  const value = expected?.place === 'header' ? headers[expected.header] : undefined;
  if (expected !== null && value !== undefined && !isBase64(value, CHECKSUM_BYTES[expected.name])) {
    throw invalidChecksum(`Value for ${expected.header} header is invalid.`);
  }
}

function isBase64(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, 'base64');
  return decoded.length === bytes && decoded.toString('base64') === text;
}

function unframed(source: Source, trailer: Record<string, string>): AsyncIterable<Buffer> {
  switch (source.payloadHash) {
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return decodeAwsChunks(source.body, null, trailer);
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return decodeAwsChunks(source.body, source.proof, trailer);
    default:
      if (source.payloadHash === 'UNSIGNED-PAYLOAD' || /^[0-9a-f]{64}$/.test(source.payloadHash)) return source.body;
      throw new AwsError(
        'InvalidArgument',
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD or a valid sha256 value.',
      );
  }
}

type Announced = { readonly name: ChecksumName; readonly header: string; readonly place: 'header' | 'trailer' };

function announcedChecksum(headers: Readonly<Record<string, string>>): Announced | null {
  for (const header of (headers['x-amz-trailer'] ?? '').toLowerCase().split(',')) {
    const name = checksumOfHeader(header.trim());
    if (name !== undefined) return { name, header: header.trim(), place: 'trailer' };
  }
  const [header, ...more] = Object.keys(headers).filter(
    (sent) => sent.startsWith('x-amz-checksum-') && !ABOUT_CHECKSUMS.includes(sent),
  );
  if (header === undefined) return null;
  if (more.length > 0) {
    throw invalidChecksum('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const name = checksumOfHeader(header);
  // Accepted without a look, it would promise what nobody checked.
  if (name === undefined) throw invalidChecksum(`The checksum of the header "${header}" is not known here.`);
  return { name, header, place: 'header' };
}

const MD5_BYTES = 16;
const CHECKSUM_BYTES: Readonly<Record<ChecksumName, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
};

/** These speak of checksums and are none. */
const ABOUT_CHECKSUMS = ['x-amz-checksum-mode', 'x-amz-checksum-algorithm', 'x-amz-checksum-type'];

function invalidChecksum(message: string): AwsError {
  return new AwsError('InvalidRequest', message);
}

function proveChecksum(
  expected: Announced,
  running: RunningChecksum,
  headers: Readonly<Record<string, string>>,
  trailer: Readonly<Record<string, string>>,
): Checksum {
  const given = (expected.place === 'header' ? headers : trailer)[expected.header];
  if (given === undefined) {
    throw new AwsError('MalformedTrailerError', 'The request contained trailing data that was not well-formed.');
  }
  const value = running.base64();
  if (value !== given) {
    throw new AwsError(
      'BadDigest',
      `The ${expected.name.toUpperCase()} you specified did not match the calculated checksum.`,
    );
  }
  return { name: expected.name, value };
}

function checkLength(bytes: number, headers: Readonly<Record<string, string>>): void {
  const announced = headers['x-amz-decoded-content-length'];
  if (announced !== undefined && Number(announced) !== bytes) {
    throw new AwsError(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    );
  }
}

/** The whole body in memory. Throws `tooLarge()` as soon as it passes `limitBytes`. */
export async function readAll(
  chunks: AsyncIterable<Buffer>,
  limitBytes: number,
  tooLarge: () => AwsError,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw tooLarge();
    parts.push(chunk);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, bytes);
}
