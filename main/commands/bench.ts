/** `isobar bench`: each figure with a reference measured in the same run, because machines differ and drift. */
import { AppError } from '../../preload/errors.ts';
import { benchNoaa } from './bench-noaa.ts';
import type { BenchLine, BenchOptions } from './bench-line.ts';
import { benchLoop } from './bench-loop.ts';
import { benchWindow } from './bench-window.ts';

const BENCHES: Readonly<Record<string, (options: BenchOptions) => AsyncGenerator<BenchLine>>> = {
  noaa: ({ dataFolder }) => benchNoaa(dataFolder),
  loop: benchLoop,
  window: benchWindow,
};

/** Throws `bench.unknown` for a name that does not exist. */
export async function* runBench(name: string | undefined, options: BenchOptions): AsyncGenerator<BenchLine> {
  if (name !== undefined && !Object.hasOwn(BENCHES, name)) {
    throw new AppError('bench.unknown', `There is no benchmark "${name}".`, {
      hint: `Choose one of: ${Object.keys(BENCHES).join(', ')}.`,
    });
  }
  for (const [candidate, bench] of Object.entries(BENCHES)) {
    // The window's needs a desktop: it runs when it is asked for.
    if (name === candidate || (name === undefined && candidate !== 'window')) yield* bench(options);
  }
}
