/**
 * Persistent sessions: what a client has subscribed to and which messages wait for it. A message is on disk here before its publisher
 * is answered, so that neither a restart nor kill -9 of the lab loses one; after a kill some may come twice, as QoS 1 allows.
 */
import { z } from 'zod';
import { createLogger } from '../../log.ts';
import { packValue, unpackValue, type KeptRecords } from './kept-records.ts';
import { openTopicTree } from './topic-tree.ts';

export type QueuedMessage = {
  /** Grows from message to message. */
  readonly number: number;
  readonly topic: string;
  readonly payload: Buffer;
  /** The client ids of the sessions it was kept for. */
  readonly targets: readonly string[];
  /** Those that have not acknowledged it. */
  readonly pending: Set<string>;
};

export type Subscription = { readonly topic: string; readonly qos: 0 | 1 };

export type Sessions = {
  /** Undefined when no session wants the message; else resolves when it is on disk for those that do. */
  readonly enqueue: (topic: string, payload: Buffer) => Promise<QueuedMessage> | undefined;
  /** The messages that wait for a client, oldest first. */
  readonly waiting: (clientId: string) => readonly WaitingMessage[];
  readonly find: (clientId: string, number: number) => WaitingMessage | undefined;
  /** The unacknowledged message that was sent with this packet id. */
  readonly findSent: (clientId: string, messageId: number) => WaitingMessage | undefined;
  readonly markSent: (clientId: string, waiting: WaitingMessage, messageId: number) => void;
  /** The client has the message, or may not have it. */
  readonly settle: (clientId: string, number: number) => void;
  readonly has: (clientId: string) => boolean;
  readonly subscriptionsOf: (clientId: string) => readonly Subscription[];
  readonly subscribe: (clientId: string, subscriptions: readonly Subscription[]) => Promise<void>;
  readonly unsubscribe: (clientId: string, filters: readonly string[]) => Promise<void>;
  /** Ends the session: it and its messages are gone. */
  readonly discard: (clientId: string) => void;
  /** The session expires an hour after this, unless its client returns. */
  readonly left: (clientId: string) => void;
  readonly returned: (clientId: string) => void;
  readonly close: () => void;
};

export type WaitingMessage = {
  readonly message: QueuedMessage;
  /** The packet id it was sent with. */
  messageId: number | undefined;
};

type Session = {
  readonly clientId: string;
  readonly filters: Map<string, 0 | 1>;
  /** By message number. */
  readonly queue: Map<number, WaitingMessage>;
  /** By packet id. */
  readonly sent: Map<number, WaitingMessage>;
  /** Epoch milliseconds; null while the client is connected. */
  leftAt: number | null;
};

/** The default of AWS IoT: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-persistent-sessions */
const EXPIRY_MS = 3_600_000;
const SWEEP_MS = 60_000;
/** Messages waiting for one session. More are dropped and told in the log. */
const MOST_QUEUED = 5_000;
const MOST_QUEUED_BYTES = 128 * 1024 * 1024;
const MOST_SESSIONS = 20_000;

const sessionSchema = z.object({
  filters: z.array(z.tuple([z.string(), z.union([z.literal(0), z.literal(1)])])),
  leftAt: z.number().nullable(),
});
const messageSchema = z.object({ topic: z.string(), for: z.array(z.string()) });

const log = createLogger('lab.iot.sessions');

