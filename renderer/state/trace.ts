/** Refusals as main tells them, and how many of them have been looked at. */
import { create } from 'zustand';
import type { RefusalReport } from '../../preload/shapes-trace.ts';
import { watch } from './window-app.ts';

type Refusals = {
  readonly report: RefusalReport | null;
  /** The total when the list was last closed. */
  readonly seen: number;
};

export const useRefusals = create<Refusals>()(() => ({ report: null, seen: 0 }));

/** Returns the way to close it. A broken stream is opened again by itself. */
export function watchRefusals(): () => void {
  return watch(
    'trace.refusals',
    {},
    {
      // A lab that has started again counts from nothing.
      batch: (report) => useRefusals.setState(({ seen }) => ({ report, seen: Math.min(seen, report.total) })),
      error: () => undefined,
    },
  );
}

export function markRefusalsSeen(): void {
  useRefusals.setState(({ report }) => ({ seen: report?.total ?? 0 }));
}
