/**
 * The TLS door on loopback. Its first bytes after the handshake tell MQTT, for which a registered, ACTIVE certificate is needed, from HTTP,
 * which needs none and goes to the edge. The same door may stand on port 443 too, where device SDKs knock when they are given no port.
 */
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { createLogger } from '../../log.ts';
import type { AlpnPortChoice, PortChoice } from '../api.ts';
import { listenOnLoopback, tryLoopback } from '../loopback.ts';
import { openWaitingRoom } from '../waiting-room.ts';
import type { Broker } from './broker.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { checkClientCertificate, type ClientCertificate } from './client-certificate.ts';
import { openHandshakePace } from './handshake-pace.ts';
import { greet } from './mqtt-greeting.ts';
import type { RefusalLog } from './refusal-log.ts';
import type { Registry } from './registry.ts';

const log = createLogger('lab.iot.door');

/** Takes over a TLS connection that carries HTTP. `certificate` looks anew at each call. */
export type HttpDoor = (socket: TLSSocket, certificate: () => ClientCertificate) => void;

export type MqttDoor = {
  readonly port: number;
  /** The second port of the same door; null when it was not asked for or port 443 was not to be had. */
  readonly alpnPort: number | null;
  /** From now on HTTP is served; before, its connections are closed. */
  readonly serveHttp: (door: HttpDoor) => void;
  /** Ends every connection that came through. */
  readonly close: () => Promise<void>;
};

const ALPN_PORT = 443;
const MOST_CONNECTIONS = 10_000;
/** From the TCP connection to the first packet or request; stations that start all at once stand in line here. */
const MOST_WAITING = 2_500;
const WAITING_LIMIT_MS = 10_000;
/** AWS's names for the two protocols on its port 443; what ordinary HTTP clients offer is the last. */
const ALPN_PROTOCOLS = ['x-amzn-mqtt-ca', 'x-amzn-http-ca', 'http/1.1'];

/** Throws AppError `lab.portTaken`. */
export async function openMqttDoor(parts: {
  readonly registry: Registry;
  readonly authority: CertificateAuthority;
  readonly broker: Broker;
  readonly refusals: RefusalLog;
  readonly port: PortChoice;
  readonly alpnPort?: AlpnPortChoice;
}): Promise<MqttDoor> {
  const { registry, authority, broker, refusals } = parts;
  /** Every TCP connection by its other end, also those that are still in the handshake. */
  const connections = new Map<string, Socket>();
  const waiting = openWaitingRoom({ most: MOST_WAITING, limitMs: WAITING_LIMIT_MS });
  let http: HttpDoor = (socket) => socket.destroy();

  const shown = (socket: TLSSocket): void => {
    const raw = connections.get(endOf(socket));
    if (raw !== undefined) waiting.leave(raw);
  };

  const tell = (certificateId: string | null, reason: string): void =>
    refusals.add({ clientId: null, certificateId, reason, decision: null, outcome: 'closed' });

  const serveMqtt = (socket: TLSSocket): void => {
    const certificate = checkClientCertificate(registry, socket);
    if (certificate.kind !== 'good') {
      const reason = certificate.kind === 'none' ? 'MQTT without a client certificate' : certificate.reason;
      log.warn(
        { reason, ...('certificateId' in certificate && { certificateId: certificate.certificateId }) },
        'refused',
      );
      tell('certificateId' in certificate ? certificate.certificateId : null, reason);
      socket.destroy();
      return;
    }
    const { certificateId } = certificate;
    greet(socket, {
      serve: () => {
        shown(socket);
        broker.accept(socket, {
          principal: { kind: 'certificate', certificateId },
          address: socket.remoteAddress ?? '',
          ...(typeof socket.servername === 'string' && { domainName: socket.servername }),
        });
      },
      refuse: (reason) => {
        log.warn({ certificateId, reason }, 'refused a connection');
        tell(certificateId, reason);
      },
    });
  };

  const accept = (socket: TLSSocket): void => {
    // Errors of a socket end it; aedes and the HTTP server put their own listeners in front later.
    socket.on('error', (error) => log.debug({ error: error.message }, 'a connection broke'));
    const look = (): void => {
      const head: unknown = socket.read();
      if (!(head instanceof Buffer)) return;
      socket.off('readable', look);
      socket.unshift(head);
      if (!beginsLikeHttp(head)) {
        serveMqtt(socket);
        return;
      }
      shown(socket);
      http(socket, () => checkClientCertificate(registry, socket));
    };
    socket.on('readable', look);
  };

  const tls = createTlsServer(
    {
      cert: authority.server.certPem,
      key: authority.server.keyPem,
      // The door itself looks at the certificate. No authorities are named to the client, or some would hold back one of another authority.
      ca: [],
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ALPN_PROTOCOLS,
    },
    accept,
  );
  tls.on('tlsClientError', (error) => log.debug({ reason: error.message }, 'a TLS handshake failed'));
  const pace = openHandshakePace((socket) => tls.emit('connection', socket));

  const makeServer = (): Server => {
    // Without `noDelay` Nagle and delayed acknowledgements hold one connection at about 1,100 messages/s.
    const server = createTcpServer({ noDelay: true }, (socket) => {
      const end = endOf(socket);
      connections.set(end, socket);
      socket.once('close', () => connections.delete(end));
      socket.on('error', (error) => log.debug({ error: error.message }, 'a connection broke'));
      waiting.enter(socket);
      pace.line(socket);
    });
    server.maxConnections = MOST_CONNECTIONS;
    return server;
  };
  const listening = await listenOnLoopback(makeServer, parts.port, 'MQTT');
  const second = await openAlpnPort(makeServer, parts.alpnPort ?? null).catch(async (error: unknown) => {
    await closeAll(listening.servers);
    throw error;
  });
  const servers = [...listening.servers, ...(second?.servers ?? [])];
  for (const server of servers) {
    server.on('error', (error) => log.error({ error: error.message }, 'the MQTT port failed'));
  }

  return {
    port: listening.port,
    alpnPort: second?.port ?? null,
    serveHttp: (door) => {
      http = door;
    },
    close: async () => {
      const closed = closeAll(servers);
      waiting.close();
      for (const socket of connections.values()) socket.destroy();
      await closed;
    },
  };
}

/** Names a connection for both its TCP and its TLS form. */
function endOf(socket: Socket): string {
  return `${socket.localPort} ${socket.remoteAddress} ${socket.remotePort}`;
}

/** Methods begin with a capital letter; an MQTT client begins with CONNECT, whose first byte is 0x10. */
function beginsLikeHttp(head: Buffer): boolean {
  const [first = 0] = head;
  return first >= 0x41 && first <= 0x5a;
}

async function openAlpnPort(makeServer: () => Server, choice: AlpnPortChoice) {
  if (choice === null) return null;
  if (choice !== 'ifFree') return listenOnLoopback(makeServer, choice, 'MQTT with ALPN');
  const found = await tryLoopback(makeServer, ALPN_PORT);
  if (found === undefined) log.info({ port: ALPN_PORT }, 'another program has this port, or it is reserved');
  return found ?? null;
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
}
