/** Entry of the stations process: connects its port to the fleet and the topic viewer. */
import { createLogger } from '../log.ts';
import { parentPort } from '../parent-port.ts';
import { openRpc, type Listener } from '../rpc.ts';
import type { StationsProcess } from './api.ts';
import { createFleet } from './fleet.ts';
import { connectDevice } from './mqtt.ts';
import { createScheduler, realTiming } from './scheduler.ts';
import { createSubscriber } from './subscriber.ts';
import { exportTo, messageNotKept, recordTo } from './topic-files.ts';
import { tryConnection } from './try-connection.ts';

const log = createLogger('stations');
const STOP_LIMIT_MS = 4_000;

// A bug ends the process; main starts it again and replays what is wanted of it.
process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'a bug ends the stations process');
  process.exit(1);
});

const port = parentPort();
const scheduler = createScheduler(realTiming);
const common = { connect: connectDevice, scheduler, random: Math.random };
const fleet = createFleet({ ...common, onStatus: (status) => rpc.emit('status', status) });
const subscriber = createSubscriber({
  ...common,
  onBatch: (subscription, batch) => rpc.emit('topics', { subscription, batch }),
});

const stop = async (): Promise<void> => {
  const limit = new Promise<void>((resolve) => setTimeout(resolve, STOP_LIMIT_MS).unref());
  await Promise.race([Promise.all([fleet.stop(), subscriber.stop()]), limit]);
};

/** The answer to a call that only does something. */
const done = (_nothing: void | undefined): null => null;

const rpc = openRpc<Listener, StationsProcess>(
  port,
  {
    useBroker: async ({ broker, viewer }) => {
      fleet.useBroker(broker);
      return done(await subscriber.use(broker, viewer));
    },
    put: async (spec) => done(await fleet.put(spec)),
    remove: async ({ ids }) => done(await fleet.remove(ids)),
    start: ({ ids }) => done(fleet.start(ids)),
    pause: ({ ids }) => done(fleet.pause(ids)),
    rewind: ({ ids }) => done(fleet.rewind(ids)),
    setSpeed: ({ ids, speed }) => done(fleet.setSpeed(ids, speed)),
    setFinalNewline: ({ value }) => done(fleet.setFinalNewline(value)),
    sentMessages: () => Promise.resolve(fleet.sentMessages()),
    preview: ({ id }) => fleet.preview(id),
    look: ({ id, step }) => fleet.look(id, step),
    tryConnection: async (identity) => done(await tryConnection(connectDevice, fleet.broker(), identity)),
    subscribe: ({ subscription, ...wish }) => done(subscriber.subscribe(subscription, wish)),
    unsubscribe: async ({ subscription }) => done(await subscriber.unsubscribe(subscription)),
    lookAtTopic: ({ subscription, look }) => done(subscriber.log(subscription).look(look)),
    clearTopic: ({ subscription }) => done(subscriber.log(subscription).clear()),
    topicMessage: ({ subscription, n }) => {
      const message = subscriber.log(subscription).message(n);
      if (message === undefined) throw messageNotKept(n);
      return message;
    },
    record: async ({ subscription, ...recording }) => done(await recordTo(subscriber.log(subscription), recording)),
    stopRecording: async ({ subscription }) => done(await subscriber.log(subscription).recorder()?.stop()),
    exportTopic: ({ subscription, ...place }) => exportTo(subscriber.log(subscription), place),
    publish: (message) => subscriber.publish(message),
    acknowledgeBatch: ({ subscription }) => done(subscriber.acknowledgeBatch(subscription)),
    stop: async () => done(await stop()),
  },
  (name, error) => log.error({ call: name, err: error }, 'a call failed unexpectedly'),
);

// Nobody is left to publish for. What is not acknowledged is sent again after the next start.
port.onClose(() => process.exit(0));
rpc.emit('ready', null);
