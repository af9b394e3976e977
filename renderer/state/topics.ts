/** The open subscriptions; they go on while other pages are shown. The window hears of changes at most ten times a second. */
import { useSyncExternalStore } from 'react';
import { createTopicLog, type TopicLog, type TopicLogView } from './topic-log.ts';
import { watch } from './window-app.ts';

const REDRAW_EVERY_MS = 100;

export type Subscription = {
  readonly filter: string;
  readonly log: Pick<TopicLog, 'pause' | 'resume' | 'clear'>;
  readonly view: TopicLogView;
};

type Open = { readonly filter: string; readonly log: TopicLog; readonly close: () => void };

type Topics = { readonly subscriptions: readonly Subscription[]; readonly active: string | null };

let open: readonly Open[] = [];
let active: string | null = null;
let shown: Topics = { subscriptions: [], active: null };
let timer: number | undefined;
const listeners = new Set<() => void>();

function redraw(): void {
  timer = undefined;
  shown = {
    active,
    subscriptions: open.map(({ filter, log }) => ({
      filter,
      view: log.view(),
      log: {
        pause: () => now(log.pause),
        resume: () => now(log.resume),
        clear: () => now(log.clear),
      },
    })),
  };
  for (const listener of listeners) listener();
}

function soon(): void {
  // Nobody looks: the log counts, nothing is drawn.
  if (listeners.size > 0) timer ??= window.setTimeout(redraw, REDRAW_EVERY_MS);
}

function now(change: () => void): void {
  change();
  redraw();
}

/** Opens a subscription, or shows the one that is open already. */
export function subscribeTo(filter: string): void {
  active = filter;
  if (open.some((subscription) => subscription.filter === filter)) {
    redraw();
    return;
  }
  const log = createTopicLog();
  const close = watch(
    'topics.messages',
    { filter },
    {
      opened: log.reopen,
      batch: (batch) => {
        log.take(batch);
        soon();
      },
      error: (error) => {
        log.interrupted(error);
        soon();
      },
    },
  );
  open = [...open, { filter, log, close }];
  redraw();
}

export function unsubscribe(filter: string): void {
  open.find((subscription) => subscription.filter === filter)?.close();
  open = open.filter((subscription) => subscription.filter !== filter);
  if (active === filter) active = open.at(-1)?.filter ?? null;
  redraw();
}

export function show(filter: string): void {
  active = filter;
  redraw();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  soon();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearTimeout(timer);
      timer = undefined;
    }
  };
}

export function useTopics(): Topics {
  return useSyncExternalStore(listen, () => shown);
}
