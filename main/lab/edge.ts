/** The lab's one HTTP door on loopback: refuses what a web page could send, checks the signature, routes to the service, speaks its protocol. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createLogger } from '../log.ts';
import type { PortChoice } from './api.ts';
import { authenticate } from './authenticate.ts';
import { listenOnLoopback } from './loopback.ts';
import { dispatch, type EdgeServices } from './dispatch.ts';
import { AwsError } from './services.ts';
import type { Credentials, SignedRequest } from './signature.ts';
import { errorAnswer, requestIds, type Answer, type Protocol } from './wire.ts';

const log = createLogger('lab.edge');

export type Edge = {
  readonly port: number;
  /** Lets requests under way finish for two seconds. */
  readonly close: () => Promise<void>;
};

type EdgeOptions = {
  readonly port: PortChoice;
  readonly credentials: Credentials;
  readonly region: string;
  readonly services: EdgeServices;
};

const CLOSE_MS = 2000;
const MAX_DRAINED_BYTES = 256 * 1024 * 1024;

/** Throws AppError `lab.portTaken`. */
export async function openEdge(options: EdgeOptions): Promise<Edge> {
  const takeFrom = (request: IncomingMessage, response: ServerResponse, onBody: () => void): void => {
    serve(request, response, onBody, port, options).catch((error: unknown) => {
      // The client hung up, or the answer could not be written: there is nobody left to tell.
      log.debug({ err: error }, 'a request ended early');
      response.destroy();
    });
  };
  const makeServer = (): Server => {
    const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 3_600_000, noDelay: true });
    server.on('request', (request, response) => takeFrom(request, response, () => undefined));
    // Whoever asks first is told to go on only when the body is wanted: a refusal then costs no upload.
    server.on('checkContinue', (request, response) => takeFrom(request, response, () => response.writeContinue()));
    server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
    return server;
  };
  const { port, servers } = await listenOnLoopback(makeServer, options.port, 'HTTP');
  return {
    port,
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  onBody: () => void,
  port: number,
  options: EdgeOptions,
): Promise<void> {
  const request = readRequest(message);
  const outcome = await answerRequest(bodyOf(message, onBody), message, request, port, options);
  const ids = requestIds(outcome.protocol);
  const answer =
    outcome.answer instanceof AwsError
      ? errorAnswer(outcome.protocol, outcome.answer, ids.id, request.rawPath)
      : outcome.answer;
  await write(response, message, answer, ids.headers);
}

type Outcome = { readonly protocol: Protocol; readonly answer: Answer | AwsError };

async function* bodyOf(message: IncomingMessage, onBody: () => void): AsyncGenerator<Buffer> {
  onBody();
  // Without the option a refused upload would tear down its connection before the error is read.
  yield* message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

async function answerRequest(
  body: AsyncIterable<Buffer>,
  message: IncomingMessage,
  request: SignedRequest,
  port: number,
  options: EdgeOptions,
): Promise<Outcome> {
  const guess = guessProtocol(request);
  let protocol = guess;
  try {
    const bucket = checkOrigin(request.headers, port);
    const known = await authenticate({
      request,
      body,
      credentials: options.credentials,
      region: options.region,
      onService: (service) => {
        // A service the lab does not have: only S3 among those that look like plain REST speaks XML.
        protocol = options.services.protocolOf(service) ?? (guess === 's3' ? 'rest-json' : guess);
      },
    });
    return { protocol, answer: await dispatch(options.services, request, known, bucket) };
  } catch (error) {
    if (error instanceof AwsError) return { protocol, answer: error };
    if (message.destroyed && !message.complete) throw error;
    log.error({ err: error, method: request.method }, 'unexpected failure while answering');
    return { protocol, answer: new AwsError('InternalFailure', 'The lab met an unexpected error; see its log.', 500) };
  }
}

function readRequest(message: IncomingMessage): SignedRequest {
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
function guessProtocol(request: SignedRequest): Protocol {
  if (request.headers['x-amz-target'] !== undefined) return 'json';
  if ((request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) return 'query';
  if ((request.headers['content-type'] ?? '').startsWith('application/json')) return 'rest-json';
  return 's3';
}

/**
 * A page in a browser always sends its origin, and a rebound name always sends that name: both are refused before anything else.
 * Returns the bucket of a virtual-host style name, else null.
 */
function checkOrigin(headers: Readonly<Record<string, string>>, port: number): string | null {
  if (headers['origin'] !== undefined) {
    throw new AwsError('AccessDenied', 'The lab does not answer web pages: requests with an Origin are refused.', 403);
  }
  const host = (headers['host'] ?? '').toLowerCase();
  const end = `:${port}`;
  const name = host.endsWith(end) ? host.slice(0, -end.length) : port === 80 ? host : '';
  if (name === '127.0.0.1' || name === 'localhost' || name === '[::1]') return null;
  const bucket = /^([a-z0-9][a-z0-9.-]*)\.localhost$/.exec(name)?.[1];
  if (bucket !== undefined) return bucket;
  throw new AwsError(
    'AccessDenied',
    `The Host header must name this machine: 127.0.0.1:${port} or localhost:${port}.`,
    403,
  );
}

async function write(
  response: ServerResponse,
  message: IncomingMessage,
  answer: Answer,
  ids: Readonly<Record<string, string>>,
): Promise<void> {
  if (response.destroyed) {
    if (answer.body instanceof Readable) answer.body.destroy();
    return;
  }
  const length =
    answer.body === null || answer.body instanceof Readable ? {} : { 'content-length': Buffer.byteLength(answer.body) };
  response.writeHead(answer.status, { ...length, ...answer.headers, ...ids });
  if (answer.body instanceof Readable) await pipeline(answer.body, response);
  else response.end(answer.body ?? undefined);
  if (!message.complete) drain(message);
}

/** Many clients read the refusal only after they have sent everything; but not without end. */
function drain(message: IncomingMessage): void {
  let bytes = 0;
  message.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DRAINED_BYTES) message.destroy();
  });
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearTimeout(timer);
}
