/** What a broken or hostile client might send where signed HTTP is expected. */
import { signHeaders, type Signer } from '../sign-request.ts';
import { cut, mutated, type Random } from './random.ts';
import { hostileXml } from './xml-cases.ts';

export type HttpCase = {
  readonly bytes: Buffer;
  /** Answering this with success would be a hole in the signature check. */
  readonly isForged: boolean;
};

type Call = {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** A bucket that is there, so that requests about it are read to their end. */
export const FUZZ_BUCKET = 'fuzz-bucket';

/** One connection's worth of bytes for the HTTP port at `host`. */
export function httpCase(random: Random, signer: Signer, host: string): HttpCase {
  const valid = signedRequest(random, signer, host);
  const open = (bytes: Buffer): HttpCase => ({ bytes, isForged: false });
  switch (random.one(['random', 'cut', 'huge', 'mutated', 'forged', 'chunked', 'xml'])) {
    case 'random':
      return open(
        Buffer.concat([random.one([Buffer.alloc(0), Buffer.from('GET /')]), random.bytes(1 + random.whole(2_048))]),
      );
    case 'cut':
      return open(cut(random, valid));
    case 'huge':
      return open(huge(random, host));
    case 'mutated':
      return open(mutated(random, valid));
    case 'forged': {
      const signature = random.bytes(32).toString('hex');
      return {
        bytes: Buffer.from(valid.toString('latin1').replace(/Signature=\w+/, `Signature=${signature}`), 'latin1'),
        isForged: true,
      };
    }
    case 'chunked':
      return open(chunked(random, signer, host));
    case 'xml':
      return open(signed(xmlCall(random), signer, host));
  }
}

type XmlOperation = { readonly method: string; readonly path: string; readonly query: string; readonly root: string };

/** XML from a signer who means no good, to each operation of S3 that reads some. */
function xmlCall(random: Random): Call {
  const bucket = `/${FUZZ_BUCKET}`;
  const key = `${bucket}/key`;
  const { method, path, query, root } = random.one<XmlOperation>([
    { method: 'POST', path: bucket, query: 'delete=', root: 'Delete' },
    { method: 'POST', path: key, query: 'uploadId=none', root: 'CompleteMultipartUpload' },
    { method: 'PUT', path: key, query: 'tagging=', root: 'Tagging' },
    { method: 'PUT', path: bucket, query: 'tagging=', root: 'Tagging' },
    { method: 'PUT', path: bucket, query: 'publicAccessBlock=', root: 'PublicAccessBlockConfiguration' },
    { method: 'PUT', path: bucket, query: '', root: 'CreateBucketConfiguration' },
  ]);
  return { service: 's3', method, path, query, body: hostileXml(random, root), headers: {} };
}

function signedRequest(random: Random, signer: Signer, host: string): Buffer {
  const body = JSON.stringify({ Limit: 1 + random.whole(9) });
  const firehose: Call = {
    service: 'firehose',
    method: 'POST',
    path: '/',
    body,
    headers: { 'x-amz-target': 'Firehose_20150804.ListDeliveryStreams', 'content-type': 'application/x-amz-json-1.1' },
  };
  const request = random.one<Call>([
    firehose,
    { service: 'iot', method: 'GET', path: '/things', body: '', headers: {} },
    { service: 's3', method: 'GET', path: '/', body: '', headers: {} },
    { service: 's3', method: 'PUT', path: '/no-such-bucket/key', body, headers: {} },
    { service: 'iotdata', method: 'GET', path: '/retainedMessage', body: '', headers: {} },
  ]);
  return signed(request, signer, host);
}

function signed(call: Call, signer: Signer, host: string): Buffer {
  const { method, path, query = '' } = call;
  // The body goes out as Latin-1, one byte for each character.
  const body = Buffer.from(call.body, 'latin1');
  const headers = signHeaders(signer, { ...call, body, host });
  return raw(
    method,
    query === '' ? path : `${path}?${query}`,
    { ...headers, 'content-length': String(body.length) },
    call.body,
  );
}

/** An upload in chunks of S3's own framing and of HTTP's, with lengths and signatures that need not be right. */
function chunked(random: Random, signer: Signer, host: string): Buffer {
  const size = random.one(['5', 'ffffffffffffffff', '-1', 'zz', '7fffffff']);
  const framed = `${size};chunk-signature=${random.bytes(32).toString('hex')}\r\nhello\r\n0\r\n\r\n`;
  const headers = signHeaders(signer, {
    service: 's3',
    method: 'PUT',
    path: '/no-such-bucket/key',
    host,
    body: framed,
  });
  const marker = random.one(['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', '']);
  const outer = random.one([framed.length.toString(16), 'fffffffffffffffff', '']);
  return raw(
    'PUT',
    '/no-such-bucket/key',
    { ...headers, ...(marker !== '' && { 'x-amz-content-sha256': marker }), 'transfer-encoding': 'chunked' },
    `${outer}\r\n${framed}\r\n0\r\n\r\n`,
  );
}

function huge(random: Random, host: string): Buffer {
  const long = 'x'.repeat(random.one([20_000, 200_000]));
  return random.one([
    raw('POST', '/', { host, 'content-length': '99999999999999999999' }, 'x'),
    raw('POST', '/', { host, 'content-length': '9007199254740991', authorization: 'AWS4-HMAC-SHA256 x' }, 'x'),
    raw('GET', `/${long}`, { host }, ''),
    raw('GET', '/', { host, 'x-long': long }, ''),
    raw('GET', '/', Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`h${index}`, 'v'])), ''),
    raw('GET', '/', { host, authorization: `AWS4-HMAC-SHA256 Credential=${long.slice(0, 9_000)}` }, ''),
  ]);
}

function raw(method: string, path: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`, 'latin1');
}
