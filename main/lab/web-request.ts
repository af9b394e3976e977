/** What one HTTP request says before anything is believed: its parts as sent, the name it calls this machine by, and the page it comes from. */
import type { IncomingMessage } from 'node:http';
import { AwsError } from './services.ts';
import type { SignedRequest } from './signature.ts';
import type { Protocol } from './wire.ts';

export function readRequest(message: IncomingMessage): SignedRequest {
  const url = message.url ?? '/';
  const at = url.indexOf('?');
  // Without a prototype: a header may be called "constructor".
  const headers = Object.create(null) as Record<string, string>;
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    const name = (message.rawHeaders[index] ?? '').toLowerCase();
    const value = message.rawHeaders[index + 1] ?? '';
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return {
    method: message.method ?? 'GET',
    rawPath: at < 0 ? url : url.slice(0, at),
    rawQuery: at < 0 ? '' : url.slice(at + 1),
    headers,
  };
}

/** Until the signing scope is known, the shape of the request tells which error its sender can read. */
export function guessProtocol(request: SignedRequest): Protocol {
  if (request.headers['x-amz-target'] !== undefined) return 'json';
  if ((request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) return 'query';
  if ((request.headers['content-type'] ?? '').startsWith('application/json')) return 'rest-json';
  return 's3';
}

/** A page in a browser always sends its origin. Throws AwsError AccessDenied. */
export function refuseWebPages(headers: SignedRequest['headers']): void {
  if (headers['origin'] === undefined) return;
  throw new AwsError('AccessDenied', 'The lab does not answer web pages: requests with an Origin are refused.', 403);
}

/**
 * A rebound name always sends that name: only the names of this machine are answered. Returns the bucket of a virtual-host style name,
 * else null. Throws AwsError AccessDenied.
 */
export function checkHost(headers: SignedRequest['headers'], message: IncomingMessage): string | null {
  const port = message.socket.localPort ?? 0;
  const host = (headers['host'] ?? '').toLowerCase();
  const end = `:${port}`;
  // Without a port the name decides alone: the device SDKs never send one with a WebSocket's handshake.
  const name = host.endsWith(end) ? host.slice(0, -end.length) : host;
  if (isLoopbackName(name)) return null;
  const bucket = /^([a-z0-9][a-z0-9.-]*)\.localhost$/.exec(name)?.[1];
  if (bucket !== undefined) return bucket;
  throw new AwsError(
    'AccessDenied',
    `The Host header must name this machine: 127.0.0.1:${port} or localhost:${port}.`,
    403,
  );
}

/** As it stands in a URL: an IPv6 address in brackets. */
export function isLoopbackName(name: string): boolean {
  return name === '127.0.0.1' || name === 'localhost' || name === '[::1]';
}
