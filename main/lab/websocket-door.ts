/** MQTT over WebSocket for browser pages and SDKs: `/mqtt` on the HTTP door, let in by a Signature Version 4 in the query or the headers. */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws';
import { createLogger } from '../log.ts';
import type { Peer } from './iot/peer.ts';
import { AwsError } from './services.ts';
import { signatureErrors } from './signature-errors.ts';
import { checkClaim, EMPTY_SHA256, proveClaim, readClaim, type Credentials, type SignedRequest } from './signature.ts';
import { checkHost, isLoopbackName, readRequest } from './web-request.ts';

const log = createLogger('lab.websocket');

export type WebSocketDoor = {
  /** Takes over the socket of an HTTP upgrade request; `head` are bytes that came behind it. */
  readonly upgrade: (message: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Ends every connection that came through. */
  readonly close: () => void;
};

type Options = {
  readonly credentials: Credentials;
  readonly region: string;
  /** Takes over a stream that carries MQTT. */
  readonly onMqtt: (stream: Duplex, peer: Peer) => void;
  /** A page cannot read why its handshake failed; this is told. */
  readonly onRefused?: ((reason: string) => void) | undefined;
};

const PATH = '/mqtt';
/** `iotdevicegateway` in AWS's documentation; the first JavaScript device SDK signs for `iotdata`, and AWS takes that as well. */
const SCOPES = ['iotdevicegateway', 'iotdata'];
/** What clients of MQTT 3.1.1 ask for, the newer name first. */
const PROTOCOLS = ['mqtt', 'mqttv3.1'];
/** One frame may hold several packets, but none larger than the largest legal one and a few small ones. */
const LARGEST_FRAME_BYTES = 256 * 1024;
const MOST_CONNECTIONS = 2_000;
const UNSUPPORTED_DATA = 1003;

export function openWebSocketDoor(options: Options): WebSocketDoor {
  const { credentials, region, onMqtt, onRefused } = options;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: LARGEST_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => PROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  // A handshake that is no WebSocket's: ws would answer in HTML.
  server.on('wsClientError', (error, socket) => {
    refuse(socket, new AwsError('BadRequestException', `This is no WebSocket handshake: ${error.message}.`, 400));
  });

  const accept = (socket: WebSocket, peer: Peer): void => {
    socket.on('message', (_data, isBinary) => {
      // MQTT 3.1.1, 6.0: frames of another kind end the connection.
      if (!isBinary) socket.close(UNSUPPORTED_DATA, 'MQTT comes in binary frames');
    });
    onMqtt(asStream(socket), peer);
  };

  return {
    upgrade: (message, socket, head) => {
      socket.on('error', (error) => log.debug({ error: error.message }, 'a connection broke'));
      try {
        const request = readRequest(message);
        checkHost(request.headers, message);
        checkPlace(request, message);
        const { accessKeyId } = checkSignature(request, credentials, region);
        if (server.clients.size >= MOST_CONNECTIONS) throw tooMany();
        const peer: Peer = {
          principal: { kind: 'signed', accessKeyId },
          address: message.socket.remoteAddress ?? '',
        };
        server.handleUpgrade(message, socket, head, (opened) => accept(opened, peer));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        log.warn({ code: error.code, reason: error.message }, 'refused a WebSocket');
        onRefused?.(`MQTT over WebSocket: ${error.message}`);
        refuse(socket, error);
      }
    },
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

/** Throws AwsError for another path, a page from elsewhere, or a handshake without MQTT. */
function checkPlace({ rawPath, headers }: SignedRequest, message: IncomingMessage): void {
  const origin = headers['origin'];
  if (origin !== undefined && !isLoopbackOrigin(origin)) {
    throw forbidden(
      `Pages from ${origin} may not connect: the lab answers pages from this machine (http://localhost) only.`,
    );
  }
  if ((message.headers.upgrade ?? '').toLowerCase() !== 'websocket') {
    throw new AwsError('BadRequestException', 'The lab speaks HTTP/1.1: send the request without "Upgrade".', 400);
  }
  if (rawPath !== PATH) {
    throw new AwsError('NotFoundException', `There is no WebSocket at this path: MQTT is at ${PATH}.`, 404);
  }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (offered.some((name) => PROTOCOLS.includes(name))) return;
  throw new AwsError('BadRequestException', 'The WebSocket must offer the subprotocol "mqtt".', 400);
}

/** A page that a student serves from this machine. Files (`null`) have no origin that could be told from a stranger's. */
function isLoopbackOrigin(origin: string): boolean {
  const name = /^https?:\/\/(\[[0-9a-f:]+\]|[^:/]+)(?::\d+)?$/i.exec(origin)?.[1];
  return name !== undefined && isLoopbackName(name.toLowerCase());
}

/** Throws AwsError, always as 403: on AWS too the gateway says no more than that. */
function checkSignature(
  request: SignedRequest,
  credentials: Credentials,
  region: string,
): { readonly accessKeyId: string } {
  try {
    const claim = readClaim(request);
    const errors = signatureErrors('iotdevicegateway');
    if (claim === null) throw errors.missing();
    if (!SCOPES.includes(claim.service)) {
      throw forbidden(`The request is signed for "${claim.service}", but MQTT over WebSocket is "${SCOPES[0]}".`);
    }
    checkClaim(claim, credentials, region, Date.now());
    proveClaim(claim, request, request.headers['x-amz-content-sha256'] ?? EMPTY_SHA256, credentials);
    return claim;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(error.code, error.message, 403);
  }
}

function forbidden(message: string): AwsError {
  return new AwsError('ForbiddenException', message, 403);
}

function tooMany(): AwsError {
  return new AwsError('ServiceUnavailableException', `More than ${MOST_CONNECTIONS} WebSockets are open.`, 503);
}

function refuse(socket: Duplex, error: AwsError): void {
  const body = JSON.stringify({ message: error.message });
  const lines = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Date: ${new Date().toUTCString()}`,
    `x-amzn-errortype: ${error.code}`,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** The broker writes a packet in several pieces; together they make one frame instead of one each. */
function asStream(socket: WebSocket): Duplex {
  const stream = createWebSocketStream(socket);
  stream._writev = (chunks, done) => {
    stream._write(Buffer.concat(chunks.map(({ chunk }: { chunk: Buffer }) => chunk)), 'binary', done);
  };
  return stream;
}
