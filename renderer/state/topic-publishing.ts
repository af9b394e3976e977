/** Publishing from the Topics page: what was sent from here and what became of it, and the message that is repeated. */
import { create } from 'zustand';
import { toPlainError, type PlainError } from '../../preload/errors.ts';
import type { TopicPublished, TopicRepeat } from '../../preload/shapes-topics.ts';
import type { Draft } from './topic-memory.ts';
import { call, watch } from './window-app.ts';

export type Sent = {
  readonly number: number;
  readonly at: number;
  readonly draft: Draft;
  readonly result: TopicPublished | null;
  readonly error: PlainError | null;
};

type Publishing = { readonly draft: Draft; readonly sent: readonly Sent[]; readonly repeat: TopicRepeat };

const MOST_SENT = 30;
const FIRST: Draft = {
  topic: 'sensor/weather/test',
  payload: '{\n  "message": "Hello from Isobar"\n}',
  encoding: 'text',
  qos: 0,
  retain: false,
};

export const usePublishing = create<Publishing>()(() => ({ draft: FIRST, sent: [], repeat: null }));

export function setDraft(draft: Draft): void {
  usePublishing.setState({ draft });
}

let nextNumber = 1;

function put(entry: Sent): void {
  const { sent } = usePublishing.getState();
  const isKnown = sent.some(({ number }) => number === entry.number);
  const next = isKnown ? sent.map((old) => (old.number === entry.number ? entry : old)) : [entry, ...sent];
  usePublishing.setState({ sent: next.slice(0, MOST_SENT) });
}

/** What became of it stands in the list of what was sent. */
export async function publish(draft: Draft): Promise<void> {
  const entry: Sent = { number: nextNumber++, at: Date.now(), draft, result: null, error: null };
  put(entry);
  try {
    put({ ...entry, result: await call('topics.publish', draft) });
  } catch (error) {
    put({ ...entry, error: toPlainError(error) });
  }
}

/** `times` times, every `everyMs` milliseconds; the one before is stopped. Rejects with an AppError. */
export async function repeat(draft: Draft, everyMs: number, times: number): Promise<void> {
  await call('topics.repeat', { ...draft, everyMs, times });
}

export async function stopRepeating(): Promise<void> {
  await call('topics.stopRepeating', {});
}

/** Returns the way to stop watching. */
export function watchRepeat(): () => void {
  return watch(
    'topics.repeat',
    {},
    { batch: (next) => usePublishing.setState({ repeat: next }), error: () => undefined },
  );
}
