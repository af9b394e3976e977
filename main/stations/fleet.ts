/** All stations of the process: starts, pauses, rewinds them by id and reports what changed. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../preload/errors.ts';
import type { FleetStatus, PayloadPreview, StationStatus } from '../../preload/shapes.ts';
import type { Broker, NetworkFinding, NetworkStep, StationSpec } from './api.ts';
import { createFileFacts } from './file-facts.ts';
import { createGate } from './gate.ts';
import { look } from './look.ts';
import type { Connect } from './mqtt.ts';
import { readOne } from './replay.ts';
import type { Scheduler } from './scheduler.ts';
import { createSentMessages } from './sent-messages.ts';
import { createStation, type Station } from './station.ts';
import { createTurns } from './turns.ts';

export type FleetOptions = {
  readonly connect: Connect;
  readonly scheduler: Scheduler;
  /** 0 to 1, for the pauses between attempts to connect. */
  readonly random: () => number;
  /** At most ten a second; `stations` are those whose status changed, the totals are of the whole fleet. */
  readonly onStatus: (status: FleetStatus) => void;
};

export type Fleet = ReturnType<typeof createFleet>;

type Member = { readonly spec: StationSpec; readonly station: Station };

const MOST_CONNECTING = 50;
/** Each decodes some 32 observations, about a millisecond. */
const MOST_READING_A_TURN = 4;
const REPORT_EVERY_MS = 100;
/** So many statuses a report keep it under a few milliseconds; the others wait for the next one. */
const MOST_IN_A_REPORT = 100;
/** The clock and the rate of a running station change even while it sends nothing. */
const TICK_EVERY_MS = 500;
/** How long a last answer is waited for before everything is disconnected. */
const SETTLE_LIMIT_MS = 2_000;
const SETTLE_STEP_MS = 20;

