/** Refusals as main tells them, which of them have been looked at, and whether their list is open. */
import { create } from 'zustand';
import type { RefusalReport, ShownRefusal } from '../../preload/shapes-trace.ts';
import { watch } from './window-app.ts';

type Refusals = {
  readonly report: RefusalReport | null;
  /** The total when the list was last closed. */
  readonly seen: number;
  readonly isOpen: boolean;
  /** The station whose refusals alone are listed; null lists all. */
  readonly station: string | null;
};

export const useRefusals = create<Refusals>()(() => ({ report: null, seen: 0, isOpen: false, station: null }));

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

/** Opens the list, with the refusals of one station only where it is given. */
export function openRefusals(station: string | null = null): void {
  useRefusals.setState({ isOpen: true, station });
}

export function showAllRefusals(): void {
  useRefusals.setState({ station: null });
}

/** What was listed counts as seen. */
export function closeRefusals(): void {
  useRefusals.setState(({ report }) => ({ isOpen: false, seen: report?.total ?? 0 }));
}

const NONE: readonly ShownRefusal[] = [];

export function refusalsShown({ report, station }: Pick<Refusals, 'report' | 'station'>): readonly ShownRefusal[] {
  const all = report?.refusals ?? NONE;
  return station === null ? all : all.filter((refusal) => refusal.station?.id === station);
}

/** Whether something of this station was refused, as far as is remembered. */
export function useIsRefused(station: string): boolean {
  return useRefusals(({ report }) => report?.refusals.some((refusal) => refusal.station?.id === station) === true);
}
