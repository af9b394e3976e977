/** One station: takes observations from its file at the pace of its simulated clock and publishes each until it is acknowledged. */
import { toPlainError, type AppError, type PlainError } from '../../preload/errors.ts';
import type { LatestObservation, StationState, StationStatus } from '../../preload/shapes.ts';
import type { StationSpec } from './api.ts';
import { dueButUnsent } from './behind.ts';
import { changeSpeed, createClock, dueAt, pause, resume, simulatedAt, type Clock } from './clock.ts';
import type { FileFacts } from './file-facts.ts';
import { createLink, type LinkOptions } from './link.ts';
import type { Device } from './mqtt.ts';
import { createOutbox, type OutboxEntry } from './outbox.ts';
import { createRateMeter } from './rate-meter.ts';
import { openReplay, type Replay } from './replay.ts';

export type StationOptions = Pick<LinkOptions, 'broker' | 'connect' | 'gate' | 'scheduler' | 'random'> & {
  readonly spec: StationSpec;
  readonly facts: FileFacts;
  readonly finalNewline: () => boolean;
  /** See `createTurns`: reading ahead waits for it. */
  readonly turn: () => Promise<void>;
  /** The broker has taken a message with this payload. */
  readonly onTaken: (payload: string) => void;
  /** Its status is another one than before. */
  readonly onChange: () => void;
};

export type Station = {
  readonly start: () => void;
  readonly pause: () => void;
  /** Back to the first observation; a running station goes on from there. */
  readonly rewind: () => void;
  readonly setSpeed: (speed: number) => void;
  /** Leaves the broker it is connected to and, when it runs, connects to the one that is set now. */
  readonly reconnect: () => void;
  /** Ends it for good; resolves when it is disconnected. */
  readonly stop: () => Promise<void>;
  readonly status: (now: number) => StationStatus;
  readonly isConnected: () => boolean;
  /** Nothing it has sent is without an answer. */
  readonly isSettled: () => boolean;
  /** Index of the first observation that is not acknowledged. */
  readonly position: () => number;
};

/** Messages without PUBACK; AWS allows 100 on one connection. */
const MOST_IN_FLIGHT = 50;
const SPARKLINE = 60;
/** Pause after a message that the broker did not acknowledge although the connection held, and how often one is tried. */
const REFUSED_PAUSE_MS = 2_000;
const MOST_REFUSALS = 5;

