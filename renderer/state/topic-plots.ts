/** The pinned numbers and their plots. They live outside React and go on while other pages are shown. */
import { create } from 'zustand';
import type { TopicPin, TopicPoint } from '../../preload/shapes-topics.ts';
import { EMPTY_PLOT, withPoint, type Plot } from './topic-plot.ts';

/** The subscription that feeds a plot is part of the pin: it ends with it. */
export type Pinned = TopicPin & { readonly filter: string };

export const WINDOW_LENGTHS = [60_000, 300_000, 900_000, 3_600_000] as const;
const MOST_PINS = 8;

type Plots = { readonly pins: readonly Pinned[]; readonly windowMs: number };

export const usePins = create<Plots>()(() => ({ pins: [], windowMs: WINDOW_LENGTHS[0] }));

const plots = new Map<string, Plot>();
let nextId = 1;

function isPinned(topic: string, path: string): boolean {
  return usePins.getState().pins.some((pin) => pin.topic === topic && pin.path === path);
}

/** False when there is no room for another plot. */
export function pin(filter: string, topic: string, path: string): boolean {
  const { pins } = usePins.getState();
  if (isPinned(topic, path)) return true;
  if (pins.length >= MOST_PINS) return false;
  usePins.setState({ pins: [...pins, { id: `pin-${nextId++}`, filter, topic, path }] });
  return true;
}

export function unpin(id: string): void {
  plots.delete(id);
  usePins.setState({ pins: usePins.getState().pins.filter((entry) => entry.id !== id) });
}

export function unpinAll(filter: string): void {
  for (const entry of usePins.getState().pins) if (entry.filter === filter) unpin(entry.id);
}

export function setWindowLength(windowMs: number): void {
  usePins.setState({ windowMs });
}

export function takePoints(points: readonly TopicPoint[]): void {
  const { windowMs, pins } = usePins.getState();
  for (const point of points) {
    if (!pins.some(({ id }) => id === point.id)) continue;
    plots.set(point.id, withPoint(plots.get(point.id) ?? EMPTY_PLOT, point, windowMs));
  }
}

export function plotOf(id: string): Plot {
  return plots.get(id) ?? EMPTY_PLOT;
}
