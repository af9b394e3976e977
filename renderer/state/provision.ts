/** Provisioning as main tells it: the one job, kept in sight on every page; a notice when it ends while nobody watches. */
import i18next from 'i18next';
import { create } from 'zustand';
import type { CallInput } from '../../preload/contract.ts';
import type { PlainError } from '../../preload/errors.ts';
import type { LedgerState, ProvisionJob } from '../../preload/shapes-provisioning.ts';
import { notifyDone, notifyError } from './notices.tsx';
import { call, watch } from './window-app.ts';

type Walk = 'single' | 'many';

type ProvisionView = {
  readonly job: ProvisionJob | null;
  /** The dialog that is open. */
  readonly open: Walk | null;
};

export const useProvision = create<ProvisionView>()(() => ({ job: null, open: null }));

export function openWalk(open: Walk | null): void {
  useProvision.setState({ open });
}

const ENDED: ReadonlySet<ProvisionJob['state']> = new Set(['done', 'undone', 'cancelled', 'paused']);

export function startProvision(): () => void {
  return watch(
    'provision.job',
    {},
    {
      batch: ({ job }) => {
        const { job: before, open } = useProvision.getState();
        useProvision.setState({ job });
        const hasEnded = job !== null && before?.id === job.id && !ENDED.has(before.state) && ENDED.has(job.state);
        if (hasEnded && open !== 'many') tellEnd(job);
      },
      // A broken stream is opened again by itself.
      error: () => undefined,
    },
  );
}

function tellEnd(job: ProvisionJob): void {
  notifyDone(
    i18next.t(`provision.state.${job.state}`),
    i18next.t('provision.counts', { done: job.done, total: job.total, failed: job.failed }),
  );
}

export function actOnJob(action: CallInput<'provision.act'>['action']): void {
  call('provision.act', { action }).catch(notifyError);
}

/** What Isobar made on the target; asked for while a page shows it. */
type Made = { readonly made: LedgerState | null; readonly error: PlainError | null };

export const useMade = create<Made>()(() => ({ made: null, error: null }));

export function watchMade(): () => void {
  return watch(
    'ledger.state',
    {},
    {
      batch: (made) => useMade.setState({ made, error: null }),
      error: (error) => useMade.setState({ error }),
    },
  );
}
