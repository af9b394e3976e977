/** The list of what Isobar made on the target, and its removal as a whole: only what the ledger knows, in AWS's order. */
import { AppError } from '../../preload/errors.ts';
import type { LedgerState } from '../../preload/shapes-provisioning.ts';
import type { Fleet } from './fleet.ts';
import type { Ledger } from './ledger.ts';
import { forgetViewer, type Connection } from './provisioning.ts';
import { removeAll } from './removing.ts';
import { createHub, type Hub } from './streams.ts';
import type { Vault } from './vault.ts';

/** The window shows no more lines; the total is always told. */
const MOST_SHOWN = 2_000;

export type Teardown = {
  readonly isRunning: () => boolean;
  readonly hub: Hub<LedgerState>;
  /** `account` is what the person typed to confirm. Answers at once; progress is told by the hub. */
  readonly start: (account: string) => void;
  readonly stop: () => Promise<void>;
};

type Options = {
  readonly connection: () => Connection;
  readonly isReady: () => boolean;
  readonly ledger: Ledger;
  readonly fleet: Fleet;
  readonly vault: Vault;
  /** What goes on making resources, in words that a person knows; null when nothing does. */
  readonly underWay: () => 'provisioning' | 'pipeline' | null;
  /** The target has changed as a whole. */
  readonly onEnd: () => void;
  readonly onFailure: (error: unknown) => void;
};

export function createTeardown(options: Options): Teardown {
  const { connection, isReady, ledger, fleet, vault, onFailure } = options;
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  let teardown: LedgerState['teardown'] = null;

  const hub = createHub<LedgerState>(() => {
    if (!isReady()) return { target: null, resources: [], total: 0, counts: {}, teardown };
    const { target } = connection();
    const entries = ledger.entriesOf(target);
    const counts: Record<string, number> = {};
    for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
    const resources = entries
      .slice(-MOST_SHOWN)
      .map(({ kind, name, by, at, state }) => ({ kind, name, by, at, state }));
    return { target: `${target.account}, ${target.region}`, resources, total: entries.length, counts, teardown };
  });

  const run = async ({ target, clients }: Connection): Promise<void> => {
    const resources = ledger.entriesOf(target);
    teardown = { isRunning: true, removed: 0, total: resources.length, left: [] };
    hub.changed();
    await fleet.release(target.account);
    await forgetViewer(vault);
    let removed = 0;
    const onRemoved = (): void => {
      removed += 1;
      teardown = { isRunning: true, removed, total: resources.length, left: [] };
      hub.changed();
    };
    const left = await removeAll(clients, resources, onRemoved, stopping.signal);
    teardown = { isRunning: false, removed, total: resources.length, left };
    hub.changed();
  };

  return {
    hub,
    isRunning: () => running !== null,
    start: (account) => {
      const to = connection();
      if (account.trim() !== to.target.account) {
        throw new AppError('teardown.notConfirmed', 'The account number does not match the target.', {
          hint: `Type ${to.target.account} to confirm.`,
        });
      }
      if (running !== null) throw new AppError('teardown.busy', 'The teardown is under way already.');
      const making = options.underWay();
      if (making !== null) {
        throw new AppError('teardown.underWay', `Isobar is making things at the target just now (${making}).`, {
          hint: 'Wait until that has ended, or cancel it, then tear down.',
        });
      }
      running = run(to)
        .catch((error: unknown) => {
          teardown = null;
          hub.changed();
          onFailure(error);
        })
        .finally(() => {
          running = null;
          options.onEnd();
        });
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
