/** Takes the `aws-chunked` framing off an S3 body: sizes, chunk signatures when the body is signed, and the trailer. */
import { createHash } from 'node:crypto';
import { AwsError } from './services.ts';
import { EMPTY_SHA256, hmac, sameSignature, sha256, type SignatureProof } from './signature.ts';

const MAX_LINE_BYTES = 8192;
const MAX_TRAILER_LINES = 32;

/**
 * Yields the decoded bytes and fills `trailer` (lower-case names) at the end. With a `proof` every chunk must carry the signature that
 * follows from the one before it. Throws AwsError.
 */
export async function* decodeAwsChunks(
  body: AsyncIterable<Buffer>,
  proof: SignatureProof | null,
  trailer: Record<string, string>,
): AsyncGenerator<Buffer> {
  const reader = openReader(body);
  const chain = proof === null ? null : signatureChain(proof);
  for (;;) {
    const { bytes, signature } = readHeader(await reader.line());
    const hash = chain === null ? null : createHash('sha256');
    for (let left = bytes; left > 0;) {
      const part = await reader.take(left);
      left -= part.length;
      hash?.update(part);
      yield part;
    }
    if (hash !== null) chain?.checkChunk(hash.digest('hex'), signature);
    if (bytes === 0) break;
    if ((await reader.line()) !== '') throw badFraming();
  }
  await readTrailer(reader, trailer);
  const { 'x-amz-trailer-signature': trailerSignature, ...signed } = trailer;
  if (chain !== null && Object.keys(signed).length > 0) chain.checkTrailer(signed, trailerSignature);
}

function readHeader(line: string): { readonly bytes: number; readonly signature: string | undefined } {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (match?.[1] === undefined) throw badFraming();
  return { bytes: Number.parseInt(match[1], 16), signature: match[2] };
}

async function readTrailer(reader: Reader, trailer: Record<string, string>): Promise<void> {
  for (let count = 0; count < MAX_TRAILER_LINES; count++) {
    const line = await reader.line({ mayEnd: true });
    if (line === '') return;
    const at = line.indexOf(':');
    if (at <= 0) throw badFraming();
    trailer[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim();
  }
  throw badFraming();
}

function signatureChain(proof: SignatureProof) {
  let previous = proof.signature;
  const check = (lines: readonly string[], given: string | undefined): void => {
    const expected = hmac(proof.signingKey, lines.join('\n')).toString('hex');
    if (given === undefined || !sameSignature(expected, given)) {
      throw new AwsError(
        'SignatureDoesNotMatch',
        'The chunk signature we calculated does not match the signature you provided.',
        403,
      );
    }
    previous = expected;
  };
  return {
    checkChunk: (hash: string, given: string | undefined): void =>
      check(['AWS4-HMAC-SHA256-PAYLOAD', proof.date, proof.scope, previous, EMPTY_SHA256, hash], given),
    checkTrailer: (signed: Readonly<Record<string, string>>, given: string | undefined): void => {
      const text = Object.entries(signed)
        .map(([name, value]) => `${name}:${value}\n`)
        .join('');
      check(['AWS4-HMAC-SHA256-TRAILER', proof.date, proof.scope, previous, sha256(text)], given);
    },
  };
}

type Reader = {
  /** Up to the next line end, which is taken off. With `mayEnd` the end of the body counts as an empty line. */
  readonly line: (options?: { readonly mayEnd: boolean }) => Promise<string>;
  /** At least one byte, at most `limit`. */
  readonly take: (limit: number) => Promise<Buffer>;
};

function openReader(body: AsyncIterable<Buffer>): Reader {
  const source = body[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await source.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };
  return {
    line: async (options) => {
      for (;;) {
        const at = held.indexOf('\n');
        if (at >= 0) {
          const line = held.toString('latin1', 0, at);
          held = held.subarray(at + 1);
          return line.endsWith('\r') ? line.slice(0, -1) : line;
        }
        if (held.length > MAX_LINE_BYTES) throw badFraming();
        if (!(await more())) {
          if (options?.mayEnd === true && held.length === 0) return '';
          throw badFraming();
        }
      }
    },
    take: async (limit) => {
      if (held.length === 0 && !(await more())) throw badFraming();
      const part = held.subarray(0, limit);
      held = held.subarray(part.length);
      return part;
    },
  };
}

function badFraming(): AwsError {
  return new AwsError(
    'IncompleteBody',
    'The aws-chunked body ended early or is not framed as chunks with size, data and line end.',
  );
}