export function createStation(options: StationOptions): Station {
  const { spec, facts, scheduler, onChange } = options;
  let wish: 'idle' | 'running' | 'paused' = spec.position > 0 ? 'paused' : 'idle';
  let isFinished = spec.position >= facts.length;
  let speed = spec.speed;
  /** Null until the first observation to send is known. */
  let clock: Clock | null = null;
  let replay: Replay | null = null;
  let readFailure: unknown = null;
  let outbox = createOutbox(MOST_IN_FLIGHT);
  let nextIndex = Math.min(spec.position, facts.length);
  let device: Device | null = null;
  let problem: PlainError | null = null;
  let isFaulty = false;
  let notBefore = -Infinity;
  let inFlight = 0;
  /** Nothing can be sent before the broker has answered something. */
  let waitsForAnswer = false;
  let lastDue: number | null = null;
  let sent = spec.acknowledged;
  let acknowledged = spec.acknowledged;
  let failed = 0;
  let latest: LatestObservation | null = null;
  const sparkline: (number | null)[] = [];
  const meter = createRateMeter();

  // ---- sending

  const task = scheduler.task((now) => work(now));
  const wake = (): void => task.at(scheduler.now());

  /** Sends what is due, as far as there is room; returns when it has something to do next. */
  const work = (now: number): number => {
    if (wish !== 'running' || device === null || replay === null) return Infinity;
    if (now < notBefore) return notBefore;
    waitsForAnswer = true;
    for (;;) {
      if (inFlight >= MOST_IN_FLIGHT) return Infinity;
      const again = outbox.firstWaiting();
      if (again !== undefined) {
        send(device, again);
        continue;
      }
      const next = replay.queue[0];
      if (next === undefined) {
        if (replay.isAtEnd() && outbox.isEmpty()) end();
        return Infinity;
      }
      clock = resume(clock ?? createClock(next.due, speed), now);
      const due = dueAt(clock, next.due);
      if (due > now) {
        waitsForAnswer = false;
        return due;
      }
      if (!outbox.hasRoom()) return Infinity;
      replay.take();
      nextIndex = next.index + 1;
      lastDue = next.due;
      send(device, outbox.add(next));
    }
  };

  const send = (over: Device, entry: OutboxEntry): void => {
    entry.state = 'sent';
    sent += 1;
    inFlight += 1;
    const { text } = entry.reading;
    const payload = options.finalNewline() ? `${text}\n` : text;
    over.publish(spec.topic, payload, (error) => {
      // What an earlier connection reports was settled when it was lost.
      if (over !== device) return;
      inFlight -= 1;
      if (error === null) taken(entry, payload);
      else refused(entry, error);
      onChange();
      if (waitsForAnswer || error !== null) wake();
    });
    onChange();
  };

  const taken = (entry: OutboxEntry, payload: string): void => {
    acknowledged += 1;
    meter.count(scheduler.now());
    link.prove();
    problem = null;
    latest = entry.reading.latest;
    if (sparkline.push(latest.temperature) > SPARKLINE) sparkline.shift();
    outbox.acknowledge(entry);
    options.onTaken(payload);
  };

  const refused = (entry: OutboxEntry, error: AppError): void => {
    failed += 1;
    entry.state = 'waiting';
    entry.refusals += 1;
    if (entry.refusals >= MOST_REFUSALS) return fault(error);
    problem = toPlainError(error);
    notBefore = scheduler.now() + REFUSED_PAUSE_MS;
  };

  const end = (): void => {
    if (readFailure !== null) return fault(readFailure);
    isFinished = true;
    halt('paused');
  };

  // ---- connection

  const disconnected = (): void => {
    device = null;
    failed += inFlight;
    inFlight = 0;
    outbox.takeBack();
    onChange();
  };

  const link = createLink({
    identity: spec,
    cleanSession: false,
    broker: options.broker,
    connect: options.connect,
    gate: options.gate,
    scheduler,
    random: options.random,
    onMessage: () => undefined,
    onConnected: (made) => {
      device = made;
      problem = null;
      if (replay === null) openAt(nextIndex);
      onChange();
      wake();
    },
    onLost: (error) => {
      disconnected();
      if (wish === 'running') problem = toPlainError(error);
      else void link.close();
    },
    onRefused: (error) => {
      disconnected();
      fault(error);
    },
  });

  const openAt = (from: number): void => {
    const opened = openReplay({
      file: spec.file,
      from,
      turn: options.turn,
      onReady: () => {
        if (opened === replay) wake();
      },
      onFailure: (error) => {
        if (opened !== replay) return;
        readFailure = error;
        wake();
      },
    });
    replay = opened;
  };

  const next = (): number => outbox.firstWaiting()?.reading.due ?? replay?.queue[0]?.due ?? lastDue ?? Infinity;

  const halt = (to: 'idle' | 'paused'): void => {
    wish = to;
    if (clock !== null) clock = pause(clock, scheduler.now(), next());
    task.at(Infinity);
    // A connected station stays so while it pauses: what is under way is still acknowledged, and going on is immediate.
    if (device === null || isFinished || isFaulty) leave();
    onChange();
  };

  const leave = (): void => {
    disconnected();
    void link.close();
  };

  const fault = (error: unknown): void => {
    problem = toPlainError(error);
    isFaulty = true;
    halt('paused');
    closeReplay();
  };

  /** What was taken from the file and is not acknowledged is read again when the replay is opened. */
  const closeReplay = (): void => {
    replay?.close();
    replay = null;
    readFailure = null;
    nextIndex = outbox.firstIndex() ?? nextIndex;
    outbox = createOutbox(MOST_IN_FLIGHT);
  };

  // ---- status

  const state = (): StationState => {
    if (isFaulty) return 'faulty';
    if (isFinished) return 'finished';
    if (wish === 'running') return device === null ? 'connecting' : 'live';
    // Until the last message is answered a pause is not complete.
    return inFlight > 0 ? 'live' : wish;
  };

  const behind = (now: number): number => {
    if (clock === null) return 0;
    const queue = replay?.queue ?? [];
    const unread = facts.length - nextIndex - queue.length;
    return outbox.waiting() + dueButUnsent(clock, now, { queue, unread, spacingMs: facts.spacingMs });
  };

  const simulatedTime = (now: number): string | null => {
    if (clock === null) return null;
    return new Date(Math.min(simulatedAt(clock, now), next())).toISOString();
  };

  const start = (): void => {
    if (wish === 'running' || isFinished) return;
    wish = 'running';
    isFaulty = false;
    problem = null;
    notBefore = -Infinity;
    link.open();
    onChange();
    wake();
  };

  const position = (): number => outbox.firstIndex() ?? nextIndex;

  return {
    start,
    pause: () => {
      if (wish === 'running') halt('paused');
      else if (isFaulty) {
        isFaulty = false;
        problem = null;
        onChange();
      }
    },
    rewind: () => {
      outbox = createOutbox(MOST_IN_FLIGHT);
      closeReplay();
      nextIndex = 0;
      clock = null;
      lastDue = null;
      isFinished = facts.length === 0;
      if (wish === 'paused' && !isFaulty) wish = 'idle';
      if (device !== null) openAt(0);
      onChange();
      wake();
    },
    setSpeed: (to) => {
      speed = to;
      if (clock !== null) clock = changeSpeed(clock, scheduler.now(), to, next());
      onChange();
      wake();
    },
    reconnect: () => {
      leave();
      // Another broker may well take what the last one refused.
      if (isFaulty) start();
      else if (wish === 'running') link.open();
      onChange();
    },
    stop: async () => {
      halt('paused');
      disconnected();
      closeReplay();
      await link.close();
    },
    status: (now) => ({
      id: spec.id,
      name: spec.name,
      kind: spec.kind,
      topic: spec.topic,
      thingName: spec.thingName,
      latitude: spec.latitude,
      longitude: spec.longitude,
      elevation: spec.elevation,
      state: state(),
      error: problem,
      speed,
      simulatedTime: simulatedTime(now),
      position: position(),
      length: facts.length,
      sent,
      acknowledged,
      failed,
      behind: behind(now),
      rate: meter.rate(now),
      targetRate: wish === 'running' && facts.spacingMs > 0 ? (speed * 1_000) / facts.spacingMs : 0,
      latest,
      sparkline: [...sparkline],
    }),
    isConnected: () => device !== null,
    isSettled: () => inFlight === 0,
    position,
  };
}
