/** `isobar bench`: each figure with a reference measured in the same run, because machines differ and drift. */
import { AppError } from '../../preload/errors.ts';
import { benchCrash } from './bench-crash.ts';
import { benchFleet } from './bench-fleet.ts';
import { benchNoaa } from './bench-noaa.ts';
import type { BenchLine, BenchOptions } from './bench-line.ts';
import { benchFuzz } from './bench-fuzz.ts';
import { benchLoop } from './bench-loop.ts';
import { benchRules } from './bench-rules.ts';
import { benchTables } from './bench-tables.ts';
import { benchWindow } from './bench-window.ts';

const BENCHES: Readonly<Record<string, (options: BenchOptions) => AsyncGenerator<BenchLine>>> = {
  noaa: ({ dataFolder }) => benchNoaa(dataFolder),
  rules: benchRules,
  loop: benchLoop,
  fleet: benchFleet,
  tables: benchTables,
  window: benchWindow,
  fuzz: benchFuzz,
  crash: benchCrash,
};

/** The window's needs a desktop, the others take minutes: they run when they are asked for. */
const ONLY_BY_NAME = ['fleet', 'tables', 'window', 'fuzz', 'crash'];

/** Throws `bench.unknown` for a name that does not exist. */
export async function* runBench(name: string | undefined, options: BenchOptions): AsyncGenerator<BenchLine> {
  if (name !== undefined && !Object.hasOwn(BENCHES, name)) {
    throw new AppError('bench.unknown', `There is no benchmark "${name}".`, {
      hint: `Choose one of: ${Object.keys(BENCHES).join(', ')}.`,
    });
  }
  for (const [candidate, bench] of Object.entries(BENCHES)) {
    if (name === candidate || (name === undefined && !ONLY_BY_NAME.includes(candidate))) yield* bench(options);
  }
}
