/** Publishes single messages of a person over the viewer's connection, and tells what became of each: acknowledged, unanswered, or refused. */
import { AppError } from '../../preload/errors.ts';
import type { TopicPublished } from '../../preload/shapes-topics.ts';
import type { OutgoingMessage } from './api.ts';
import type { Device } from './mqtt.ts';
import { checkTopic } from './topic-filter.ts';

export type Publisher = {
  /** Rejects with `mqtt.badTopic`, `mqtt.tooLong`, `mqtt.publishRefused`, `mqtt.notAcknowledged`, or why there is no connection. */
  readonly publish: (message: OutgoingMessage) => Promise<TopicPublished>;
  readonly connected: (device: Device) => void;
  readonly lost: (error: AppError | null) => void;
  /** No connection will come until one is asked for again. */
  readonly refused: (error: AppError) => void;
  /** Whether the connection must stay open for publishing. */
  readonly isUsed: () => boolean;
};

type Options = {
  /** Asks for a connection; `connected` or `refused` follows. */
  readonly open: () => void;
  /** The connection has been of use. */
  readonly prove: () => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
};

/** AWS: 128 kB. */
const MOST_BYTES = 131_072;
const CONNECT_LIMIT_MS = 15_000;
/** Nobody acknowledges QoS 0, but a broker that forbids the message closes the connection within this time. */
const REFUSAL_SHOWS_MS = 400;
const MOST_PENDING = 100;

type Waiting = { readonly resolve: (device: Device) => void; readonly reject: (error: AppError) => void };

export function createPublisher({ open, prove, now }: Options): Publisher {
  const waiting = new Set<Waiting>();
  const onLoss = new Set<(error: AppError | null) => void>();
  let device: Device | null = null;
  let isUsed = false;
  let pending = 0;

  const connection = (): Promise<Device> =>
    new Promise((resolve, reject) => {
      if (device !== null) {
        resolve(device);
        return;
      }
      const entry: Waiting = {
        resolve: (made) => finish(() => resolve(made)),
        reject: (error) => finish(() => reject(error)),
      };
      const timer = setTimeout(() => entry.reject(noConnection()), CONNECT_LIMIT_MS);
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        waiting.delete(entry);
        settle();
      };
      waiting.add(entry);
      open();
    });

  /** Rejects when the connection ends before `work` does. */
  const whileConnected = (message: OutgoingMessage, work: Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      const lost = (error: AppError | null): void => reject(refusal(message, error));
      onLoss.add(lost);
      // The client fails what is under way a moment before it tells that the connection is lost, which says more.
      const failed = (error: unknown): unknown => setTimeout(() => reject(error), REFUSAL_SHOWS_MS);
      work.then(resolve, failed).finally(() => setTimeout(() => onLoss.delete(lost), REFUSAL_SHOWS_MS));
    });

  const send = async (over: Device, message: OutgoingMessage): Promise<void> => {
    await over.send(message);
    if (message.qos === 0) await new Promise((resolve) => setTimeout(resolve, REFUSAL_SHOWS_MS));
  };

  return {
    publish: async (message) => {
      checkTopic(message.topic);
      if (message.payload.byteLength > MOST_BYTES) throw tooLong(message.payload.byteLength);
      if (pending >= MOST_PENDING) throw tooMany();
      isUsed = true;
      pending += 1;
      try {
        const over = await connection();
        const began = now();
        const isQos0 = message.qos === 0;
        await whileConnected(message, send(over, message));
        prove();
        const milliseconds = now() - began - (isQos0 ? REFUSAL_SHOWS_MS : 0);
        return { isAcknowledged: !isQos0, milliseconds: Math.max(0, Math.round(milliseconds)) };
      } finally {
        pending -= 1;
      }
    },
    connected: (made) => {
      device = made;
      for (const entry of [...waiting]) entry.resolve(made);
    },
    lost: (error) => {
      device = null;
      for (const lost of [...onLoss]) lost(error);
      onLoss.clear();
    },
    refused: (error) => {
      for (const entry of [...waiting]) entry.reject(error);
    },
    isUsed: () => isUsed,
  };
}

/** AWS answers a forbidden PUBLISH by closing the connection (IoT developer guide, MQTT: no negative acknowledgement in 3.1.1). */
function refusal({ topic, retain }: OutgoingMessage, cause: AppError | null): AppError {
  const action = retain ? 'iot:Publish and iot:RetainPublish' : 'iot:Publish';
  return new AppError(
    'mqtt.publishRefused',
    `The broker closed the connection instead of taking the message on "${topic}".`,
    {
      hint: `That is how it refuses. The policy of the viewer's certificate must allow ${action} on topic/${topic}.`,
      cause: cause ?? undefined,
    },
  );
}

function noConnection(): AppError {
  return new AppError('mqtt.notConnected', 'There is no connection to publish over.', {
    hint: 'Look at the target and its health, then try again.',
  });
}

function tooLong(bytes: number): AppError {
  return new AppError('mqtt.tooLong', `The payload has ${bytes} bytes; AWS takes at most ${MOST_BYTES}.`);
}

function tooMany(): AppError {
  return new AppError('mqtt.tooManyPending', `${MOST_PENDING} messages wait for their acknowledgement already.`, {
    hint: 'Publish more slowly.',
  });
}
