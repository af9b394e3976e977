/** The Topics page's own MQTT connection: many subscriptions of the window over one client, which asks the broker for each topic only once. */
import { AppError, toPlainError, type PlainError } from '../../preload/errors.ts';
import type { TopicBatch } from '../../preload/shapes.ts';
import type { Broker, MqttIdentity } from './api.ts';
import { createGate } from './gate.ts';
import { createLink, type Link } from './link.ts';
import { subscriptionRefused, type Arrival, type Connect, type Device } from './mqtt.ts';
import type { Scheduler } from './scheduler.ts';
import { checkFilter, includesFilter, matchesFilter, widestFilters } from './topic-filter.ts';
import { createTopicLog, type TopicLog } from './topic-log.ts';

export type SubscriberOptions = {
  readonly connect: Connect;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly onBatch: (subscription: number, batch: TopicBatch) => void;
};

export type Subscriber = {
  readonly use: (broker: Broker, viewer: MqttIdentity) => Promise<void>;
  /** Throws `mqtt.badFilter`. A number that is already there starts anew. */
  readonly subscribe: (subscription: number, filter: string) => void;
  readonly unsubscribe: (subscription: number) => void;
  readonly acknowledgeBatch: (subscription: number) => void;
  readonly stop: () => Promise<void>;
};

/** AWS allows 50 on one connection. */
const MOST_SUBSCRIPTIONS = 50;
const RETRY_MS = 2_000;
/** Some brokers close the connection instead of refusing a subscription; a loss may have another reason once. */
const MOST_LOSSES = 2;

export function createSubscriber(options: SubscriberOptions): Subscriber {
  const { scheduler } = options;
  const gate = createGate(1);
  const logs = new Map<number, TopicLog>();
  /** What the broker has granted over the present connection. */
  const granted = new Set<string>();
  const refused = new Map<string, PlainError>();
  const losses = new Map<string, number>();
  let source: { readonly broker: Broker; readonly viewer: MqttIdentity } | null = null;
  let link: Link | null = null;
  let device: Device | null = null;
  let asking: string | null = null;
  let isSettling = false;
  let problem: PlainError | null = null;
  /** The connection itself is refused: no subscription can work until one is opened anew. */
  let isGivenUp = false;

  const take = (message: Arrival): void => {
    const at = Date.now();
    for (const log of logs.values()) if (matchesFilter(log.filter, message.topic)) log.add(message, at);
  };

  const tell = (): void => {
    for (const log of logs.values()) {
      const refusal = isGivenUp ? problem : refused.get(log.filter);
      if (refusal !== undefined && refusal !== null) log.setState('refused', refusal);
      else if ([...granted].some((filter) => includesFilter(filter, log.filter))) log.setState('subscribed', null);
      else log.setState('connecting', problem);
    }
  };

  const refuse = (filter: string, error: AppError): void => {
    refused.set(filter, toPlainError(error));
  };

  /** Brings the broker's subscriptions in line with ours, one request at a time. */
  const settle = async (): Promise<void> => {
    if (isSettling) return;
    isSettling = true;
    try {
      for (let over = device; over !== null; over = device) {
        const wanted = widestFilters(
          [...logs.values()].map((log) => log.filter).filter((filter) => !refused.has(filter)),
        );
        const missing = wanted.find((filter) => !granted.has(filter));
        const superfluous = [...granted].find((filter) => !wanted.includes(filter));
        if (missing !== undefined) await ask(over, missing);
        else if (superfluous !== undefined) {
          granted.delete(superfluous);
          await forget(over, superfluous);
        } else return;
        tell();
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      problem = toPlainError(error);
      again.at(scheduler.now() + RETRY_MS);
    } finally {
      isSettling = false;
      tell();
    }
  };

  const again = scheduler.task(() => {
    void settle();
    return Infinity;
  });

  const ask = async (over: Device, filter: string): Promise<void> => {
    asking = filter;
    try {
      await over.subscribe(filter);
      if (over !== device) return;
      granted.add(filter);
      losses.delete(filter);
      link?.prove();
    } catch (error) {
      // Lost on the way: it is asked for again over the next connection.
      if (over !== device) return;
      if (!(error instanceof AppError) || error.code !== 'mqtt.subscriptionRefused') throw error;
      refuse(filter, error);
    } finally {
      asking = null;
    }
  };

  const forget = async (over: Device, filter: string): Promise<void> => {
    try {
      await over.unsubscribe(filter);
    } catch (error) {
      // A lost connection has forgotten it anyway.
      if (over === device) throw error;
    }
  };

  const disconnected = (error: AppError | null): void => {
    device = null;
    granted.clear();
    problem = error === null ? null : toPlainError(error);
    tell();
  };

  const makeLink = (viewer: MqttIdentity): Link =>
    createLink({
      identity: viewer,
      // What was published while nobody looked is not shown later.
      cleanSession: true,
      broker: () => source?.broker ?? null,
      connect: options.connect,
      gate,
      scheduler,
      random: options.random,
      onMessage: take,
      onConnected: (made) => {
        device = made;
        problem = null;
        void settle();
      },
      onLost: (error) => {
        if (device !== null && asking !== null) {
          const count = (losses.get(asking) ?? 0) + 1;
          losses.set(asking, count);
          if (count >= MOST_LOSSES) refuse(asking, subscriptionRefused(asking));
        }
        disconnected(error);
      },
      onRefused: (error) => {
        isGivenUp = true;
        disconnected(error);
      },
    });

  const close = async (): Promise<void> => {
    const closing = link;
    link = null;
    again.at(Infinity);
    disconnected(null);
    await closing?.close();
  };

  const open = (): void => {
    if (source === null || logs.size === 0) return;
    isGivenUp = false;
    link ??= makeLink(source.viewer);
    link.open();
    void settle();
  };

  return {
    use: async (broker, viewer) => {
      const isSame =
        source?.broker.host === broker.host &&
        source.broker.port === broker.port &&
        source.broker.ca === broker.ca &&
        source.viewer.certificatePem === viewer.certificatePem;
      if (isSame) return;
      source = { broker, viewer };
      refused.clear();
      losses.clear();
      await close();
      open();
    },
    subscribe: (subscription, filter) => {
      checkFilter(filter);
      if (logs.size >= MOST_SUBSCRIPTIONS && !logs.has(subscription))
        throw new AppError('mqtt.tooManySubscriptions', `At most ${MOST_SUBSCRIPTIONS} topic filters can be open.`, {
          hint: 'Close one first, or use a wildcard.',
        });
      logs.get(subscription)?.close();
      // Asking once more may get another answer: policies change.
      refused.delete(filter);
      losses.delete(filter);
      const log = createTopicLog(filter, scheduler, (batch) => options.onBatch(subscription, batch));
      logs.set(subscription, log);
      tell();
      open();
    },
    unsubscribe: (subscription) => {
      logs.get(subscription)?.close();
      if (!logs.delete(subscription)) return;
      if (logs.size === 0) void close();
      else void settle();
    },
    acknowledgeBatch: (subscription) => logs.get(subscription)?.acknowledge(),
    stop: async () => {
      for (const log of logs.values()) log.close();
      logs.clear();
      await close();
    },
  };
}
