/** The course of one pinned number: a bounded row of time slots, each with its least, most and last value. */
import type { TopicPoint } from '../../preload/shapes-topics.ts';

export type PlotSlot = { readonly at: number; readonly least: number; readonly most: number; readonly last: number };

export type Plot = {
  /** Oldest first. */
  readonly slots: readonly PlotSlot[];
  /** Numbers received since the pin. */
  readonly count: number;
};

export const EMPTY_PLOT: Plot = { slots: [], count: 0 };

/** Slots in one window length: more than a plot has pixels would not be seen. */
const SLOTS = 400;

/** Older than `windowMs` before the newest is forgotten; what falls into one slot is joined. */
export function withPoint(plot: Plot, point: TopicPoint, windowMs: number): Plot {
  const slotMs = windowMs / SLOTS;
  const { at, least, most, last } = point;
  const newest = plot.slots.at(-1);
  const isSame = newest !== undefined && Math.floor(newest.at / slotMs) === Math.floor(at / slotMs);
  const slot = isSame
    ? { at, least: Math.min(newest.least, least), most: Math.max(newest.most, most), last }
    : { at, least, most, last };
  const before = isSame ? plot.slots.slice(0, -1) : plot.slots;
  return { slots: [...within(before, at - windowMs), slot].slice(-SLOTS * 2), count: plot.count + point.count };
}

function within(slots: readonly PlotSlot[], from: number): readonly PlotSlot[] {
  return slots[0] !== undefined && slots[0].at < from ? slots.filter((slot) => slot.at >= from) : slots;
}

export type PlotRange = { readonly least: number; readonly most: number; readonly last: number };

/** Over what is kept; null before the first number. */
export function rangeOf({ slots }: Plot): PlotRange | null {
  const last = slots.at(-1);
  if (last === undefined) return null;
  return slots.reduce<PlotRange>(
    (range, slot) => ({
      least: Math.min(range.least, slot.least),
      most: Math.max(range.most, slot.most),
      last: last.last,
    }),
    { least: last.least, most: last.most, last: last.last },
  );
}
