/**
 * `isobar bench window`: a flood into the Topics page of the real Electron. Measures how long typing and clicking wait for the next
 * paint, against the same window idle in the same run, whether memory stays flat, and whether every message is accounted for.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../preload/errors.ts';
import { nodeFork } from '../control/child.ts';
import { openControl } from '../control/control.ts';
import { openVault } from '../control/vault.ts';
import type { BenchLine, BenchOptions } from './bench-line.ts';
import { countsOf, openTopics, openWindow, type BenchWindow, type Memory } from './bench-window-app.ts';
import { askLatencies, percentile, type Latencies } from './bench-window-latency.ts';
import { addStations } from './demo-fleet.ts';
import { until } from './until.ts';

/** One observation an hour at a day a second: 24 messages per second and station, 209 stations. */
const SPEED = 86_400;
const A_STATION = 24;
const ASKED_RATE = 5_000;
const STATIONS = Math.ceil(ASKED_RATE / A_STATION);
const LIMIT_MS = 180_000;
const WARM_UP_MS = 5_000;
const IDLE_INPUTS = 40;
const SETTLE_MS = 1_500;
const MEMORY_EVERY_MS = 1_000;
const SETTINGS = { theme: 'system', language: 'en', finalNewline: true, awsQuotas: false } as const;

export async function* benchWindow(options: BenchOptions): AsyncGenerator<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-bench-window-'));
  try {
    await prepareFleet(folder, options);
    const window = await openWindow(dirname(options.distFolder), folder);
    try {
      yield* measure(window, options.seconds);
    } finally {
      await window.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The fleet is provisioned before the window opens on the same folder: adding 209 stations by hand is not what is measured. */
async function prepareFleet(folder: string, { distFolder, dataFolder }: BenchOptions): Promise<void> {
  const control = await openControl({
    folder,
    dataFolder,
    fork: nodeFork(distFolder),
    vault: await openVault(join(folder, 'vault'), null),
    settings: () => SETTINGS,
    firstStations: false,
    port: 0,
    mqttPort: 0,
  });
  try {
    await control.ready;
    const ids = addStations(control, STATIONS);
    await control.fleet.setSpeed(ids, SPEED);
    await until('all stations have their certificates', LIMIT_MS, () =>
      control.fleet.status().stations.every((station) => station.state === 'idle'),
    );
  } finally {
    await control.stop();
  }
}

async function* measure(window: BenchWindow, seconds: number): AsyncGenerator<BenchLine> {
  await openTopics(window);
  const idle = await askLatencies(window, { inputs: IDLE_INPUTS });
  await window.startAll(STATIONS);
  await pause(WARM_UP_MS);
  const before = await countsOf(window);
  const began = performance.now();
  // Buffers and compiled code grow at first, and garbage comes and goes: what is higher in the second half goes on growing.
  const half = { milliseconds: seconds * 500 };
  const { value: first, peak: firstPeak } = await withPeak(window, askLatencies(window, half));
  const { value: second, peak: secondPeak } = await withPeak(window, askLatencies(window, half));
  const busy = {
    typing: [...first.typing, ...second.typing],
    clicking: [...first.clicking, ...second.clicking],
  };
  const after = await countsOf(window);
  const rate = (after.received - before.received) / ((performance.now() - began) / 1_000);
  await window.pauseAll();
  await pause(SETTLE_MS);
  const { acknowledged, counts } = await window.settled();

  yield line('messages per second into the Topics page', rate, 'messages/s', 'asked for', ASKED_RATE);
  yield* latencyLines('typing', busy.typing, idle.typing);
  yield* latencyLines('clicking', busy.clicking, idle.clicking);
  for (const [name, what] of [
    ['renderer', 'the renderer'],
    ['stations', 'the stations process'],
  ] as const)
    yield line(
      `most memory of ${what} in the second half`,
      secondPeak[name],
      'MB',
      'in the first half',
      firstPeak[name],
    );
  yield line(
    'messages shown + counted as not shown + waiting',
    counts.shown + counts.notShown + counts.waiting,
    'messages',
    'received',
    counts.received,
  );
  yield line('messages received at QoS 0', counts.received, 'messages', 'acknowledged to the stations', acknowledged);
}

/** The most that each process holds while `work` is under way. */
async function withPeak<Value>(
  window: BenchWindow,
  work: Promise<Value>,
): Promise<{ readonly value: Value; readonly peak: Memory }> {
  let peak = await window.memory();
  for (let isDone = false; !isDone;) {
    isDone = await Promise.race([work.then(() => true), pause(MEMORY_EVERY_MS, false)]);
    const { renderer, stations } = await window.memory();
    peak = { renderer: Math.max(peak.renderer, renderer), stations: Math.max(peak.stations, stations) };
  }
  return { value: await work, peak };
}

function* latencyLines(what: string, busy: Latencies, idle: Latencies): Generator<BenchLine> {
  for (const share of [0.5, 0.99, 1]) {
    const name = share === 1 ? 'max' : `p${share * 100}`;
    yield line(
      `${what} to next paint, ${name} of ${busy.length}`,
      percentile(busy, share),
      'ms',
      'idle window',
      percentile(idle, share),
    );
  }
}

function line(figure: string, value: number, unit: string, reference: string, referenceValue: number): BenchLine {
  if (!Number.isFinite(value) || !Number.isFinite(referenceValue))
    throw new AppError('bench.nothingMeasured', `Nothing was measured for "${figure}".`, {
      hint: 'Give more --seconds.',
    });
  return {
    bench: 'window',
    figure,
    value: Number(value.toFixed(1)),
    unit,
    reference,
    referenceValue: Number(referenceValue.toFixed(1)),
    ratio: Number((value / referenceValue).toFixed(3)),
  };
}
