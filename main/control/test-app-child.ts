/** For tests: provisioning in a process of its own, so that it can be killed. Told over IPC, so that no key is on a command line. */
import type { Target } from '../cloud/target.ts';
import type { Wish } from './provision-plan.ts';
import { openApp } from './test-app.ts';

export type ChildOrder = {
  readonly folder: string;
  readonly dataFolder: string;
  readonly target: Target;
  readonly wish: Wish;
};

async function work({ folder, target, dataFolder, wish }: ChildOrder): Promise<void> {
  const { provisioner } = await openApp(folder, target, dataFolder);
  const source = provisioner.hub.open({
    batch: ({ job }) => {
      if (job !== null) process.send?.({ done: job.done, step: job.step });
      queueMicrotask(() => source.acknowledge());
    },
    error: () => undefined,
  });
  await provisioner.start(wish);
}

process.once('message', (order: ChildOrder) => void work(order));