export function createFleet(options: FleetOptions) {
  const { scheduler } = options;
  const members = new Map<string, Member>();
  const factsOf = createFileFacts();
  const gate = createGate(MOST_CONNECTING);
  const turn = createTurns(MOST_READING_A_TURN);
  /** In order of change, so that every station gets its turn. */
  const changed = new Set<string>();
  const latest = new Map<string, StationStatus>();
  const sent = createSentMessages();
  let broker: Broker | null = null;
  let hasFinalNewline = true;
  let acknowledged = 0;
  let rate = 0;
  let nextTick = 0;
  let lastReport = -Infinity;
  /** Replacements of one id happen one after the other. */
  const puts = new Map<string, Promise<void>>();

  const reporter = scheduler.task((now) => report(now));

  const isTicking = (status: StationStatus): boolean => status.state === 'live' || status.rate > 0;

  const report = (now: number): number => {
    if (now >= nextTick) {
      nextTick = now + TICK_EVERY_MS;
      for (const [id, status] of latest) if (isTicking(status)) changed.add(id);
    }
    const stations: StationStatus[] = [];
    for (const id of changed) {
      if (stations.length >= MOST_IN_A_REPORT) break;
      changed.delete(id);
      const member = members.get(id);
      if (member === undefined) continue;
      const status = member.station.status(now);
      const before = latest.get(id);
      acknowledged += status.acknowledged - (before?.acknowledged ?? 0);
      rate += status.rate - (before?.rate ?? 0);
      latest.set(id, status);
      stations.push(status);
    }
    if (stations.length > 0) {
      lastReport = now;
      // Adding and taking away leaves rounding errors behind.
      options.onStatus({ stations, acknowledged, rate: Math.max(0, Math.round(rate * 100) / 100) });
    }
    if (changed.size > 0) return now + REPORT_EVERY_MS;
    return [...latest.values()].some(isTicking) ? nextTick : Infinity;
  };

  const change = (id: string): void => {
    if (changed.size === 0) reporter.at(Math.max(scheduler.now(), lastReport + REPORT_EVERY_MS));
    changed.add(id);
  };

  const forget = (id: string): void => {
    const status = latest.get(id);
    if (status === undefined) return;
    acknowledged -= status.acknowledged;
    rate -= status.rate;
    latest.delete(id);
    changed.delete(id);
  };

  const replace = async (spec: StationSpec): Promise<void> => {
    const facts = await factsOf(spec.file);
    await members.get(spec.id)?.station.stop();
    forget(spec.id);
    const station = createStation({
      spec,
      facts,
      scheduler,
      gate,
      turn,
      connect: options.connect,
      random: options.random,
      broker: () => broker,
      finalNewline: () => hasFinalNewline,
      onTaken: (payload) => sent.add({ topic: spec.topic, payload, receivedAt: Date.now(), clientId: spec.clientId }),
      onChange: () => {
        if (members.get(spec.id)?.station === station) change(spec.id);
      },
    });
    members.set(spec.id, { spec, station });
    change(spec.id);
  };

  const memberOf = (id: string): Member => {
    const member = members.get(id);
    if (member === undefined) throw new AppError('stations.unknown', `There is no station "${id}".`);
    return member;
  };

  /** Nothing happens unless all are known. */
  const forAll = (ids: readonly string[], act: (member: Member) => void): void => {
    for (const member of ids.map(memberOf)) act(member);
  };

  return {
    useBroker: (next: Broker): void => {
      const isSame = broker?.host === next.host && broker.port === next.port && broker.ca === next.ca;
      if (isSame) return;
      broker = next;
      for (const { station } of members.values()) station.reconnect();
    },
    broker: (): Broker | null => broker,
    /** Rejects with AppError `noaa.*` when the file cannot be replayed; a station with the same id then stays as it is. */
    put: async (spec: StationSpec): Promise<void> => {
      const before = puts.get(spec.id) ?? Promise.resolve();
      const mine = before.catch(() => undefined).then(() => replace(spec));
      puts.set(spec.id, mine);
      try {
        await mine;
      } finally {
        if (puts.get(spec.id) === mine) puts.delete(spec.id);
      }
    },
    /** Ids that are not there are no fault: they need not be removed. */
    remove: async (ids: readonly string[]): Promise<void> => {
      await Promise.all(
        ids.map(async (id) => {
          const member = members.get(id);
          members.delete(id);
          forget(id);
          await member?.station.stop();
        }),
      );
    },
    start: (ids: readonly string[]): void => forAll(ids, ({ station }) => station.start()),
    pause: (ids: readonly string[]): void => forAll(ids, ({ station }) => station.pause()),
    rewind: (ids: readonly string[]): void => forAll(ids, ({ station }) => station.rewind()),
    setSpeed: (ids: readonly string[], speed: number): void => {
      if (!(speed > 0 && Number.isFinite(speed)))
        throw new AppError('stations.badSpeed', 'A speed must be a number above 0.');
      forAll(ids, ({ station }) => station.setSpeed(speed));
    },
    setFinalNewline: (value: boolean): void => {
      hasFinalNewline = value;
    },
    sentMessages: sent.newest,
    /** The message that is sent next; the first one of a station that has sent all. */
    preview: async (id: string): Promise<PayloadPreview> => {
      const { spec, station } = memberOf(id);
      const text = (await readOne(spec.file, station.position())) ?? (await readOne(spec.file, 0)) ?? '';
      return { topic: spec.topic, payload: hasFinalNewline ? `${text}\n` : text };
    },
    /** Tries one step of the station's way to its broker. */
    look: async (id: string, step: NetworkStep): Promise<NetworkFinding> => {
      const { spec, station } = memberOf(id);
      if (broker === null) throw new AppError('stations.noBroker', 'The stations do not know their broker yet.');
      return look(step, { broker, identity: spec, connect: options.connect, isConnected: station.isConnected() });
    },
    /** Lets what was sent be answered, for a limited time, then disconnects every station. */
    stop: async (): Promise<void> => {
      const stations = [...members.values()].map((member) => member.station);
      for (const station of stations) station.pause();
      const end = scheduler.now() + SETTLE_LIMIT_MS;
      while (scheduler.now() < end && !stations.every((station) => station.isSettled())) await delay(SETTLE_STEP_MS);
      await Promise.all(stations.map((station) => station.stop()));
      reporter.at(Infinity);
    },
  };
}
