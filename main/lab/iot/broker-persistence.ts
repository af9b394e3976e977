/** Gives aedes its sessions and retained messages from ours: what aedes asks of a store, in its words. */
import type { Client } from 'aedes';
import { Readable } from 'node:stream';
import type { RetainedMessages } from './retained-messages.ts';
import type { QueuedMessage, Sessions, Subscription } from './sessions.ts';

/** A message on its way through aedes. */
export type RoutedPacket = {
  readonly brokerId?: string;
  readonly brokerCounter?: number;
  messageId?: number | undefined;
  readonly payload?: unknown;
};

type AnySubscription = { readonly topic: string; readonly qos: 0 | 1 | 2 };

/** Stands for aedes' own id in packets that come out of a session. */
const SESSION_ID = 'session';
const LARGEST_PACKET_ID = 65_535;
/** Messages whose number aedes may still ask for. */
const MOST_ROUTED = 50_000;

export type BrokerPersistence = {
  /** For aedes. */
  readonly store: object;
  /** Ties the message aedes will route with this payload to its place in the sessions. */
  readonly expect: (payload: Buffer, message: QueuedMessage) => void;
  /** The message must not go to this client, or was taken from it. */
  readonly withdraw: (clientId: string, packet: RoutedPacket) => void;
  /** Whether a message has waited for its client, rather than coming to it at once. */
  readonly isFromSession: (packet: RoutedPacket) => boolean;
};

/**
 * @param isRefused tells of a subscription that is not granted: aedes asks the store to remember it with the granted ones of its
 *   packet, before it has asked about all of them.
 */
export function openBrokerPersistence(
  sessions: Sessions,
  retained: RetainedMessages,
  isRefused: (client: Client, subscription: AnySubscription) => boolean,
): BrokerPersistence {
  const expected = new WeakMap<Buffer, QueuedMessage>();
  /** By aedes' counter; it counts every message of this run. */
  const routed = new Map<number, number>();

  const numberOf = ({ brokerId, brokerCounter = 0 }: RoutedPacket): number | undefined =>
    brokerId === SESSION_ID ? brokerCounter : routed.get(brokerCounter);

  const store = {
    setup: async (): Promise<void> => Promise.resolve(),

    // Retained messages are stored before their publisher is answered, which is before aedes asks.
    storeRetained: () => Promise.resolve(),
    createRetainedStreamCombi: (filters: readonly string[]) =>
      Readable.from(
        retained.matching(filters).map(({ topic, payload, qos }) => ({ cmd: 'publish', topic, payload, qos })),
      ),

    addSubscriptions: (client: Client, subscriptions: readonly AnySubscription[]) => {
      const granted = subscriptions.flatMap(({ topic, qos }): Subscription[] =>
        qos === 2 || isRefused(client, { topic, qos }) ? [] : [{ topic, qos }],
      );
      return sessions.subscribe(client.id, granted);
    },
    removeSubscriptions: (client: Client, filters: readonly string[]) => sessions.unsubscribe(client.id, filters),
    subscriptionsByClient: ({ id }: { readonly id: string }) => {
      sessions.returned(id);
      return Promise.resolve(sessions.subscriptionsOf(id));
    },
    cleanSubscriptions: ({ id }: Client) => {
      sessions.discard(id);
      return Promise.resolve();
    },

    // The sessions have the message already; here only its number in this run becomes known.
    subscriptionsByTopic: () => Promise.resolve([]),
    outgoingEnqueueCombi: (_subscribers: unknown, packet: RoutedPacket) => {
      const message = packet.payload instanceof Buffer ? expected.get(packet.payload) : undefined;
      if (message !== undefined && packet.brokerCounter !== undefined) {
        routed.set(packet.brokerCounter, message.number);
        if (routed.size > MOST_ROUTED) routed.delete(routed.keys().next().value ?? 0);
      }
      return Promise.resolve();
    },
    outgoingUpdate: ({ id }: Client, packet: RoutedPacket) => {
      const number = numberOf(packet);
      const waiting = number === undefined ? undefined : sessions.find(id, number);
      if (waiting === undefined || packet.messageId === undefined) return Promise.resolve();
      const { messageId } = waiting;
      packet.messageId = messageId ?? freePacketId(sessions, id, packet.messageId);
      if (messageId === undefined) sessions.markSent(id, waiting, packet.messageId);
      return Promise.resolve();
    },
    outgoingClearMessageId: ({ id }: Client, { messageId }: RoutedPacket) => {
      // Without an id aedes speaks of a copy it has not sent; the message itself may be on its way to the client.
      const done = messageId === undefined ? undefined : sessions.findSent(id, messageId);
      if (done !== undefined) sessions.settle(id, done.message.number);
      return Promise.resolve(done === undefined ? undefined : { topic: done.message.topic });
    },
    outgoingStream: ({ id }: Client) => Readable.from(sessions.waiting(id).map(toPacket)),

    // QoS 2 is refused, and a will belongs to its connection.
    cleanIncoming: () => Promise.resolve(),
    putWill: () => Promise.resolve(),
    delWill: () => Promise.resolve(),
    streamWill: () => Readable.from([]),
  };

  return {
    store,
    expect: (payload, message) => void expected.set(payload, message),
    withdraw: (clientId, packet) => {
      const number = numberOf(packet);
      if (number !== undefined) sessions.settle(clientId, number);
    },
    isFromSession: ({ brokerId }) => brokerId === SESSION_ID,
  };
}

/** What was sent before keeps its packet id and says so (MQTT 3.1.1, 4.4). */
function toPacket({ message, messageId }: { readonly message: QueuedMessage; readonly messageId: number | undefined }) {
  return {
    cmd: 'publish',
    brokerId: SESSION_ID,
    brokerCounter: message.number,
    topic: message.topic,
    payload: message.payload,
    qos: 1,
    retain: false,
    dup: messageId !== undefined,
    ...(messageId === undefined ? {} : { messageId }),
  };
}

/** aedes counts on from a random id and does not know which ones are still unacknowledged. */
function freePacketId(sessions: Sessions, clientId: string, wanted: number): number {
  let id = wanted;
  while (sessions.findSent(clientId, id) !== undefined) id = id >= LARGEST_PACKET_ID ? 1 : id + 1;
  return id;
}
