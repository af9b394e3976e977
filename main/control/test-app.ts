/** For tests: what control opens for provisioning, without the processes, as often as wanted over the same folder. */
import { join } from 'node:path';
import { openClients, type Clients } from '../cloud/clients.ts';
import type { Target } from '../cloud/target.ts';
import { bundledSets, type BundledSet } from '../noaa/bundled.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { openFleetRecords } from './fleet-records.ts';
import { openLedger } from './ledger.ts';
import { openProvisioner, type Provisioner } from './provisioner.ts';
import { createTopics } from './topics.ts';
import { openVault, type Vault } from './vault.ts';

export type App = {
  readonly provisioner: Provisioner;
  readonly fleet: Fleet;
  readonly vault: Vault;
  readonly sets: readonly BundledSet[];
  readonly clients: Clients;
  readonly stations: () => readonly string[];
  readonly ledger: () => readonly string[];
  readonly end: () => Promise<void>;
};

export async function openApp(folder: string, target: Target, dataFolder: string): Promise<App> {
  const ledger = await openLedger(join(folder, 'ledger.ndjson'));
  const clients = openClients(target, ledger.recorderOf(target));
  const sets = await bundledSets(dataFolder);
  const vault = await openVault(join(folder, 'vault'), null);
  const records = await openFleetRecords(join(folder, 'fleet.json'));
  const fleet = createFleet({
    records,
    vault,
    fileOf: () => '',
    discard: () => Promise.resolve(),
    finalNewline: () => true,
    onChange: () => undefined,
    topics: createTopics(),
  });
  const provisioner = await openProvisioner({
    folder,
    connection: () => ({ target, clients }),
    vault,
    fleet,
    sets,
    isTearingDown: () => false,
  });
  return {
    provisioner,
    fleet,
    vault,
    sets,
    clients,
    stations: () => records.all().map(({ id }) => id),
    ledger: () => ledger.entriesOf(target).map(({ kind, name }) => `${kind} ${name}`),
    end: async () => {
      await provisioner.stop();
      await fleet.save();
      clients.close();
      await ledger.close();
    },
  };
}
