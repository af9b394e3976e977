/** The open subscriptions; they go on while other pages are shown. The window is drawn at most ten times a second, more slowly when drawing is slow. */
import { useSyncExternalStore } from 'react';
import type { PlainError } from '../../preload/errors.ts';
import type {
  RecordFormat,
  TopicBatch,
  TopicDisplay,
  TopicLatest,
  TopicLook,
  TopicMessage,
  TopicQos,
  TopicRecording,
  TopicRow,
} from '../../preload/shapes-topics.ts';
import { withRows } from './topic-list.ts';
import { rememberFilter } from './topic-memory.ts';
import { takePoints, unpinAll, usePins } from './topic-plots.ts';
import { createTopicTree, type TopicTree } from './topic-tree.ts';
import { call, watch } from './window-app.ts';

export type TopicView = 'messages' | 'tree' | 'latest';

export type TopicSettings = {
  readonly qos: TopicQos;
  readonly display: TopicDisplay;
  readonly keepMessages: number;
  readonly keepBytes: number;
};

export const FIRST_SETTINGS: TopicSettings = {
  qos: 0,
  display: 'auto',
  keepMessages: 1_000,
  keepBytes: 16_000_000,
};

type Wish = TopicSettings & {
  readonly view: TopicView;
  readonly search: string;
  readonly isPaused: boolean;
  readonly fields: readonly string[];
};

export type Subscription = Wish &
  Omit<TopicBatch, 'rows' | 'isRefill' | 'topics' | 'points'> & {
    readonly filter: string;
    /** Newest first; frozen while paused. */
    readonly rows: readonly TopicRow[];
    /** Received since the person last looked. */
    readonly unread: number;
    readonly tree: TopicTree;
    readonly latest: ReadonlyMap<string, TopicLatest>;
  };

type Entry = {
  readonly filter: string;
  wish: Wish;
  rows: readonly TopicRow[];
  tree: TopicTree;
  totals: Omit<TopicBatch, 'rows' | 'isRefill' | 'topics' | 'points'>;
  /** Totals of streams that ended before the present one. */
  past: Totals;
  seen: number;
  sentLook: string;
  close: () => void;
};

type Totals = { readonly received: number; readonly shown: number; readonly notShown: number };

type Topics = {
  readonly subscriptions: readonly Subscription[];
  readonly active: string | null;
  readonly tick: number;
};

const REDRAW_EVERY_MS = 100;
/** Drawing, with the browser's layout and paint, takes at most about a quarter of the time: slow machines draw less often and still answer. */
const DRAWING_SHARE = 4;
/** Also what takes long to draw is drawn at least so often. */
const LONGEST_PAUSE_MS = 1_000;
const NOTHING: Totals = { received: 0, shown: 0, notShown: 0 };

let entries: readonly Entry[] = [];
let active: string | null = null;
let shown: Topics = { subscriptions: [], active: null, tick: 0 };
let timer: number | undefined;
let drawingMs = 0;
let began = 0;
const listeners = new Set<() => void>();

function snapshot(entry: Entry): Subscription {
  const { filter, wish, rows, tree, totals, past } = entry;
  const received = totals.received + past.received;
  if (filter === active && listeners.size > 0) entry.seen = received;
  return {
    filter,
    ...wish,
    ...totals,
    received,
    shown: totals.shown + past.shown,
    notShown: totals.notShown + past.notShown,
    rows,
    tree,
    latest: tree.latest(),
    unread: Math.max(0, received - entry.seen),
  };
}

function redraw(): void {
  window.clearTimeout(timer);
  timer = undefined;
  began = performance.now();
  shown = { active, subscriptions: entries.map(snapshot), tick: shown.tick + 1 };
  for (const listener of listeners) listener();
}

const painted = new MessageChannel();
painted.port1.onmessage = () => {
  drawingMs = performance.now() - began;
};

/** The page has what it draws of `topics`. A message posted from a frame arrives when that frame is painted. */
export function drawn(topics: Topics): void {
  if (topics === shown) window.requestAnimationFrame(() => painted.port2.postMessage(null));
}

function pauseMs(): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(REDRAW_EVERY_MS, DRAWING_SHARE * drawingMs));
}

function soon(): void {
  // Nobody looks: the source counts, nothing is drawn.
  if (listeners.size > 0) timer ??= window.setTimeout(redraw, pauseMs());
}

function lookOf({ filter, wish }: Entry): TopicLook {
  const { view, search, display, fields, isPaused, keepMessages, keepBytes } = wish;
  const isLookedAt = filter === active && listeners.size > 0;
  const pins = usePins.getState().pins.filter((pin) => pin.filter === filter);
  return {
    messages: isLookedAt && view === 'messages',
    topics: isLookedAt && view !== 'messages',
    search,
    display,
    fields,
    pins: pins.map(({ id, topic, path }) => ({ id, topic, path })),
    isPaused,
    keepMessages,
    keepBytes,
  };
}