/** Throws what zod or JSON say when a stored record is damaged. */
export function openSessions(records: KeptRecords): Sessions {
  const sessions = new Map<string, Session>();
  const tree = openTopicTree();
  // Never a number again that some old record on disk may speak of.
  let nextNumber = Date.now() * 1000;
  let queuedBytes = 0;
  const messages = new Map<number, QueuedMessage>();

  /** What cannot be written now is at worst repeated after a crash. */
  const inBackground = (written: Promise<void>): void => {
    written.catch((error: unknown) => log.error({ error: String(error) }, 'a change of a session was not written'));
  };
  const save = ({ clientId, filters, leftAt }: Session): Promise<void> =>
    records.put(`s/${clientId}`, Buffer.from(JSON.stringify({ filters: [...filters], leftAt })));

  const removeMessage = (message: QueuedMessage): Promise<void> => {
    messages.delete(message.number);
    queuedBytes -= message.payload.length;
    if (message.targets.length > 1) for (const id of message.targets) records.forget(`a/${message.number}/${id}`);
    return records.remove(`m/${message.number}`);
  };

  const settle = (clientId: string, number: number): void => {
    const session = sessions.get(clientId);
    const waiting = session?.queue.get(number);
    if (session === undefined || waiting === undefined) return;
    const { message, messageId } = waiting;
    session.queue.delete(number);
    if (messageId !== undefined) session.sent.delete(messageId);
    message.pending.delete(clientId);
    if (message.pending.size > 0) {
      inBackground(records.put(`a/${number}/${clientId}`, Buffer.alloc(0)));
      return;
    }
    inBackground(removeMessage(message));
  };

  const discard = (clientId: string): void => {
    const session = sessions.get(clientId);
    if (session === undefined) return;
    for (const [filter, qos] of session.filters) if (qos > 0) tree.remove(filter, clientId);
    for (const number of [...session.queue.keys()]) settle(clientId, number);
    sessions.delete(clientId);
    inBackground(records.remove(`s/${clientId}`));
  };

  const sweep = (): void => {
    const now = Date.now();
    for (const { clientId, leftAt } of sessions.values()) {
      if (leftAt !== null && now - leftAt > EXPIRY_MS) discard(clientId);
    }
  };

  const makeRoom = (): void => {
    if (sessions.size < MOST_SESSIONS) return;
    let oldest: Session | undefined;
    for (const session of sessions.values()) {
      if (session.leftAt !== null && session.leftAt < (oldest?.leftAt ?? Infinity)) oldest = session;
    }
    if (oldest === undefined) return;
    log.warn({ clientId: oldest.clientId, sessions: sessions.size }, 'too many sessions, the longest absent one goes');
    discard(oldest.clientId);
  };

  const enqueue = (topic: string, payload: Buffer): Promise<QueuedMessage> | undefined => {
    const wanting = tree.match(topic);
    if (wanting.length === 0) return undefined;
    const targets = wanting.flatMap((clientId) => sessions.get(clientId) ?? []).filter(hasRoom);
    if (targets.length === 0 || queuedBytes + payload.length > MOST_QUEUED_BYTES) {
      log.warn({ topic, queuedBytes }, 'a message is not kept for a session that is full');
      return undefined;
    }
    const number = nextNumber++;
    const ids = targets.map(({ clientId }) => clientId);
    const value = packValue({ topic, for: ids } satisfies z.infer<typeof messageSchema>, payload);
    const kept = value.subarray(value.length - payload.length);
    const message: QueuedMessage = { number, topic, payload: kept, targets: ids, pending: new Set(ids) };
    messages.set(number, message);
    queuedBytes += payload.length;
    for (const { queue } of targets) queue.set(number, { message, messageId: undefined });
    return records.put(`m/${number}`, value).then(
      () => message,
      (error: unknown) => {
        for (const { queue } of targets) queue.delete(number);
        if (messages.delete(number)) queuedBytes -= payload.length;
        throw error;
      },
    );
  };

  for (const [key, value] of records.startingWith('s/')) {
    const clientId = key.slice(2);
    const { filters, leftAt } = sessionSchema.parse(JSON.parse(value.toString('utf8')));
    // Who was connected when the lab ended is away since now.
    sessions.set(clientId, {
      clientId,
      filters: new Map(filters),
      queue: new Map(),
      sent: new Map(),
      leftAt: leftAt ?? Date.now(),
    });
    for (const [filter, qos] of filters) if (qos > 0) tree.add(filter, clientId);
  }
  const acknowledged = new Set(records.startingWith('a/').map(([key]) => key));
  for (const [key, value] of records.startingWith('m/')) {
    const { facts, payload } = unpackValue(value);
    const number = Number(key.slice(2));
    const { topic, for: ids } = messageSchema.parse(facts);
    const pending = ids.filter((id) => sessions.has(id) && !acknowledged.has(`a/${number}/${id}`));
    nextNumber = Math.max(nextNumber, number + 1);
    const message: QueuedMessage = { number, topic, payload, targets: ids, pending: new Set(pending) };
    if (pending.length === 0) {
      inBackground(records.remove(key));
      continue;
    }
    messages.set(number, message);
    queuedBytes += payload.length;
  }
  for (const key of acknowledged) if (!messages.has(Number(key.split('/')[1]))) records.forget(key);
  // A file that was carried forward holds older messages behind newer ones.
  for (const message of [...messages.values()].sort((a, b) => a.number - b.number)) {
    for (const id of message.pending) sessions.get(id)?.queue.set(message.number, { message, messageId: undefined });
  }
  sweep();
  const timer = setInterval(sweep, SWEEP_MS);
  timer.unref();

  return {
    enqueue,
    waiting: (clientId) => [...(sessions.get(clientId)?.queue.values() ?? [])],
    find: (clientId, number) => sessions.get(clientId)?.queue.get(number),
    findSent: (clientId, messageId) => sessions.get(clientId)?.sent.get(messageId),
    markSent: (clientId, waiting, messageId) => {
      waiting.messageId = messageId;
      sessions.get(clientId)?.sent.set(messageId, waiting);
    },
    settle,
    has: (clientId) => sessions.has(clientId),
    subscriptionsOf: (clientId) => [...(sessions.get(clientId)?.filters ?? [])].map(([topic, qos]) => ({ topic, qos })),
    subscribe: async (clientId, subscriptions) => {
      let session = sessions.get(clientId);
      if (session === undefined) {
        makeRoom();
        session = { clientId, filters: new Map(), queue: new Map(), sent: new Map(), leftAt: null };
        sessions.set(clientId, session);
      }
      for (const { topic, qos } of subscriptions) {
        session.filters.set(topic, qos);
        if (qos > 0) tree.add(topic, clientId);
        else tree.remove(topic, clientId);
      }
      await save(session);
    },
    unsubscribe: async (clientId, filters) => {
      const session = sessions.get(clientId);
      if (session === undefined) return;
      for (const filter of filters) {
        session.filters.delete(filter);
        tree.remove(filter, clientId);
      }
      await save(session);
    },
    discard,
    left: (clientId) => {
      const session = sessions.get(clientId);
      if (session === undefined) return;
      session.leftAt = Date.now();
      inBackground(save(session));
    },
    returned: (clientId) => {
      const session = sessions.get(clientId);
      if (session === undefined || session.leftAt === null) return;
      // An hour that ended between two sweeps has ended all the same.
      if (Date.now() - session.leftAt > EXPIRY_MS) {
        discard(clientId);
        return;
      }
      session.leftAt = null;
      inBackground(save(session));
    },
    close: () => clearInterval(timer),
  };
}

function hasRoom({ clientId, queue }: Session): boolean {
  if (queue.size < MOST_QUEUED) return true;
  log.warn({ clientId, messages: queue.size }, 'a session is full, a message is dropped');
  return false;
}
