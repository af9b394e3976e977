/** Keeps one identity connected: connects, waits with growing, random pauses after a loss, and gives up on what waiting cannot mend. */
import { AppError } from '../../preload/errors.ts';
import type { Broker, MqttIdentity } from './api.ts';
import type { Gate } from './gate.ts';
import type { Arrival, Connect, Device } from './mqtt.ts';
import type { Scheduler } from './scheduler.ts';

export type Link = {
  /** Wants to be connected from now on; does nothing when it already does. */
  readonly open: () => void;
  /** Disconnects cleanly and stays away; resolves when that is done. */
  readonly close: () => Promise<void>;
  /** The connection has done what it is for: the next loss is no sign of a refusal. */
  readonly prove: () => void;
};

export type LinkOptions = {
  readonly identity: MqttIdentity;
  readonly cleanSession: boolean;
  /** Null until a broker is known; the link then waits to be opened again. */
  readonly broker: () => Broker | null;
  readonly connect: Connect;
  readonly gate: Gate;
  readonly scheduler: Scheduler;
  /** 0 to 1. */
  readonly random: () => number;
  readonly onConnected: (device: Device) => void;
  /** The connection broke or could not be made; the link tries again by itself. */
  readonly onLost: (error: AppError) => void;
  /** The link has given up until it is opened again. */
  readonly onRefused: (error: AppError) => void;
  readonly onMessage: (message: Arrival) => void;
};

/** AWS allows one CONNECT a second per client id. */
const LEAST_PAUSE_MS = 1_100;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/** Waiting does not mend these. */
const HOPELESS = new Set(['mqtt.badIdentity', 'mqtt.untrustedServer', 'mqtt.wrongName']);
/** Nor these, but a broker that starts up or a policy attached a moment ago may answer so for a while. */
const REFUSED = new Set(['mqtt.certificateRefused', 'mqtt.connectRefused', 'mqtt.closedOnConnect']);
const MOST_REFUSALS = 3;
/** Connections in a row that broke before they were of any use. */
const MOST_USELESS = 6;
/** A connection that held so long was of use, even if nothing had to be sent. */
const LONG_LIVED_MS = 30_000;

export function createLink(options: LinkOptions): Link {
  const { scheduler } = options;
  let isWanted = false;
  /** Counts the changes of mind: what an earlier attempt brings is not for us any more. */
  let era = 0;
  let device: Device | null = null;
  let closing: Promise<void> = Promise.resolve();
  let lastAttempt = -Infinity;
  let failures = 0;
  let refusals = 0;
  let useless = 0;
  let connectedAt = 0;

  const prove = (): void => {
    failures = 0;
    useless = 0;
  };

  const retry = scheduler.task(() => {
    void attempt();
    return Infinity;
  });

  const giveUp = (error: AppError): void => {
    isWanted = false;
    era += 1;
    options.onRefused(error);
  };

  const tryLater = (error: AppError): void => {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    failures += 1;
    retry.at(scheduler.now() + LEAST_PAUSE_MS + options.random() * (longest - LEAST_PAUSE_MS));
    options.onLost(error);
  };

  const lost = (error: AppError): void => {
    device = null;
    era += 1;
    if (scheduler.now() - connectedAt > LONG_LIVED_MS) prove();
    useless += 1;
    if (useless < MOST_USELESS) return tryLater(error);
    giveUp(
      new AppError(
        'mqtt.keepsClosing',
        `The broker lets "${options.identity.clientId}" connect and then closes the connection.`,
        {
          hint: 'Its policy may not allow iot:Publish or iot:Subscribe for its topic, or another client uses the same client id.',
          cause: error,
        },
      ),
    );
  };

  const failed = (error: AppError): void => {
    refusals = REFUSED.has(error.code) ? refusals + 1 : 0;
    if (HOPELESS.has(error.code) || refusals >= MOST_REFUSALS) giveUp(error);
    else tryLater(error);
  };

  const attempt = async (): Promise<void> => {
    const mine = ++era;
    const isMine = (): boolean => isWanted && era === mine;
    await closing;
    try {
      const made = await options.gate.pass(() => {
        const broker = options.broker();
        // It may have waited for its turn until it was not wanted any more.
        if (broker === null || !isMine()) return Promise.resolve(null);
        lastAttempt = scheduler.now();
        return options.connect({
          broker,
          identity: options.identity,
          cleanSession: options.cleanSession,
          onLost: (error) => {
            if (era === mine) lost(error);
          },
          onMessage: options.onMessage,
        });
      });
      if (made === null) return;
      if (!isMine()) {
        closing = made.disconnect();
        return;
      }
      device = made;
      refusals = 0;
      connectedAt = scheduler.now();
      options.onConnected(made);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (isMine()) failed(error);
    }
  };

  return {
    open: () => {
      if (isWanted) return;
      isWanted = true;
      prove();
      refusals = 0;
      retry.at(Math.max(scheduler.now(), lastAttempt + LEAST_PAUSE_MS));
    },
    close: async () => {
      isWanted = false;
      era += 1;
      retry.at(Infinity);
      if (device !== null) {
        closing = device.disconnect();
        device = null;
      }
      await closing;
    },
    prove,
  };
}