/** Tells the source of each subscription whose look has changed. */
function tellLooks(): void {
  for (const entry of entries) {
    const look = lookOf(entry);
    const text = JSON.stringify(look);
    if (text === entry.sentLook) continue;
    entry.sentLook = text;
    // A stream that is being opened again opens with the newest look; what failed otherwise is told by the stream.
    call('topics.look', { filter: entry.filter, look }).catch(() => undefined);
  }
}

function change(act: () => void): void {
  act();
  tellLooks();
  redraw();
}

export function isSubscribed(filter: string): boolean {
  return entries.some((entry) => entry.filter === filter);
}

/** Opens a subscription, or shows the one that is open already. */
export function subscribeTo(filter: string, settings: TopicSettings): void {
  rememberFilter(filter);
  active = filter;
  if (!isSubscribed(filter)) entries = [...entries, open(filter, settings)];
  tellLooks();
  redraw();
}

function open(filter: string, settings: TopicSettings): Entry {
  const entry: Entry = {
    filter,
    wish: { ...settings, view: 'messages', search: '', isPaused: false, fields: [] },
    rows: [],
    tree: createTopicTree(),
    totals: { ...NOTHING, state: 'connecting', error: null, waiting: 0, connectionRate: 0, recording: null },
    past: NOTHING,
    seen: 0,
    sentLook: '',
    close: () => undefined,
  };
  const look = lookOf(entry);
  entry.sentLook = JSON.stringify(look);
  entry.close = watch(
    'topics.messages',
    { filter, qos: settings.qos, look },
    {
      opened: () => reopen(entry),
      batch: (batch) => take(entry, batch),
      error: (error) => interrupted(entry, error),
    },
  );
  return entry;
}

function take(entry: Entry, { rows, isRefill, topics, points, ...totals }: TopicBatch): void {
  entry.totals = totals;
  entry.rows = withRows(entry.rows, { rows, isRefill }, entry.wish.keepMessages);
  if (topics !== null) {
    if (topics.isRefill) entry.tree = createTopicTree();
    entry.tree.take(topics, Date.now());
  }
  takePoints(points);
  soon();
}

/** A stream that is opened again counts from zero; what a person sees never jumps back. */
function reopen(entry: Entry): void {
  const { totals, past } = entry;
  entry.past = {
    received: past.received + totals.received,
    shown: past.shown + totals.shown,
    // What waited at the source is gone.
    notShown: past.notShown + totals.received - totals.shown,
  };
  entry.totals = { ...totals, ...NOTHING, waiting: 0, state: 'connecting' };
  // It opens with the first look; the present one follows.
  entry.sentLook = '';
  window.setTimeout(tellLooks, 0);
}

function interrupted(entry: Entry, error: PlainError): void {
  entry.totals = { ...entry.totals, state: 'connecting', error };
  soon();
}

export function unsubscribe(filter: string): void {
  entries.find((entry) => entry.filter === filter)?.close();
  entries = entries.filter((entry) => entry.filter !== filter);
  unpinAll(filter);
  if (active === filter) active = entries.at(-1)?.filter ?? null;
  tellLooks();
  redraw();
}

export function show(filter: string): void {
  change(() => {
    active = filter;
  });
}

/** Changes how a subscription is looked at. */
export function wish(filter: string, changes: Partial<Wish>): void {
  const entry = entries.find((candidate) => candidate.filter === filter);
  if (entry === undefined) return;
  change(() => {
    entry.wish = { ...entry.wish, ...changes };
  });
}

/** Counts and lists start anew. Rejects with an AppError. */
export async function clear(filter: string): Promise<void> {
  const entry = entries.find((candidate) => candidate.filter === filter);
  if (entry === undefined) return;
  await call('topics.clear', { filter });
  entry.past = NOTHING;
  entry.seen = 0;
  entry.rows = [];
  redraw();
}

/** Rejects with `topics.notKept` when it is gone. */
export function readMessage(filter: string, n: number): Promise<TopicMessage> {
  return call('topics.message', { filter, n });
}

/** The file is chosen in the system's dialog; null = cancelled. Rejects with `record.*`. */
export function startRecording(filter: string, format: RecordFormat): Promise<{ readonly name: string } | null> {
  return call('topics.record', { filter, format });
}

export async function stopRecording(filter: string): Promise<void> {
  await call('topics.stopRecording', { filter });
}

/** As `startRecording`, for what is listed now. */
export function exportListed(filter: string, format: RecordFormat): Promise<TopicRecording | null> {
  return call('topics.export', { filter, format });
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) tellLooks();
  soon();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearTimeout(timer);
    timer = undefined;
    tellLooks();
  };
}

usePins.subscribe(() => {
  tellLooks();
});

export function useTopics(): Topics {
  return useSyncExternalStore(listen, () => shown);
}
