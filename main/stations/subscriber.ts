/** The Topics page's own MQTT connection: many subscriptions of the window over one client, which asks the broker for each topic only once. */
import { AppError, toPlainError, type PlainError } from '../../preload/errors.ts';
import type { TopicBatch, TopicLook, TopicPublished, TopicQos } from '../../preload/shapes-topics.ts';
import type { Broker, MqttIdentity, OutgoingMessage } from './api.ts';
import { createGate } from './gate.ts';
import { createLink, type Link } from './link.ts';
import { subscriptionRefused, type Arrival, type Connect, type Device } from './mqtt.ts';
import { createPublisher } from './publisher.ts';
import { createRateMeter } from './rate-meter.ts';
import type { Scheduler } from './scheduler.ts';
import { checkFilter, includesFilter, matchesFilter, widestFilters } from './topic-filter.ts';
import { createTopicLog, type TopicLog } from './topic-log.ts';

export type SubscriberOptions = {
  readonly connect: Connect;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly onBatch: (subscription: number, batch: TopicBatch) => void;
};

export type Wish = { readonly filter: string; readonly qos: TopicQos; readonly look: TopicLook };

export type Subscriber = {
  readonly use: (broker: Broker, viewer: MqttIdentity) => Promise<void>;
  /** Throws `mqtt.badFilter`. A number that is already there starts anew. */
  readonly subscribe: (subscription: number, wish: Wish) => void;
  /** Resolves when a recording of it is written out. */
  readonly unsubscribe: (subscription: number) => Promise<void>;
  /** Throws `topics.unknown`. */
  readonly log: (subscription: number) => TopicLog;
  /** Connects when nothing else needed the connection yet. Rejects with `mqtt.*`. */
  readonly publish: (message: OutgoingMessage) => Promise<TopicPublished>;
  readonly acknowledgeBatch: (subscription: number) => void;
  readonly stop: () => Promise<void>;
};

/** AWS allows 50 on one connection. */
const MOST_SUBSCRIPTIONS = 50;
const RETRY_MS = 2_000;
/** Retained messages follow the SUBACK. */
const RETAINED_MS = 5_000;
/** Some brokers close the connection instead of refusing a subscription; a loss may have another reason once. */
const MOST_LOSSES = 2;
/** Topics whose logs are remembered; a flood of ever new topics starts anew. */
const MOST_ROUTES = 20_000;

export function createSubscriber(options: SubscriberOptions): Subscriber {
  const { scheduler } = options;
  const gate = createGate(1);
  const logs = new Map<number, TopicLog>();
  /** Topic to the logs that want it: a flood comes on few topics. */
  const routes = new Map<string, readonly TopicLog[]>();
  /** Logs whose retained messages have not been asked for over the present connection. */
  const fresh = new Set<TopicLog>();
  const meter = createRateMeter();
  /** What the broker has granted over the present connection. */
  const granted = new Map<string, TopicQos>();
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
    meter.count(scheduler.now());
    const now = scheduler.now();
    for (const log of routeOf(message.topic))
      if (!message.retained || log.wantsRetained(message.topic, now)) log.add(message, at);
  };

  const routeOf = (topic: string): readonly TopicLog[] => {
    const known = routes.get(topic);
    if (known !== undefined) return known;
    const found = [...logs.values()].filter((log) => matchesFilter(log.filter, topic));
    if (routes.size >= MOST_ROUTES) routes.clear();
    routes.set(topic, found);
    return found;
  };

  const tell = (): void => {
    for (const log of logs.values()) {
      const refusal = isGivenUp ? problem : refused.get(log.filter);
      if (refusal !== undefined && refusal !== null) log.setState('refused', refusal);
      else if (isGranted(log.filter)) log.setState('subscribed', null);
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
        const missing = wanted.find((filter) => (granted.get(filter) ?? -1) < qosFor(filter));
        const superfluous = [...granted.keys()].find((filter) => !wanted.includes(filter));
        const bare = [...fresh].find((log) => !wanted.includes(log.filter) && isGranted(log.filter));
        if (missing !== undefined) await ask(over, missing);
        else if (bare !== undefined) await askRetained(over, bare);
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

  /** The highest QoS asked for by what the filter includes; each log shows at most its own. */
  const qosFor = (filter: string): TopicQos =>
    [...logs.values()].some((log) => log.qos === 1 && includesFilter(filter, log.filter)) ? 1 : 0;

  const again = scheduler.task(() => {
    void settle();
    return Infinity;
  });

  const ask = async (over: Device, filter: string): Promise<void> => {
    asking = filter;
    const qos = qosFor(filter);
    try {
      await over.subscribe(filter, qos);
      if (over !== device) return;
      granted.set(filter, qos);
      for (const log of logs.values()) {
        if (!fresh.has(log) || !includesFilter(filter, log.filter)) continue;
        fresh.delete(log);
        log.expectRetained(scheduler.now() + RETAINED_MS);
      }
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

  /**
   * The filter is served by a wider one already, but the broker sends retained messages for a SUBSCRIBE only: it is asked for once and
   * let go at once.
   */
  const askRetained = async (over: Device, log: TopicLog): Promise<void> => {
    fresh.delete(log);
    log.expectRetained(scheduler.now() + RETAINED_MS);
    await over.subscribe(log.filter, log.qos);
    await forget(over, log.filter);
  };

  const isGranted = (filter: string): boolean => [...granted.keys()].some((wide) => includesFilter(wide, filter));

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
    // The next connection subscribes anew, and retained messages come anew.
    for (const log of logs.values()) {
      fresh.add(log);
      log.expectRetained(Infinity);
    }
    publisher.lost(error);
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
        publisher.connected(made);
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
        publisher.refused(error);
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
    if (source === null || (logs.size === 0 && !publisher.isUsed())) return;
    isGivenUp = false;
    link ??= makeLink(source.viewer);
    link.open();
    void settle();
  };

  const publisher = createPublisher({ open: () => open(), prove: () => link?.prove(), now: () => scheduler.now() });

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
    subscribe: (subscription, { filter, qos, look }) => {
      checkFilter(filter);
      if (logs.size >= MOST_SUBSCRIPTIONS && !logs.has(subscription))
        throw new AppError('mqtt.tooManySubscriptions', `At most ${MOST_SUBSCRIPTIONS} topic filters can be open.`, {
          hint: 'Close one first, or use a wildcard.',
        });
      void logs.get(subscription)?.close();
      // Asking once more may get another answer: policies change.
      refused.delete(filter);
      losses.delete(filter);
      const log = createTopicLog({
        filter,
        qos,
        look,
        scheduler,
        connectionRate: () => meter.rate(scheduler.now()),
        emit: (batch) => options.onBatch(subscription, batch),
      });
      logs.set(subscription, log);
      fresh.add(log);
      routes.clear();
      tell();
      open();
    },
    unsubscribe: async (subscription) => {
      const log = logs.get(subscription);
      if (log === undefined) return;
      logs.delete(subscription);
      fresh.delete(log);
      routes.clear();
      if (logs.size === 0 && !publisher.isUsed()) void close();
      else void settle();
      await log.close();
    },
    log: (subscription) => {
      const log = logs.get(subscription);
      if (log === undefined) throw new AppError('topics.unknown', 'This subscription is not open.');
      return log;
    },
    publish: (message) => publisher.publish(message),
    acknowledgeBatch: (subscription) => logs.get(subscription)?.acknowledge(),
    stop: async () => {
      const open = [...logs.values()];
      logs.clear();
      routes.clear();
      await Promise.all([...open.map((log) => log.close()), close()]);
    },
  };
}
