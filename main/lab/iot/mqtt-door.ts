/** The TLS door of the broker on loopback: only a registered, ACTIVE certificate of the lab's CA gets through it. */
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { createLogger } from '../../log.ts';
import type { PortChoice } from '../api.ts';
import { listenOnLoopback } from '../loopback.ts';
import type { Broker } from './broker.ts';
import { certificateIdOf, type CertificateAuthority } from './certificate-authority.ts';
import type { Registry } from './registry.ts';

const log = createLogger('lab.iot.door');

export type MqttDoor = {
  readonly port: number;
  /** Ends every connection that came through. */
  readonly close: () => Promise<void>;
};

const HANDSHAKE_LIMIT_MS = 10_000;
const MOST_CONNECTIONS = 10_000;

/** Throws AppError `lab.portTaken`. */
export async function openMqttDoor(parts: {
  readonly registry: Registry;
  readonly authority: CertificateAuthority;
  readonly broker: Broker;
  readonly port: PortChoice;
}): Promise<MqttDoor> {
  const { registry, authority, broker } = parts;
  /** Also those that are still in the handshake. */
  const rawSockets = new Set<Socket>();

  const accept = (socket: TLSSocket): void => {
    // Errors of a socket end it; aedes puts its own listener in front later.
    socket.on('error', (error) => log.debug({ error: error.message }, 'a connection broke'));
    const certificateId = certificateIdOf(socket.getPeerCertificate(false).raw);
    const status = registry.certificates.get(certificateId)?.status;
    if (status !== 'ACTIVE') {
      log.warn({ certificateId, reason: status ?? 'not registered' }, 'refused a certificate');
      socket.destroy();
      return;
    }
    broker.accept(socket, {
      principal: { kind: 'certificate', certificateId },
      address: socket.remoteAddress ?? '',
    });
  };

  const makeServer = () => {
    const server = createServer(
      {
        cert: authority.server.certPem,
        key: authority.server.keyPem,
        ca: authority.pem,
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        handshakeTimeout: HANDSHAKE_LIMIT_MS,
        // Without it Nagle and delayed acknowledgements hold one connection at about 1,100 messages/s.
        noDelay: true,
      },
      accept,
    );
    server.maxConnections = MOST_CONNECTIONS;
    server.on('connection', (socket) => {
      rawSockets.add(socket);
      socket.once('close', () => rawSockets.delete(socket));
    });
    server.on('tlsClientError', (error) => log.warn({ reason: error.message }, 'refused in the TLS handshake'));
    return server;
  };
  const { port, servers } = await listenOnLoopback(makeServer, parts.port, 'MQTT');
  for (const server of servers) {
    server.on('error', (error) => log.error({ error: error.message }, 'the MQTT port failed'));
  }

  return {
    port,
    close: async () => {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      for (const socket of rawSockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}
