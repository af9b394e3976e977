/** Sources of the window's streams: newest value wins, at most ten a second, one unacknowledged batch in flight. */
import type { StreamBatch, StreamInput, StreamName } from '../../preload/contract.ts';
import type { PlainError } from '../../preload/errors.ts';

export type Sink<Batch> = { readonly batch: (batch: Batch) => void; readonly error: (error: PlainError) => void };

export type Source = {
  /** The window has taken the last batch. */
  readonly acknowledge: () => void;
  readonly close: () => void;
};

/** Opens any stream of the contract; `input` has been parsed. */
export type OpenStream = <Name extends StreamName>(
  name: Name,
  input: StreamInput<Name>,
  sink: Sink<StreamBatch<Name>>,
) => Source;

export type Hub<Value> = {
  /** The value changed: every open source hears of it as soon as it may. */
  readonly changed: () => void;
  readonly open: (sink: Sink<Value>) => Source;
  /** How many sources are open: nobody watching means nothing to ask the target for. */
  readonly watchers: () => number;
};

const LEAST_GAP_MS = 100;

/** A stream of one value that changes; each source skips values it had no time for. `gapMs` is longer than the least where a value is large. */
export function createHub<Value>(read: () => Value, gapMs: (value: Value) => number = () => LEAST_GAP_MS): Hub<Value> {
  const offers = new Set<() => void>();
  return {
    changed: () => {
      for (const offer of offers) offer();
    },
    watchers: () => offers.size,
    open: (sink) => {
      let isTaken = true;
      let isStale = true;
      let timer: NodeJS.Timeout | undefined;
      let notBefore = 0;
      const send = (): void => {
        timer = undefined;
        if (!isTaken || !isStale) return;
        isTaken = false;
        isStale = false;
        const value = read();
        notBefore = performance.now() + gapMs(value);
        sink.batch(value);
      };
      const offer = (): void => {
        isStale = true;
        timer ??= setTimeout(send, Math.max(LEAST_GAP_MS, notBefore - performance.now()));
      };
      offers.add(offer);
      send();
      return {
        acknowledge: () => {
          isTaken = true;
          if (isStale) offer();
        },
        close: () => {
          clearTimeout(timer);
          offers.delete(offer);
        },
      };
    },
  };
}
