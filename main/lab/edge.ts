/** The lab's HTTP door on loopback: refuses what a web page could send, checks the signature, routes to the service, speaks its protocol. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createLogger } from '../log.ts';
import type { PortChoice } from './api.ts';
import { authenticate } from './authenticate.ts';
import { listenOnLoopback } from './loopback.ts';
import { dispatch, type EdgeServices } from './dispatch.ts';
import type { ClientCertificate } from './iot/client-certificate.ts';
import type { HttpDoor } from './iot/mqtt-door.ts';
import type { Peer } from './iot/peer.ts';
import { AwsError } from './services.ts';
import type { Credentials, SignedRequest } from './signature.ts';
import { openWaitingRoom } from './waiting-room.ts';
import { checkHost, guessProtocol, readRequest, refuseWebPages } from './web-request.ts';
import { openWebSocketDoor } from './websocket-door.ts';
import { errorAnswer, requestIds, type Answer, type Protocol } from './wire.ts';

const log = createLogger('lab.edge');

export type Edge = {
  readonly port: number;
  /** Serves a connection of the TLS door as if it had come here. */
  readonly accept: HttpDoor;
  /** Lets requests under way finish for two seconds. */
  readonly close: () => Promise<void>;
};

type EdgeOptions = {
  readonly port: PortChoice;
  readonly credentials: Credentials;
  readonly region: string;
  readonly services: EdgeServices;
  /** Takes over a signed WebSocket that carries MQTT; left out, there is none behind this door. */
  readonly onMqtt?: (stream: Duplex, peer: Peer) => void;
  /** Is told of devices that are not let in: by a certificate that is not good, or on the way to MQTT over WebSocket. */
  readonly onRefused?: (reason: string, certificateId: string | null) => void;
};

/** What the door knows of a request beside its bytes. */
type Door = EdgeOptions & { readonly certificateOf: (socket: Socket) => ClientCertificate };

const CLOSE_MS = 2000;
const MAX_DRAINED_BYTES = 256 * 1024 * 1024;
const MAX_DRAINED_MS = 30_000;
const MOST_CONNECTIONS = 2_000;
/** Until the headers of a connection's first request are complete. */
const MOST_WAITING = 500;
const HEADERS_LIMIT_MS = 10_000;
/** A body may be long, but not silent. */
const SILENCE_LIMIT_MS = 60_000;

/** Throws AppError `lab.portTaken`. */
export async function openEdge(options: EdgeOptions): Promise<Edge> {
  const waiting = openWaitingRoom({ most: MOST_WAITING, limitMs: HEADERS_LIMIT_MS });
  const { onMqtt, onRefused, credentials, region } = options;
  const webSockets =
    onMqtt === undefined
      ? null
      : openWebSocketDoor({ onMqtt, credentials, region, onRefused: (reason) => onRefused?.(reason, null) });
  const certificates = new WeakMap<Socket, () => ClientCertificate>();
  const door: Door = {
    ...options,
    certificateOf: (socket) => certificates.get(socket)?.() ?? { kind: 'none' },
  };
  const takeFrom = (request: IncomingMessage, response: ServerResponse, onBody: () => void): void => {
    waiting.leave(request.socket);
    limitSilence(request);
    serve(request, response, onBody, door).catch((error: unknown) => {
      // The client hung up, or the answer could not be written: there is nobody left to tell.
      log.debug({ err: error }, 'a request ended early');
      response.destroy();
    });
  };
  const makeServer = (): Server => {
    const server = createServer({
      keepAliveTimeout: 65_000,
      headersTimeout: HEADERS_LIMIT_MS,
      requestTimeout: 3_600_000,
      connectionsCheckingInterval: 2_000,
      noDelay: true,
    });
    server.maxConnections = MOST_CONNECTIONS;
    server.on('connection', waiting.enter);
    server.on('request', (request, response) => takeFrom(request, response, () => undefined));
    // Whoever asks first is told to go on only when the body is wanted: a refusal then costs no upload.
    server.on('checkContinue', (request, response) => takeFrom(request, response, () => response.writeContinue()));
    server.on('upgrade', (message, socket, head) => {
      waiting.leave(message.socket);
      if (webSockets === null) socket.destroy();
      else webSockets.upgrade(message, socket, head);
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      const status = CLIENT_ERRORS.get(error.code ?? '') ?? '400 Bad Request';
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
    return server;
  };
  const { port, servers } = await listenOnLoopback(makeServer, options.port, 'HTTP');
  return {
    port,
    accept: (socket, certificate) => {
      certificates.set(socket, certificate);
      servers[0]?.emit('connection', socket);
    },
    close: async () => {
      waiting.close();
      webSockets?.close();
      await Promise.all(servers.map(closeServer));
    },
  };
}

const CLIENT_ERRORS: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

/** Node closes the connection when the time is up and nobody else listens. */
function limitSilence(message: IncomingMessage): void {
  message.socket.setTimeout(SILENCE_LIMIT_MS);
  message.once('end', () => message.socket.setTimeout(0));
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  onBody: () => void,
  door: Door,
): Promise<void> {
  const request = readRequest(message);
  const outcome = await answerRequest(bodyOf(message, onBody), message, request, door);
  const ids = requestIds(outcome.protocol);
  const answer =
    outcome.answer instanceof AwsError
      ? errorAnswer(outcome.protocol, outcome.answer, ids, request.rawPath)
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
  door: Door,
): Promise<Outcome> {
  const guess = guessProtocol(request);
  let protocol = guess;
  try {
    refuseWebPages(request.headers);
    const bucket = checkHost(request.headers, message);
    const known = await authenticate({
      request,
      body,
      credentials: door.credentials,
      region: door.region,
      bucketOfHost: bucket,
      address: message.socket.remoteAddress ?? '',
      certificateId: () => goodCertificate(door.certificateOf(message.socket), door.onRefused),
      onService: (service) => {
        // A service the lab does not have: only S3 among those that look like plain REST speaks XML.
        protocol = door.services.protocolOf(service) ?? (guess === 's3' ? 'rest-json' : guess);
      },
    });
    return { protocol, answer: await dispatch(door.services, request, known, bucket) };
  } catch (error) {
    if (error instanceof AwsError) return { protocol, answer: error };
    if (message.destroyed && !message.complete) throw error;
    log.error({ err: error, method: request.method }, 'unexpected failure while answering');
    const code = protocol === 's3' ? 'InternalError' : 'InternalFailure';
    return { protocol, answer: new AwsError(code, 'The lab met an unexpected error; see its log.', 500) };
  }
}

/** The id of a good certificate, null without one. Throws AwsError ForbiddenException. */
function goodCertificate(certificate: ClientCertificate, onRefused: EdgeOptions['onRefused']): string | null {
  switch (certificate.kind) {
    case 'none':
      return null;
    case 'good':
      return certificate.certificateId;
    case 'refused':
      onRefused?.(certificate.reason, certificate.certificateId);
      throw new AwsError('ForbiddenException', `Not let in: ${certificate.reason}.`, 403);
  }
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
  const timer = setTimeout(() => message.destroy(), MAX_DRAINED_MS);
  message.once('close', () => clearTimeout(timer));
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
