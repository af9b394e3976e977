/** Everything Isobar does, without a window: starts the processes in order, keeps the fleet, answers calls. Used by the app and by the command line alike. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlainError } from '../../preload/errors.ts';
import { AppError, toPlainError } from '../../preload/errors.ts';
import type { HealthStatus, Settings, StationsAdded, TargetInfo } from '../../preload/shapes.ts';
import type { StationCheck } from '../../preload/shapes-check.ts';
import type { RotationStatus } from '../../preload/shapes-certificates.ts';
import { openClients } from '../cloud/clients.ts';
import { targetFromLab } from '../cloud/target.ts';
import type { AlpnPortChoice, PortChoice } from '../lab/api.ts';
import { createLogger } from '../log.ts';
import { bundledSets, type BundledSet } from '../noaa/bundled.ts';
import type { Listener } from '../rpc.ts';
import type { StationsProcess } from '../stations/api.ts';
import { createCertificates, type Certificates } from './certificates/certificates.ts';
import { discardFile, fileOf, recordOfBundled, recordOfFile } from './catalogue.ts';
import type { Fork } from './child.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { openFleetRecords, type StationRecord } from './fleet-records.ts';
import { labKey } from './lab-key.ts';
import { openLedger, type Ledger } from './ledger.ts';
import { openLocalLab, type LocalLab } from './local-lab.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { openProvisioner, type Provisioner } from './provisioner.ts';
import { recordOlder, type Connection } from './provisioning.ts';
import { discardedOf } from './discarded.ts';
import { openStationCheck } from './station-check.ts';
import { createRules, type Rules } from './rules.ts';
import { createHub, type Hub, type Sink, type Source } from './streams.ts';
import { supervise } from './supervise.ts';
import { createTopicPublishing, type TopicPublishing } from './topic-publishing.ts';
import { createTopics, type Topics } from './topics.ts';
import { createTeardown, type Teardown } from './teardown.ts';
import { createTracing, type Tracing } from './tracing.ts';
import type { Vault } from './vault.ts';

const log = createLogger('control');

/** The set that a first start puts into the fleet. */
const FIRST_SET = 'five-climates';
/** The whole fleet goes to the window at once, for each station a line of values: a large one less often, so that the window has time for more. */
const FLEET_GAP_MS = 2.5;
const MOST_FLEET_GAP_MS = 1_000;

export type ControlOptions = {
  /** Everything Isobar keeps lies below: fleet.json, observations/, lab/. */
  readonly folder: string;
  /** The bundled station files and their index. */
  readonly dataFolder: string;
  readonly fork: Fork;
  readonly vault: Vault;
  readonly settings: () => Settings;
  /** Whether a first start puts the default set into the fleet. */
  readonly firstStations: boolean;
  readonly port: PortChoice;
  readonly mqttPort: PortChoice;
  readonly alpnPort?: AlpnPortChoice;
};

export type Control = {
  readonly fleet: Fleet;
  readonly topics: Topics;
  readonly publishing: TopicPublishing;
  readonly pipeline: Pipeline;
  readonly lab: LocalLab;
  readonly ledger: Ledger;
  readonly provisioner: Provisioner;
  readonly teardown: Teardown;
  readonly vault: Vault;
  readonly tracing: Tracing;
  readonly rules: Rules;
  readonly sets: readonly BundledSet[];
  /** Absolute path of the file a station replays. */
  readonly fileOf: (id: string) => string;
  /** Throws `target.notReady` until the target answers. */
  readonly connection: () => Connection;
  /** Resolves when the target is up and the fleet has been told; rejects when it cannot come up. */
  readonly ready: Promise<void>;
  readonly addFiles: (paths: readonly string[]) => Promise<StationsAdded>;
  readonly addBundled: (set: string, stations: readonly string[]) => Promise<StationsAdded>;
  /** Throws `stations.unknown`. */
  readonly checkStation: (id: string, sink: Sink<StationCheck>) => Source;
  readonly certificates: Certificates;
  readonly rotationHub: Hub<RotationStatus>;
  readonly fleetHub: Hub<ReturnType<Fleet['status']>>;
  readonly healthHub: Hub<HealthStatus>;
  readonly health: () => HealthStatus;
  readonly pids: () => {
    readonly stations: number | null;
    readonly lab: number | null;
    readonly engine: number | null;
  };
  readonly stop: () => Promise<void>;
};

