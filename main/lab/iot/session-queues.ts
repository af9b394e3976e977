/** Bounds what the broker keeps for persistent sessions: aedes itself would queue for an absent subscriber without end. */
import { z } from 'zod';
import { createLogger } from '../../log.ts';

const log = createLogger('lab.iot.sessions');

/** Messages waiting for one session. More are dropped and counted in the log. */
const MOST_QUEUED = 5_000;
const MOST_RETAINED = 5_000;

type Subscriber = { readonly clientId: string };
type Client = { readonly id: string };
type Subscription = { readonly topic: string; readonly qos: 0 | 1 | 2 };
type Packet = { readonly topic: string; readonly payload: Buffer };

/** What we use of the store of aedes, which its types do not show. */
type Persistence = {
  outgoingEnqueueCombi: (subscribers: readonly Subscriber[], packet: unknown) => Promise<void>;
  outgoingClearMessageId: (client: Client, packet: unknown) => Promise<unknown>;
  addSubscriptions: (client: Client, subscriptions: readonly Subscription[]) => Promise<unknown>;
  storeRetained: (packet: Packet) => Promise<unknown>;
};

const methods = ['outgoingEnqueueCombi', 'outgoingClearMessageId', 'addSubscriptions', 'storeRetained'] as const;

const brokerSchema = z.object({
  persistence: z.custom<Persistence>(
    (value) => value instanceof Object && methods.every((name) => typeof Reflect.get(value, name) === 'function'),
  ),
});

/**
 * Puts the bounds into a running broker.
 * @param isRefused tells of a subscription that is not granted: aedes would remember it with the granted ones of its packet, before it
 *   has asked about all of them.
 */
export function boundSessions(
  broker: object,
  isRefused: (client: Client, subscription: Subscription) => boolean,
): void {
  const { persistence } = brokerSchema.parse({ persistence: Reflect.get(broker, 'persistence') });
  const enqueue = persistence.outgoingEnqueueCombi.bind(persistence);
  const clear = persistence.outgoingClearMessageId.bind(persistence);
  const subscribe = persistence.addSubscriptions.bind(persistence);
  const retain = persistence.storeRetained.bind(persistence);
  const queued = new Map<string, number>();
  const retained = new Set<string>();

  persistence.outgoingEnqueueCombi = (subscribers, packet) => {
    const taken = subscribers.filter(({ clientId }) => (queued.get(clientId) ?? 0) < MOST_QUEUED);
    for (const { clientId } of taken) {
      const count = (queued.get(clientId) ?? 0) + 1;
      queued.set(clientId, count);
      if (count === MOST_QUEUED)
        log.warn({ clientId, messages: count }, 'a session is full, further messages are dropped');
    }
    return enqueue(taken, packet);
  };
  persistence.outgoingClearMessageId = async (client, packet) => {
    const cleared = await clear(client, packet);
    const count = queued.get(client.id);
    if (cleared !== undefined && count !== undefined) {
      if (count > 1) queued.set(client.id, count - 1);
      else queued.delete(client.id);
    }
    return cleared;
  };
  persistence.addSubscriptions = (client, subscriptions) =>
    subscribe(
      client,
      subscriptions.filter((subscription) => !isRefused(client, subscription)),
    );
  persistence.storeRetained = async (packet) => {
    if (packet.payload.length === 0) retained.delete(packet.topic);
    else if (retained.has(packet.topic) || retained.size < MOST_RETAINED) retained.add(packet.topic);
    else {
      log.warn({ retained: MOST_RETAINED }, 'too many retained messages, a new one is not kept');
      return;
    }
    await retain(packet);
  };
}
