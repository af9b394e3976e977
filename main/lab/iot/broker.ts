/**
 * The MQTT broker: aedes behind doors that prove who comes in. The peer's policies decide on every connect, publish, subscribe and
 * delivery. A message is acknowledged when it is on disk for the rules and for every session it is due to.
 */
import { Aedes, type Client, type ConnectPacket } from 'aedes';
import type { Duplex } from 'node:stream';
import { createLogger } from '../../log.ts';
import type { LabIdentity } from '../services.ts';
import { openAdmission, type IncomingMessage } from './admission.ts';
import { limit, publishRefusal, subscribeRefusal, type Refusal } from './authorization.ts';
import { openBrokerPersistence } from './broker-persistence.ts';
import { connectRefusal, keepAliveOf } from './connect-packet.ts';
import { openConnectionPolicy, type ConnectionPolicy } from './connection-policy.ts';
import type { Journal } from './journal.ts';
import { openLifecycleEvents, type DisconnectReason, type Presence } from './lifecycle-events.ts';
import { openPacketGate } from './packet-gate.ts';
import type { MessageLog } from './message-log.ts';
import type { Peer } from './peer.ts';
import type { Quota } from './quota.ts';
import { eventOf, type RefusalEvent, type RefusalLog } from './refusal-log.ts';
import type { Registry } from './registry.ts';
import type { RetainedMessages } from './retained-messages.ts';
import { senderOf, THE_LAB, type Sender } from './sender.ts';
import type { Sessions, Subscription } from './sessions.ts';
import type { Shadows } from './shadows.ts';
import { limitBacklog, limitPacketSize, mayTakeMore } from './socket-limits.ts';

/** The lab itself is the sender where none is named. */
type LabMessage = Omit<IncomingMessage, 'sender'> & { readonly sender?: Sender };

export type Broker = {
  /** Takes over a connection that carries MQTT. Its door has checked the peer, and reports errors of the stream. */
  readonly accept: (stream: Duplex, peer: Peer) => void;
  readonly connections: () => number;
  /**
   * Publishes what came another way than MQTT. Whether it may be is for the caller to know. Resolves when the message is on disk for
   * all who are due it and on its way to those who are connected; rejects when it could not be written.
   */
  readonly publish: (message: LabMessage) => Promise<void>;
  /** Ends the connections that use this certificate. */
  readonly dropCertificate: (certificateId: string) => void;
  /** The policies of these certificates have changed: ends the connections that may no longer be there. */
  readonly recheck: (certificateIds: ReadonlySet<string>) => void;
  /** Ends the connection of a client, which must be connected or have a session; false when it has neither. */
  readonly disconnect: (
    clientId: string,
    options: { readonly cleanSession: boolean; readonly preventWill: boolean },
  ) => boolean;
  /** Of a connected client; null when it is not connected. */
  readonly subscriptionsOf: (clientId: string) => readonly Subscription[] | null;
  /** From now on nothing is taken from clients, no will either; what rules republish still is. */
  readonly stopTaking: () => void;
  /** Ends all connections without telling anyone that their clients were lost: they were not. */
  readonly close: () => Promise<void>;
};

type Connection = {
  readonly client: Client;
  readonly policy: ConnectionPolicy;
  readonly presence: Presence;
  readonly sender: Sender;
  /** The topic filters it is subscribed to. */
  readonly filters: Map<string, 0 | 1>;
  hasBeenAnnounced: boolean;
  /** Why it ends, when it is not the network that ends it. */
  reason: DisconnectReason | undefined;
  isWillPrevented: boolean;
};

const CONNECT_LIMIT_MS = 10_000;
const MOST_FILTERS_A_PACKET = 8;
const TOO_SLOW = 'a message of QoS 0 for a subscriber that does not keep up';
const ABOVE_QUOTA = {
  in: 'above the quota of a connection: 100 publishes or 512 KiB a second from the client',
  out: 'above the quota of a connection: 100 messages or 512 KiB a second to the client',
} as const;
/** Messages the broker hands on at the same time. */
const CONCURRENCY = 200;

const log = createLogger('lab.iot.broker');

