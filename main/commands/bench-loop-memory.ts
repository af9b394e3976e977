/** The second half of `isobar bench loop`: does the lab's memory stay flat while the fleet replays its observations again and again? */
import type { Control } from '../control/control.ts';
import type { LabUsage } from '../lab/api.ts';
import type { BenchLine } from './bench-line.ts';
import { until } from './until.ts';

const PAUSE_LIMIT_MS = 60_000;
const REPLAY_LIMIT_MS = 1_200_000;
const MEGABYTE = 2 ** 20;

type Sample = LabUsage & { readonly acknowledged: number; readonly rate: number };

/**
 * Looks at the lab where a tenth and where half of the messages have passed its rules, and at the end. The table of the cold observations grows until
 * everything was replayed once; from then on the same items are written over.
 */
export async function* memoryOver(
  control: Control,
  ids: readonly string[],
  messages: number,
): AsyncGenerator<BenchLine> {
  await control.fleet.rewind(ids);
  const replay = openReplay(control, ids);
  const tenth = await replay(messages / 10);
  const half = await replay(messages / 2);
  const end = await replay(messages);
  for (const [name, of] of Object.entries(FIGURES)) {
    yield line(name, end, of(end), of(tenth), tenth.acknowledged, 'MB');
    yield line(name, end, of(end), of(half), half.acknowledged, 'MB');
  }
  yield line('acknowledged', end, end.rate, tenth.rate, tenth.acknowledged, 'messages/s');
}

const FIGURES = {
  'resident memory of the lab': ({ residentBytes }: LabUsage) => residentBytes / MEGABYTE,
  'heap of the lab': ({ heapBytes }: LabUsage) => heapBytes / MEGABYTE,
} as const;

function line(
  what: string,
  { acknowledged }: Sample,
  value: number,
  referenceValue: number,
  before: number,
  unit: string,
): BenchLine {
  return {
    bench: 'loop',
    figure: `${what} after ${acknowledged} messages`,
    value: Math.round(value),
    unit,
    reference: `after the first ${before}`,
    referenceValue: Math.round(referenceValue),
    ratio: Number((value / referenceValue).toFixed(3)),
  };
}

/** A function that lets the fleet send until `upTo` messages are acknowledged altogether, and all of them have passed the rules. */
function openReplay(control: Control, ids: readonly string[]): (upTo: number) => Promise<Sample> {
  let acknowledged = 0;
  let seconds = 0;
  return async (upTo) => {
    while (acknowledged < upTo) {
      if (isAtEnd(control)) {
        await control.fleet.rewind(ids);
        // The status comes a little later.
        await until('the stations stand at their beginning', PAUSE_LIMIT_MS, () => !isAtEnd(control));
      }
      const start = performance.now();
      const before = acknowledgedBy(control) - acknowledged;
      await control.fleet.start(ids);
      await until('the fleet sends on', REPLAY_LIMIT_MS, () => {
        acknowledged = acknowledgedBy(control) - before;
        return acknowledged >= upTo || isAtEnd(control);
      });
      if (!isAtEnd(control)) await pauseAll(control, ids);
      acknowledged = acknowledgedBy(control) - before;
      seconds += (performance.now() - start) / 1_000;
    }
    await control.lab.drain();
    await control.lab.flush();
    return { ...(await control.lab.usage()), acknowledged, rate: acknowledged / seconds };
  };
}

/** Resolves when nothing is under way any more. */
export async function pauseAll(control: Control, ids: readonly string[]): Promise<void> {
  await control.fleet.pause(ids);
  await until('every sent message is acknowledged', PAUSE_LIMIT_MS, () =>
    control.fleet.status().stations.every((station) => station.state !== 'live'),
  );
}

export function acknowledgedBy(control: Control): number {
  return control.fleet.status().stations.reduce((sum, station) => sum + station.acknowledged, 0);
}

function isAtEnd(control: Control): boolean {
  return control.fleet.status().stations.every((station) => station.state === 'finished');
}