export async function openControl(options: ControlOptions): Promise<Control> {
  const labFolder = join(options.folder, 'lab');
  await mkdir(labFolder, { recursive: true }).catch((cause: unknown) => {
    throw new AppError('folder.notWritable', `Isobar cannot write to its folder ${options.folder}.`, {
      hint: 'Choose another folder or change its permissions.',
      cause,
    });
  });
  const sets = await bundledSets(options.dataFolder);
  const records = await openFleetRecords(join(options.folder, 'fleet.json'));
  const ledger = await openLedger(join(options.folder, 'ledger.ndjson'));
  let connection: Connection | null = null;
  let targetError: PlainError | null = null;

  const need = (): Connection => {
    if (connection === null)
      throw new AppError('target.notReady', 'The target is not ready yet.', { hint: 'Try again in a moment.' });
    return connection;
  };

  const recordOf = (id: string): StationRecord => {
    const record = records.get(id);
    if (record === undefined) throw new AppError('stations.unknown', `There is no station "${id}".`);
    return record;
  };

  // ---- start order: engine and lab, stations, target, fleet

  const sealKey = await labKey(options.vault);
  const lab = openLocalLab({
    fork: options.fork,
    folder: labFolder,
    sealKey,
    port: options.port,
    mqttPort: options.mqttPort,
    alpnPort: options.alpnPort ?? null,
    quotas: () => options.settings().awsQuotas,
    onChange: () => {
      healthHub.changed();
      pipeline.changed();
      rules.hub.changed();
    },
    onRefused: () => tracing.hub.changed(),
  });

  const topics = createTopics();
  const publishing = createTopicPublishing(topics);
  const fleet = createFleet({
    topics,
    records,
    vault: options.vault,
    fileOf: (record) => fileOf(sets, record),
    discard: discardFile,
    finalNewline: () => options.settings().finalNewline,
    onChange: () => fleetHub.changed(),
  });

  const stations = supervise<StationsProcess, Listener>({
    name: 'stations',
    fork: options.fork,
    served: {},
    prepare: (rpc) => fleet.attach(rpc),
    onHealth: () => {
      if (stations.health().state !== 'ready') fleet.detach();
      healthHub.changed();
    },
  });

  const health = (): HealthStatus => ({
    processes: [stations.health(), ...lab.health()],
    target: connection === null ? null : targetInfo(connection),
    targetError,
    discarded: discardedOf(lab.activity()),
  });
  const healthHub = createHub(health);
  const fleetHub = createHub(
    () => fleet.status(),
    ({ stations: known }) => Math.min(MOST_FLEET_GAP_MS, known.length * FLEET_GAP_MS),
  );
  const pipeline = createPipeline({ connection: need, activity: () => lab.activity(), flush: lab.flush });

  const rules = createRules({
    lab,
    connection: need,
    sentMessages: fleet.sentMessages,
    target: () => connection?.target ?? null,
  });

  const provisioner = await openProvisioner({
    folder: options.folder,
    connection: need,
    vault: options.vault,
    fleet,
    sets,
    isTearingDown: () => teardown.isRunning(),
  });
  const teardown = createTeardown({
    connection: need,
    isReady: () => connection !== null,
    ledger,
    fleet,
    vault: options.vault,
    underWay: () => (provisioner.isBusy() ? 'provisioning' : pipeline.isSettingUp() ? 'pipeline' : null),
    onEnd: () => pipeline.forgetSteps(),
    onFailure: (error) => log.error({ err: error }, 'the teardown stopped'),
  });
  const tracing = createTracing({
    lab,
    fleet,
    connection: need,
    certificateOf: (id) => recordOf(id).certificate?.id ?? null,
    target: () => connection?.target ?? null,
  });

  const addBundled = async (set: string, ids: readonly string[]): Promise<StationsAdded> =>
    addEach(ids, (id) => {
      const record = recordOfBundled(sets, set, id);
      fleet.add(record);
      return Promise.resolve({ id: record.id, skipped: null });
    });

  const addFiles = (paths: readonly string[]): Promise<StationsAdded> =>
    addEach(paths, async (path) => {
      const { record, summary } = await recordOfFile(path, join(options.folder, 'observations'), (id) => fleet.has(id));
      fleet.add(record);
      return {
        id: record.id,
        skipped: summary.bad.count === 0 ? null : { records: summary.bad.count, firstLine: summary.bad.firstLine },
      };
    });

  const certificates = createCertificates({
    vault: options.vault,
    records,
    connection: need,
    link: { renew: fleet.renew, suspend: fleet.suspend, state: fleet.stateOf, tryConnection: fleet.tryConnection },
    addFiles,
    onRotation: () => rotationHub.changed(),
  });
  const rotationHub = createHub(() => certificates.rotations.status());

  const ready = (async () => {
    const report = await lab.ready();
    const target = targetFromLab(report);
    connection = { target, clients: openClients(target, ledger.recorderOf(target)) };
    if (!ledger.existed) await recordOlder(connection, records.all());
    healthHub.changed();
    await stations.whenReady();
    await fleet.useTarget(connection);
    pipeline.changed();
    teardown.hub.changed();
    provisioner.resumeInterrupted();
  })();
  ready.catch((error: unknown) => {
    targetError = toPlainError(error);
    log.error({ err: error }, 'the target did not come up');
    healthHub.changed();
  });

  if (options.firstStations && !records.existed) {
    const first = sets.find((set) => set.id === FIRST_SET);
    if (first !== undefined)
      await addBundled(
        first.id,
        first.stations.map((station) => station.id),
      );
  }

  return {
    fleet,
    topics,
    publishing,
    pipeline,
    lab,
    ledger,
    provisioner,
    teardown,
    vault: options.vault,
    tracing,
    rules,
    sets,
    fileOf: (id) => fileOf(sets, recordOf(id)),
    checkStation: (id, sink) =>
      openStationCheck({ record: recordOf(id), look: (step) => fleet.look(id, step), connection: need }, sink),
    connection: need,
    ready,
    addBundled,
    addFiles,
    certificates,
    rotationHub,
    fleetHub,
    healthHub,
    health,
    pids: () => ({ stations: stations.pid(), ...lab.pids() }),
    stop: async () => {
      publishing.stopRepeating();
      pipeline.stop();
      rules.stop();
      await provisioner.stop();
      await teardown.stop();
      await stations.stop();
      await fleet.save();
      connection?.clients.close();
      await lab.stop();
      await ledger.close();
    },
  };
}

function targetInfo({ target }: Connection): TargetInfo {
  const { kind, region, account, endpoint, mqttHost, mqttPort, alpnPort, caFile } = target;
  return { kind, region, account, endpoint, mqttHost, mqttPort, alpnPort, caFile };
}

type AddOne = {
  readonly id: string;
  readonly skipped: { readonly records: number; readonly firstLine: number } | null;
};

/** One refused file or station never stops the others. */
async function addEach(names: readonly string[], add: (name: string) => Promise<AddOne>): Promise<StationsAdded> {
  const added: string[] = [];
  const refused: { name: string; error: PlainError }[] = [];
  const skipped: { name: string; records: number; firstLine: number }[] = [];
  for (const name of names) {
    const shown = name.split(/[\\/]/).at(-1) ?? name;
    try {
      const one = await add(name);
      added.push(one.id);
      if (one.skipped !== null) skipped.push({ name: shown, ...one.skipped });
    } catch (error) {
      const plain = toPlainError(error);
      if (plain.code === 'bug') log.error({ err: error }, 'a station could not be added');
      refused.push({ name: shown, error: plain });
    }
  }
  return { added, refused, skipped };
}