export async function openBroker(parts: {
  readonly registry: Registry;
  readonly identity: LabIdentity;
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly retained: RetainedMessages;
  readonly refusals: RefusalLog;
  readonly messages: MessageLog;
  readonly shadows: Shadows;
  readonly quota: Quota;
  readonly onChange: () => void;
}): Promise<Broker> {
  const { registry, identity, journal, sessions, retained, shadows, quota, refusals, messages, onChange } = parts;
  const connections = new WeakMap<object, Connection>();
  const byClientId = new Map<string, Connection>();
  const streams = new Map<object, { readonly stream: Duplex; readonly peer: Peer; readonly client: Client }>();
  const peers = new WeakMap<object, Peer>();
  /** Errors that clients were refused with, and which are remembered already. */
  const recorded = new WeakSet<Error>();
  let isClosing = false;

  const persistence = openBrokerPersistence(sessions, retained, (client, subscription) => {
    const connection = connections.get(client);
    return (
      connection === undefined || subscribeRefusal(connection.policy, subscription, connection.filters) !== undefined
    );
  });
  const admit = openAdmission({
    journal,
    sessions,
    retained,
    shadows,
    expect: persistence.expect,
    answer: ({ topic, payload }) => tell({ topic, payload, qos: 1, retain: false }),
  });

  /** Refuses by closing, as AWS does: MQTT 3.1.1 has no way to tell a publisher why. */
  const refusal = (clientId: string, peer: Peer | undefined, refused: Refusal): Error => {
    log.warn({ clientId, reason: refused.reason }, 'refused');
    record(clientId, peer, refused, 'closed');
    const error = new Error(refused.reason);
    recorded.add(error);
    return error;
  };
  const record = (clientId: string, peer: Peer | undefined, refused: Refusal, outcome: RefusalEvent['outcome']): void =>
    refusals.add({ ...eventOf(peer, refused, clientId), outcome });

  const connect = (client: Client, packet: ConnectPacket): Error | undefined => {
    const { clientId } = packet;
    const peer = peers.get(client.conn);
    if (peer === undefined) return refusal(clientId, peer, limit('the connection is gone'));
    const policy = openConnectionPolicy(registry, identity, { peer, clientId });
    const refused = connectRefusal(policy, packet);
    if (refused !== undefined) return refusal(clientId, peer, refused);
    packet.keepalive = keepAliveOf(packet.keepalive);
    const before = byClientId.get(clientId);
    if (before !== undefined) before.reason ??= 'DUPLICATE_CLIENTID';
    connections.set(client, {
      client,
      policy,
      presence: events.open(clientId, peer),
      sender: senderOf(peer, clientId),
      filters: new Map(),
      hasBeenAnnounced: false,
      reason: undefined,
      isWillPrevented: false,
    });
    return undefined;
  };

  const broker = await Aedes.createBroker({
    concurrency: CONCURRENCY,
    connectTimeout: CONNECT_LIMIT_MS,
    // Slow subscribers are dealt with by `limitBacklog`, so that none makes the others wait.
    drainTimeout: 0,
    persistence: persistence.store,
    preConnect: (client, packet, done) => {
      const error = connect(client, packet);
      done(error ?? null, error === undefined);
    },
    // Last wills come this way too, when their connection has ended: policies decide on them as they are then.
    authorizePublish: (client, packet, done) => {
      const connection = client === null ? undefined : connections.get(client);
      if (connection === undefined) {
        done(new Error('a publisher without a session'));
        return;
      }
      if (isClosing || (connection.client.closed && connection.isWillPrevented)) {
        done(new Error('neither messages nor wills are taken any more'));
        return;
      }
      const { clientId, peer } = connection.presence;
      const { topic, payload, qos, retain } = packet;
      const refused = publishRefusal(connection.policy, packet);
      if (refused !== undefined || qos === 2) {
        connection.reason ??= (refused?.decision ?? null) === null ? 'CLIENT_ERROR' : 'AUTH_ERROR';
        done(refusal(clientId, peer, refused ?? limit('QoS 2 is not served')));
        return;
      }
      messages.allowed(clientId, topic, connection.policy.decide('iot:Publish', `topic/${topic}`));
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
      admit({ topic, payload: bytes, qos, retain, sender: connection.sender }, done);
    },
    // A refused subscription gets return code 0x80 in its SUBACK and the connection stays, as MQTT 3.1.1 (3.9.3) has it and the AWS
    // device SDKs expect it. (AWS itself was also seen to close the connection.)
    authorizeSubscribe: (client, subscription, done) => {
      const connection = connections.get(client);
      if (connection === undefined) {
        done(new Error('a subscriber without a session'));
        return;
      }
      const refused = subscribeRefusal(connection.policy, subscription, connection.filters);
      if (refused === undefined && subscription.qos !== 2) {
        connection.filters.set(subscription.topic, subscription.qos);
        done(null, subscription);
        return;
      }
      log.warn({ clientId: client.id, reason: refused?.reason }, 'refused a subscription');
      record(client.id, connection.presence.peer, refused ?? limit('QoS 2 is not served'), 'subscriptionRefused');
      done(null, null);
    },
    authorizeForward: (client, packet) => {
      const connection = connections.get(client);
      // Basic Ingest goes past the subscribers.
      if (connection === undefined || packet.topic.startsWith('$aws/rules/')) return null;
      const discard = (reason: string): null => {
        record(client.id, connection.presence.peer, limit(reason), 'discarded');
        return null;
      };
      if (packet.qos === 0 && !mayTakeMore(client)) return discard(TOO_SLOW);
      const decision = connection.policy.decide('iot:Receive', `topic/${packet.topic}`);
      if (!decision.isAllowed) {
        record(client.id, connection.presence.peer, { reason: decision.reason, decision }, 'notDelivered');
        persistence.withdraw(client.id, packet);
        return null;
      }
      // A session keeps what is discarded here and has not come out of it: it is sent when the client is back.
      const isUnlimited = persistence.isFromSession(packet);
      if (isUnlimited || quota.mayPass(client, client.id, 'out', packet.payload.length)) return packet;
      return discard(ABOVE_QUOTA.out);
    },
  });

  const publish = ({ sender = THE_LAB, ...message }: LabMessage): Promise<void> =>
    new Promise((resolve, reject) => {
      admit({ ...message, sender }, (error) => {
        if (error !== null) {
          reject(error);
          return;
        }
        broker.publish({ cmd: 'publish', dup: false, ...message }, (failure) =>
          failure === undefined || failure === null ? resolve() : reject(failure),
        );
      });
    });

  /** For what nobody waits for. */
  const tell = (message: LabMessage): void => {
    publish(message).catch((error: unknown) => {
      // It was under way when the lab began to stop: there is nobody left to hear it.
      if (isClosing) return;
      log.error({ topic: message.topic, error: String(error) }, 'a message of the lab itself could not be published');
    });
  };

  const events = openLifecycleEvents((topic, payload) => {
    if (!isClosing) tell({ topic, payload, qos: 0, retain: false });
  });

  // aedes has no type for it, and without a listener it would end the process.
  broker.addListener('error', (error: unknown) => log.error({ error: String(error) }, 'the broker failed'));
  broker.on('client', (client) => {
    const connection = connections.get(client);
    if (connection !== undefined) byClientId.set(client.id, connection);
  });
  broker.on('clientReady', (client) => {
    const connection = connections.get(client);
    if (connection !== undefined && !client.closed) {
      connection.hasBeenAnnounced = true;
      events.connected(connection.presence);
    }
    // Once more: the connection it took the client id from may have ended only now.
    if (!client.clean) sessions.returned(client.id);
    onChange();
  });
  broker.on('keepaliveTimeout', (client) => setReason(client, 'MQTT_KEEP_ALIVE_TIMEOUT'));
  // Errors of the network have a code of the system; the others are about what the client sent.
  const onClientError = (client: Client, error: Error): void => {
    if ('code' in error) return;
    setReason(client, 'CLIENT_ERROR');
    if (recorded.has(error)) return;
    record(
      client.id ?? '',
      peers.get(client.conn),
      limit(`what it sent is not as it should be: ${error.message}`),
      'closed',
    );
  };
  broker.on('clientError', onClientError);
  broker.on('connectionError', onClientError);
  broker.on('clientDisconnect', (client) => {
    const connection = connections.get(client);
    quota.forget(client);
    if (!client.clean) sessions.left(client.id);
    if (connection !== undefined) {
      if (byClientId.get(client.id) === connection) byClientId.delete(client.id);
      if (connection.hasBeenAnnounced) events.disconnected(connection.presence, reasonOf(connection));
    }
    onChange();
  });
  broker.on('subscribe', (subscriptions, client) => {
    const presence = connections.get(client)?.presence;
    // 128 stands for a refused one.
    const granted = subscriptions.flatMap(({ topic, qos }) => (Number(qos) < 128 ? [topic] : []));
    if (presence !== undefined) events.subscriptions(presence, 'subscribed', granted);
  });
  broker.on('unsubscribe', (filters, client) => {
    const connection = connections.get(client);
    if (connection === undefined || client.closed) return;
    for (const filter of filters) connection.filters.delete(filter);
    events.subscriptions(connection.presence, 'unsubscribed', filters);
  });

  const setReason = (client: Client, reason: DisconnectReason): void => {
    const connection = connections.get(client);
    if (connection !== undefined) connection.reason ??= reason;
  };

  return {
    accept: (stream, peer) => {
      peers.set(stream, peer);
      const client = broker.handle(stream);
      streams.set(stream, { stream, peer, client });
      stream.once('close', () => streams.delete(stream));
      const onClosed = (reason: string): void => record(client.id ?? '', peer, limit(reason), 'closed');
      limitBacklog(client, stream, onClosed);
      limitPacketSize(client, stream, onClosed);
      openPacketGate(client, ({ cmd, payload, subscriptions = [] }) => {
        if (cmd === 'publish') {
          if (quota.mayPass(client, client.id, 'in', payload?.length ?? 0)) return true;
          record(client.id, peer, limit(ABOVE_QUOTA.in), 'discarded');
          return false;
        }
        if (subscriptions.length <= MOST_FILTERS_A_PACKET) return true;
        log.warn(
          { clientId: client.id, filters: subscriptions.length },
          'closed a connection: more than 8 filters in one SUBSCRIBE',
        );
        onClosed('more than 8 filters in one SUBSCRIBE');
        setReason(client, 'CLIENT_ERROR');
        stream.destroy();
        return false;
      });
    },
    connections: () => broker.connectedClients,
    publish,
    dropCertificate: (certificateId) => {
      for (const { stream, peer, client } of streams.values()) {
        const { principal } = peer;
        if (principal.kind !== 'certificate' || principal.certificateId !== certificateId) continue;
        log.warn({ certificateId, reason: 'the certificate is no longer active' }, 'closed a connection');
        record(
          client.id,
          peer,
          limit('the certificate is no longer active, or no longer attached to its thing'),
          'closed',
        );
        setReason(client, 'AUTH_ERROR');
        stream.destroy();
      }
    },
    recheck: (certificateIds) => {
      for (const { stream, peer, client } of streams.values()) {
        const policy = connections.get(client)?.policy;
        const { principal } = peer;
        if (policy === undefined || principal.kind !== 'certificate') continue;
        if (!certificateIds.has(principal.certificateId)) continue;
        const decision = policy.decide('iot:Connect', `client/${client.id}`);
        if (decision.isAllowed) continue;
        log.warn({ clientId: client.id, reason: decision.reason }, 'closed a connection');
        record(client.id, peer, { reason: decision.reason, decision }, 'closed');
        setReason(client, 'AUTH_ERROR');
        stream.destroy();
      }
    },
    disconnect: (clientId, { cleanSession, preventWill }) => {
      const connection = byClientId.get(clientId);
      const isKnown = connection !== undefined || sessions.has(clientId);
      if (connection !== undefined) {
        connection.reason ??= 'API_INITIATED_DISCONNECT';
        connection.isWillPrevented = preventWill;
        connection.client.close();
      }
      if (cleanSession) sessions.discard(clientId);
      return isKnown;
    },
    subscriptionsOf: (clientId) => {
      const connection = byClientId.get(clientId);
      return connection === undefined ? null : [...connection.filters].map(([topic, qos]) => ({ topic, qos }));
    },
    stopTaking: () => {
      isClosing = true;
    },
    close: async () => {
      isClosing = true;
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    },
  };
}

/** aedes marks a connection whose client has said DISCONNECT, and only its types hide that. */
function reasonOf({ client, reason }: Connection): DisconnectReason {
  if (reason !== undefined) return reason;
  return Reflect.get(client, '_disconnected') === true ? 'CLIENT_INITIATED_DISCONNECT' : 'CONNECTION_LOST';
}
