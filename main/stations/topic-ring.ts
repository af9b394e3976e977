/** The messages a subscription keeps, newest last, bounded by number and bytes, and what became of each one it received. */
import type { Arrival } from './mqtt.ts';

/** A message is shown once its row went to the window; passed over when it was not, or left unseen. */
export type Kept = Arrival & { readonly n: number; readonly at: number; fate: 'waiting' | 'shown' | 'passed' };

export type Totals = {
  readonly received: number;
  readonly shown: number;
  readonly notShown: number;
  readonly waiting: number;
};

export type TopicRing = {
  readonly add: (message: Arrival, at: number) => Kept;
  readonly limit: (messages: number, bytes: number) => void;
  /**
   * The newest messages that came since the last call, newest first, at most `most` that `fits`; all of them are shown now, the
   * others are passed over.
   */
  readonly takeNew: (most: number, fits: (message: Kept) => boolean) => readonly Kept[];
  /** The newest kept messages that fit, newest first: all shown now, the others passed over. */
  readonly takeAll: (fits: (message: Kept) => boolean) => readonly Kept[];
  /** The same messages without a change of their fate. */
  readonly list: (fits: (message: Kept) => boolean) => readonly Kept[];
  /** From now on `takeAll`, `list` and `find` see what was kept at this moment; messages still come in behind it. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Undefined when it is not kept. */
  readonly find: (n: number) => Kept | undefined;
  readonly clear: () => void;
  readonly totals: () => Totals;
};

export function createTopicRing(): TopicRing {
  /** Numbers are consecutive: message n stands at index n - first. Those before `start` are gone. */
  let items: (Kept | undefined)[] = [];
  let first = 1;
  /** Index of the oldest kept message: moving it is cheaper than moving the messages. */
  let start = 0;
  let bytes = 0;
  let most = { messages: 1_000, bytes: 16_000_000 };
  let frozen: readonly Kept[] | null = null;
  let number = 0;
  let taken = 0;
  let received = 0;
  let shown = 0;
  let notShown = 0;

  const show = (message: Kept): void => {
    if (message.fate === 'shown') return;
    if (message.fate === 'passed') notShown -= 1;
    shown += 1;
    message.fate = 'shown';
  };

  const pass = (message: Kept): void => {
    if (message.fate !== 'waiting') return;
    notShown += 1;
    message.fate = 'passed';
  };

  const trim = (): void => {
    // The newest one stays, however long it is.
    while (items.length - start > 1 && (items.length - start > most.messages || bytes > most.bytes)) {
      const oldest = items[start];
      if (oldest === undefined) break;
      pass(oldest);
      bytes -= oldest.payload.byteLength;
      items[start] = undefined;
      start += 1;
    }
    if (start > 1_000 && start > items.length / 2) {
      items = items.slice(start);
      first += start;
      start = 0;
    }
  };

  const fitting = (fits: (message: Kept) => boolean, others: (message: Kept) => void): readonly Kept[] => {
    const rows: Kept[] = [];
    const from = frozen ?? items;
    for (let index = from.length - 1; index >= 0; index--) {
      const message = from[index];
      if (message === undefined) break;
      if (fits(message)) rows.push(message);
      else others(message);
    }
    return rows;
  };

  return {
    add: (message, at) => {
      received += 1;
      number += 1;
      const { topic, payload, qos, retained } = message;
      const kept: Kept = { topic, payload, qos, retained, n: number, at, fate: 'waiting' };
      items.push(kept);
      bytes += payload.byteLength;
      trim();
      return kept;
    },
    limit: (messages, limitBytes) => {
      most = { messages, bytes: limitBytes };
      trim();
    },
    takeNew: (limit, fits) => {
      const rows: Kept[] = [];
      for (let index = items.length - 1; index >= start; index--) {
        const message = items[index];
        if (message === undefined || message.n <= taken) break;
        if (rows.length < limit && fits(message)) {
          show(message);
          rows.push(message);
        } else pass(message);
      }
      taken = number;
      return rows;
    },
    takeAll: (fits) => {
      const rows = fitting(fits, pass);
      rows.forEach(show);
      if (frozen === null) taken = number;
      return rows;
    },
    list: (fits) => fitting(fits, () => undefined),
    freeze: () => {
      frozen ??= items.slice(start).filter((message) => message !== undefined);
    },
    thaw: () => {
      frozen = null;
    },
    find: (n) => items[n - first] ?? frozen?.find((message) => message.n === n),
    clear: () => {
      items = [];
      first = number + 1;
      start = 0;
      bytes = 0;
      frozen = frozen === null ? null : [];
      taken = number;
      received = 0;
      shown = 0;
      notShown = 0;
    },
    totals: () => ({ received, shown, notShown, waiting: received - shown - notShown }),
  };
}
