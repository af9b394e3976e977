/**
 * The MQTT broker: aedes behind doors that prove who comes in. The peer's policies decide on every connect, publish, subscribe and
 * delivery. A message is acknowledged when it is in the journal.
 */
import { Aedes, type Client, type ConnectPacket } from 'aedes';
import type { Duplex } from 'node:stream';
import { createLogger } from '../../log.ts';
import type { LabIdentity } from '../services.ts';
import { publishRefusal, subscribeRefusal } from './authorization.ts';
import { openConnectionPolicy, type ConnectionPolicy } from './connection-policy.ts';
import type { Journal } from './journal.ts';
import type { Peer } from './peer.ts';
import type { Registry } from './registry.ts';
import { boundSessions } from './session-queues.ts';
import { limitBacklog, limitPacketSize, mayTakeMore } from './socket-limits.ts';

export type Broker = {
  /** Takes over a connection that carries MQTT. Its door has checked the peer, and reports errors of the stream. */
  readonly accept: (stream: Duplex, peer: Peer) => void;
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

const CONNECT_LIMIT_MS = 10_000;
const LONGEST_CLIENT_ID = 128;
/** Messages the broker hands on at the same time. */
const CONCURRENCY = 200;

const log = createLogger('lab.iot.broker');

export async function openBroker(parts: {
  readonly registry: Registry;
  readonly identity: LabIdentity;
  readonly journal: Journal;
  readonly onChange: () => void;
}): Promise<Broker> {
  const { registry, identity, journal, onChange } = parts;
  const sessions = new WeakMap<object, Session>();
  const streams = new Map<object, { readonly stream: Duplex; readonly peer: Peer }>();

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
    const peer = streams.get(client.conn)?.peer;
    if (peer === undefined) return refusal(clientId, 'the connection is gone');
    if (clientId === '') return refusal(clientId, 'the client id is empty');
    if (Buffer.byteLength(clientId) > LONGEST_CLIENT_ID)
      return refusal(clientId, 'the client id is longer than 128 bytes');
    const policy = openConnectionPolicy(registry, identity, { peer, clientId });
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

  return {
    accept: (stream, peer) => {
      streams.set(stream, { stream, peer });
      stream.once('close', () => streams.delete(stream));
      const client = broker.handle(stream);
      limitBacklog(client, stream);
      limitPacketSize(client, stream);
    },
    connections: () => broker.connectedClients,
    dropCertificate: (certificateId) => {
      for (const { stream, peer } of streams.values()) {
        const { principal } = peer;
        if (principal.kind !== 'certificate' || principal.certificateId !== certificateId) continue;
        log.warn({ certificateId, reason: 'the certificate is no longer active' }, 'closed a connection');
        stream.destroy();
      }
    },
    close: () => new Promise<void>((resolve) => broker.close(() => resolve())),
  };
}
