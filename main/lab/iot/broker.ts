/**
 * The MQTT broker: aedes over TLS on loopback. A client certificate of the lab's CA is needed, registered and ACTIVE, and its policies
 * decide on every connect, publish, subscribe and delivery. A message is acknowledged when it is in the journal.
 */
import { Aedes, type Client, type ConnectPacket } from 'aedes';
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { createLogger } from '../../log.ts';
import type { LabIdentity } from '../services.ts';
import { publishRefusal, subscribeRefusal } from './authorization.ts';
import { certificateIdOf, type CertificateAuthority } from './certificate-authority.ts';
import { openConnectionPolicy, type ConnectionPolicy } from './connection-policy.ts';
import type { Journal } from './journal.ts';
import type { PortChoice } from '../api.ts';
import { listenOnLoopback } from '../loopback.ts';
import type { Registry } from './registry.ts';
import { boundSessions } from './session-queues.ts';
import { limitBacklog, limitPacketSize, mayTakeMore } from './socket-limits.ts';

export type Broker = {
  readonly port: number;
  readonly connections: () => number;
  /** Ends the connections that use this certificate. */
  readonly dropCertificate: (certificateId: string) => void;
  readonly close: () => Promise<void>;
};

type Session = {
  readonly clientId: string;
  readonly policy: ConnectionPolicy;
  /** The topic filters it is subscribed to. */
  readonly filters: Set<string>;
};

const HANDSHAKE_LIMIT_MS = 10_000;
const CONNECT_LIMIT_MS = 10_000;
const MOST_CONNECTIONS = 10_000;
const LONGEST_CLIENT_ID = 128;
/** Messages the broker hands on at the same time. */
const CONCURRENCY = 200;

const log = createLogger('lab.iot.broker');

export async function openBroker(parts: {
  readonly registry: Registry;
  readonly identity: LabIdentity;
  readonly authority: CertificateAuthority;
  readonly journal: Journal;
  readonly port: PortChoice;
  readonly onChange: () => void;
}): Promise<Broker> {
  const { registry, identity, authority, journal, port: portChoice, onChange } = parts;
  const certificateOfSocket = new WeakMap<object, string>();
  const sessions = new WeakMap<object, Session>();
  const sockets = new Set<TLSSocket>();
  /** Also those that are still in the handshake. */
  const rawSockets = new Set<Socket>();

  /** Refuses by closing, as AWS does: MQTT 3.1.1 has no way to tell a publisher why. */
  const refusal = (clientId: string, reason: string): Error => {
    log.warn({ clientId, reason }, 'refused');
    return new Error(reason);
  };

  const connect = (client: Client, packet: ConnectPacket): Error | undefined => {
    const { clientId, protocolVersion, will } = packet;
    // aedes answers other versions with "unacceptable protocol version".
    if (protocolVersion !== 4 && protocolVersion !== 3) return undefined;
    if (protocolVersion === 3) return refusal(clientId, 'MQTT 3.1 is not served, MQTT 3.1.1 is');
    const certificateId = certificateOfSocket.get(client.conn);
    if (certificateId === undefined) return refusal(clientId, 'no certificate');
    if (clientId === '') return refusal(clientId, 'the client id is empty');
    if (Buffer.byteLength(clientId) > LONGEST_CLIENT_ID)
      return refusal(clientId, 'the client id is longer than 128 bytes');
    const policy = openConnectionPolicy(registry, identity, { certificateId, clientId });
    const decision = policy.decide('iot:Connect', `client/${clientId}`);
    if (!decision.isAllowed) return refusal(clientId, decision.reason);
    const willRefusal = will === undefined ? undefined : publishRefusal(policy, will);
    if (willRefusal !== undefined) return refusal(clientId, `the last will: ${willRefusal}`);
    sessions.set(client, { clientId, policy, filters: new Set() });
    return undefined;
  };

  const broker = await Aedes.createBroker({
    concurrency: CONCURRENCY,
    connectTimeout: CONNECT_LIMIT_MS,
    // Slow subscribers are dealt with by `limitBacklog`, so that none makes the others wait.
    drainTimeout: 0,
    preConnect: (client, packet, done) => {
      const error = connect(client, packet);
      done(error ?? null, error === undefined);
    },
    authorizePublish: (client, packet, done) => {
      const session = client === null ? undefined : sessions.get(client);
      if (session === undefined) {
        done(new Error('a publisher without a session'));
        return;
      }
      const reason = publishRefusal(session.policy, packet);
      if (reason !== undefined) {
        done(refusal(session.clientId, reason));
        return;
      }
      const { topic, payload } = packet;
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
      journal.append({ topic, clientId: session.clientId, payload: bytes }, (error) => {
        if (error !== null)
          log.error({ error: error.message }, 'the journal cannot be written, a message is not acknowledged');
        done(error);
      });
    },
    // A refused subscription gets return code 0x80 in its SUBACK and the connection stays, as MQTT 3.1.1 (3.9.3) has it and the AWS
    // device SDKs expect it. (AWS itself was also seen to close the connection.)
    authorizeSubscribe: (client, subscription, done) => {
      const session = sessions.get(client);
      if (session === undefined) {
        done(new Error('a subscriber without a session'));
        return;
      }
      const reason = subscribeRefusal(session.policy, subscription, session.filters);
      if (reason === undefined) {
        session.filters.add(subscription.topic);
        done(null, subscription);
        return;
      }
      log.warn({ clientId: client.id, reason }, 'refused a subscription');
      done(null, null);
    },
    authorizeForward: (client, packet) => {
      const policy = sessions.get(client)?.policy;
      // Basic Ingest goes past the subscribers.
      if (policy === undefined || packet.topic.startsWith('$aws/rules/')) return null;
      if (packet.qos === 0 && !mayTakeMore(client)) return null;
      return policy.decide('iot:Receive', `topic/${packet.topic}`).isAllowed ? packet : null;
    },
  });
  boundSessions(broker, (client, subscription) => {
    const session = sessions.get(client);
    return session === undefined || subscribeRefusal(session.policy, subscription, session.filters) !== undefined;
  });
  // aedes has no type for it, and without a listener it would end the process.
  broker.addListener('error', (error: unknown) => log.error({ error: String(error) }, 'the broker failed'));
  broker.on('unsubscribe', (filters, client) => {
    for (const filter of filters) sessions.get(client)?.filters.delete(filter);
  });
  broker.on('clientReady', onChange);
  broker.on('clientDisconnect', onChange);

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
    certificateOfSocket.set(socket, certificateId);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const client = broker.handle(socket);
    limitBacklog(client, socket);
    limitPacketSize(client, socket);
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
  const { port, servers } = await listenOnLoopback(makeServer, portChoice, 'MQTT');
  for (const server of servers) {
    server.on('error', (error) => log.error({ error: error.message }, 'the MQTT port failed'));
  }

  return {
    port,
    connections: () => broker.connectedClients,
    dropCertificate: (certificateId) => {
      for (const socket of sockets) {
        if (certificateOfSocket.get(socket) !== certificateId) continue;
        log.warn({ certificateId, reason: 'the certificate is no longer active' }, 'closed a connection');
        socket.destroy();
      }
    },
    close: async () => {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      for (const socket of rawSockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}
