/** For tests of what we ask of AWS: a lab with its engine, the SDK clients for it, and the ledger that watches them. Of no room, as it joins four. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClients } from './cloud/clients.ts';
import { targetFromLab } from './cloud/target.ts';
import { openEngine } from './engine/engine.ts';
import { openLab } from './lab/lab.ts';
import { openLedger } from './control/ledger.ts';

export type TestTarget = Awaited<ReturnType<typeof openTestTarget>>;

/** Everything lies in a folder that `close` removes. */
export async function openTestTarget() {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-target-'));
  const engine = await openEngine({ folder });
  const asked = {
    analyse: async (input: Parameters<typeof engine.analyse>[0]) => engine.analyse(input),
    run: async (input: Parameters<typeof engine.run>[0]) => engine.run(input),
    cancel: async (input: Parameters<typeof engine.cancel>[0]) => {
      engine.cancel(input);
      return null;
    },
  };
  const lab = await openLab({ folder, port: 0, mqttPort: 0 }, asked, () => undefined);
  const ledger = await openLedger(join(folder, 'ledger.ndjson'));
  const target = targetFromLab(lab.report);
  const clients = openClients(target, ledger.recorderOf(target));
  return {
    lab,
    target,
    clients,
    ledger,
    close: async (): Promise<void> => {
      clients.close();
      await lab.close();
      await engine.stop();
      await ledger.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
