/** The fleet as the person wants it: which stations there are, which run, how fast. The stations process is made to follow, also after it crashed. */
import { AppError, fromPlainError, toPlainError, type PlainError } from '../../preload/errors.ts';
import type { FleetStatus, PayloadPreview, StationStatus } from '../../preload/shapes.ts';
import { waitFor } from '../cloud/waiting.ts';
import { createLogger } from '../log.ts';
import type { Listener, Rpc } from '../rpc.ts';
import type { SentMessage, MqttIdentity, NetworkFinding, NetworkStep, StationsProcess } from '../stations/api.ts';
import { alreadyThere } from './catalogue.ts';
import type { FleetRecords, StationRecord } from './fleet-records.ts';
import { idleStatus } from './fleet-status.ts';
import {
  dropStationIdentity,
  forgetStation,
  keptStationIdentity,
  stationIdentity,
  viewerIdentity,
  type Connection,
} from './provisioning.ts';
import type { Topics } from './topics.ts';
import type { Vault } from './vault.ts';

const log = createLogger('control.fleet');

type StationsRpc = Rpc<StationsProcess, Listener>;

/** Registry calls at once while provisioning. */
const PROVISION_AT_ONCE = 4;
const CALL_LIMIT_MS = 30_000;
/** How long a station that changes its certificate waits for the answers to what it has sent. */
const SETTLE = { limitMs: 5_000, firstPauseMs: 50, longestPauseMs: 200 } as const;

type Options = {
  readonly records: FleetRecords;
  readonly vault: Vault;
  readonly fileOf: (record: StationRecord) => string;
  /** Deletes what was kept for a station that is removed. */
  readonly discard: (record: StationRecord) => Promise<void>;
  readonly finalNewline: () => boolean;
  /** Its subscriptions live in the same process. */
  readonly topics: Pick<Topics, 'attach' | 'detach' | 'replay'>;
  readonly onChange: () => void;
};

export type Fleet = ReturnType<typeof createFleet>;

export function createFleet(options: Options) {
  const { records, vault, topics } = options;
  const running = new Set<string>();
  const inProcess = new Set<string>();
  const problems = new Map<string, PlainError>();
  const queued = new Set<string>();
  const waiting: string[] = [];
  const live = new Map<string, StationStatus>();
  let rates = { acknowledged: 0, rate: 0 };
  let connection: Connection | null = null;
  /** The running stations process; null while it is down. */
  let attached: StationsRpc | null = null;
  let provisioning = 0;
  /** After a teardown nobody listens until somebody asks for something. */
  let isAsleep = false;

  const stations = (): StationsRpc => {
    if (attached === null)
      throw new AppError('process.notReady', 'The stations process is not ready.', { hint: 'Try again in a moment.' });
    return attached;
  };

  // ---- following the process

  /** Brings a fresh process to the desired state. */
  const attach = async (rpc: StationsRpc): Promise<void> => {
    rpc.on('status', take);
    topics.attach(rpc);
    await rpc.call('setFinalNewline', { value: options.finalNewline() }, { timeoutMs: CALL_LIMIT_MS });
    inProcess.clear();
    attached = rpc;
    if (connection !== null) await connectAll(rpc, connection);
  };

  /** Broker, open topics, then every station; the stations come in on their own. */
  const connectAll = async (rpc: StationsRpc, to: Connection): Promise<void> => {
    await useBroker(rpc, to);
    await topics.replay(rpc);
    for (const record of records.all()) if (record.isReleased !== true) enqueue(record.id);
  };

  const detach = (): void => {
    attached = null;
    topics.detach();
    inProcess.clear();
    for (const [id, status] of live)
      live.set(id, { ...status, state: status.state === 'live' ? 'connecting' : status.state, rate: 0 });
    rates = { ...rates, rate: 0 };
    options.onChange();
  };

  const useBroker = async (rpc: StationsRpc, to: Connection): Promise<void> => {
    const { target } = to;
    const viewer = await viewerIdentity(vault, to);
    await rpc.call(
      'useBroker',
      {
        broker: { host: target.mqttHost, port: target.mqttPort, ca: target.mqttCa },
        viewer: { clientId: viewer.clientId, certificatePem: viewer.certificatePem, keyPem: viewer.keyPem },
      },
      { timeoutMs: CALL_LIMIT_MS },
    );
  };

  const take = (status: FleetStatus): void => {
    for (const station of status.stations) {
      live.set(station.id, station);
      records.update(station.id, {
        position: station.position,
        acknowledged: station.acknowledged,
        length: station.length,
      });
      if (station.state === 'finished') running.delete(station.id);
    }
    rates = { acknowledged: status.acknowledged, rate: status.rate };
    options.onChange();
  };

  const wake = async (): Promise<void> => {
    if (!isAsleep || attached === null || connection === null) return;
    isAsleep = false;
    await useBroker(attached, connection);
    await topics.replay(attached);
  };

  /** Out of the process, without a word to the target. */
  const takeOut = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) running.delete(id);
    const there = ids.filter((id) => inProcess.delete(id));
    if (there.length > 0 && attached !== null)
      await stations().call('remove', { ids: there }, { timeoutMs: CALL_LIMIT_MS });
    for (const id of ids) {
      live.delete(id);
      problems.delete(id);
    }
  };

  // ---- provisioning, a few at a time

  const enqueue = (id: string): void => {
    if (queued.has(id) || inProcess.has(id) || connection === null || attached === null) return;
    queued.add(id);
    waiting.push(id);
    pump();
  };

  const pump = (): void => {
    while (provisioning < PROVISION_AT_ONCE) {
      const id = waiting.shift();
      if (id === undefined) return;
      provisioning += 1;
      void bringIn(id).finally(() => {
        provisioning -= 1;
        queued.delete(id);
        options.onChange();
        pump();
      });
    }
  };

  /** Certificate first, then the station enters the process; a failure is the station's own and never stops the others. */
  const bringIn = async (id: string): Promise<void> => {
    const record = records.get(id);
    if (record === undefined || connection === null) return;
    problems.delete(id);
    options.onChange();
    try {
      const { certificateId, certificatePem, keyPem, account } = await stationIdentity(vault, connection, record);
      records.update(id, { certificate: { account, id: certificateId } });
      const current = records.get(id);
      if (current === undefined) return;
      const { thingName, topic, name, kind, latitude, longitude, elevation, speed, position, acknowledged } = current;
      await stations().call(
        'put',
        {
          id,
          name,
          kind,
          thingName,
          topic,
          clientId: thingName,
          certificatePem,
          keyPem,
          latitude,
          longitude,
          elevation,
          speed,
          position,
          acknowledged,
          file: options.fileOf(current),
        },
        { timeoutMs: CALL_LIMIT_MS },
      );
      inProcess.add(id);
      // What the person did while the certificate was made reached the record only.
      const wanted = records.get(id) ?? current;
      if (wanted.speed !== speed) await stations().call('setSpeed', { ids: [id], speed: wanted.speed });
      if (wanted.position !== position) await stations().call('rewind', { ids: [id] });
      if (running.has(id)) await stations().call('start', { ids: [id] }, { timeoutMs: CALL_LIMIT_MS });
    } catch (error) {
      const plain = toPlainError(error);
      // A process that went down is not the station's fault: it is brought in again when the process is back.
      if (plain.code.startsWith('process.')) return;
      log.warn({ station: id, code: plain.code, reason: plain.message }, 'a station could not be brought in');
      problems.set(id, plain);
    }
  };

  const known = (ids: readonly string[]): readonly string[] => {
    const unknown = ids.find((id) => records.get(id) === undefined);
    if (unknown !== undefined) throw new AppError('stations.unknown', `There is no station "${unknown}".`);
    return ids;
  };

  const forward = async (name: 'start' | 'pause' | 'rewind', ids: readonly string[]): Promise<void> => {
    const there = ids.filter((id) => inProcess.has(id));
    if (there.length > 0 && attached !== null)
      await stations().call(name, { ids: there }, { timeoutMs: CALL_LIMIT_MS });
  };

  const statusOf = (record: StationRecord): StationStatus => {
    const problem = problems.get(record.id);
    const base = live.get(record.id) ?? idleStatus(record, running.has(record.id));
    if (problem !== undefined) return { ...base, state: 'faulty', error: problem };
    if (queued.has(record.id)) return { ...base, state: 'provisioning' };
    return base;
  };

  return {
    attach,
    detach,
    add: (record: StationRecord): void => {
      if (records.get(record.id) !== undefined) throw alreadyThere(record.id, record.name);
      records.put(record);
      enqueue(record.id);
      options.onChange();
    },
    has: (id: string): boolean => records.get(id) !== undefined,
    remove: async (ids: readonly string[]): Promise<void> => {
      for (const id of known(ids)) {
        const record = records.get(id);
        if (record === undefined) continue;
        running.delete(id);
        if (inProcess.delete(id) && attached !== null)
          await stations().call('remove', { ids: [id] }, { timeoutMs: CALL_LIMIT_MS });
        await forgetStation(vault, connection, record);
        await options.discard(record);
        records.remove(id);
        live.delete(id);
        problems.delete(id);
        options.onChange();
      }
    },
    /** Somebody wants to listen: after a teardown the viewer needs a new certificate first. */
    wake: (): void => {
      wake().catch((error: unknown) =>
        log.warn({ code: toPlainError(error).code, err: error }, 'the viewer is not back'),
      );
    },
    /** Is this station provisioned at the account? */
    isOf: (id: string, account: string): boolean => records.get(id)?.certificate?.account === account,
    /** Removes stations whose resources at the target are removed by somebody else. */
    forget: async (ids: readonly string[]): Promise<void> => {
      await takeOut(ids);
      const forgetOne = async (id: string): Promise<void> => {
        const record = records.get(id);
        if (record === undefined) return;
        await dropStationIdentity(vault, id);
        await options.discard(record);
        records.remove(id);
      };
      await Promise.all(ids.map(forgetOne));
      options.onChange();
    },
    /** The account's certificates are about to be deleted: its stations stay, idle and without one. Imported certificates stay theirs. */
    release: async (account: string): Promise<void> => {
      const ids = records.all().flatMap(({ id, certificate }) => (certificate?.account === account ? [id] : []));
      await takeOut(ids);
      for (const id of ids) {
        if ((await keptStationIdentity(vault, id, account))?.isImported === true) {
          records.update(id, { isReleased: true });
          continue;
        }
        await dropStationIdentity(vault, id);
        records.update(id, { certificate: null, isReleased: true });
      }
      isAsleep = true;
      options.onChange();
    },
    start: async (ids: readonly string[]): Promise<void> => {
      await wake();
      for (const id of known(ids)) {
        records.update(id, { isReleased: false });
        running.add(id);
        if (inProcess.has(id)) problems.delete(id);
        enqueue(id);
      }
      await forward('start', ids);
      options.onChange();
    },
    pause: async (ids: readonly string[]): Promise<void> => {
      for (const id of known(ids)) running.delete(id);
      await forward('pause', ids);
    },
    rewind: async (ids: readonly string[]): Promise<void> => {
      for (const id of known(ids)) records.update(id, { position: 0 });
      await forward('rewind', ids);
    },
    setSpeed: async (ids: readonly string[], speed: number): Promise<void> => {
      for (const id of known(ids)) records.update(id, { speed });
      const there = ids.filter((id) => inProcess.has(id));
      if (there.length > 0 && attached !== null)
        await stations().call('setSpeed', { ids: there, speed }, { timeoutMs: CALL_LIMIT_MS });
      options.onChange();
    },
    setFinalNewline: async (value: boolean): Promise<void> => {
      if (attached !== null) await stations().call('setFinalNewline', { value }, { timeoutMs: CALL_LIMIT_MS });
    },
    /** The last messages of the stations that the broker has taken, newest first. */
    sentMessages: async (): Promise<readonly SentMessage[]> =>
      attached === null ? [] : stations().call('sentMessages', {}, { timeoutMs: CALL_LIMIT_MS }),
    preview: (id: string): Promise<PayloadPreview> => {
      known([id]);
      if (!inProcess.has(id)) throw notReadyYet();
      return stations().call('preview', { id }, { timeoutMs: CALL_LIMIT_MS });
    },
    /** One step of the station's way to its broker. Rejects with `stations.notReady` before it has its certificate. */
    look: async (id: string, step: NetworkStep): Promise<NetworkFinding> => {
      known([id]);
      const problem = problems.get(id);
      if (problem !== undefined) throw fromPlainError(problem);
      if (!inProcess.has(id)) throw notReadyYet();
      return stations().call('look', { id, step }, { timeoutMs: CALL_LIMIT_MS });
    },
    // ---- certificates
    /** The vault holds another identity of this station: it lets what it sent be answered, leaves, and comes in again with that one. */
    renew: async (id: string): Promise<void> => {
      known([id]);
      if (attached !== null && inProcess.has(id)) {
        await stations().call('pause', { ids: [id] }, { timeoutMs: CALL_LIMIT_MS });
        const settled = (): Promise<true | undefined> =>
          Promise.resolve(live.get(id)?.state === 'live' ? undefined : true);
        // What is not answered in time is sent again by the new connection.
        await waitFor(settled, { what: 'the last answers', ...SETTLE }).catch(() => undefined);
      }
      inProcess.delete(id);
      problems.delete(id);
      enqueue(id);
      await waitFor(() => Promise.resolve(queued.has(id) ? undefined : true), {
        what: 'the station to come in again',
        limitMs: CALL_LIMIT_MS,
        firstPauseMs: 20,
        longestPauseMs: 200,
      });
    },
    /** Its certificate is of no use any more: it stops, and its card says why, until it comes in again or is started. */
    suspend: async (id: string, reason: AppError): Promise<void> => {
      known([id]);
      running.delete(id);
      await forward('pause', [id]);
      problems.set(id, toPlainError(reason));
      options.onChange();
    },
    /** Null for a station that is not there. */
    stateOf: (id: string): { readonly state: StationStatus['state']; readonly isRunning: boolean } | null => {
      const record = records.get(id);
      return record === undefined ? null : { state: statusOf(record).state, isRunning: running.has(id) };
    },
    /** Connects to the target's broker with an identity and leaves again; rejects with mqtt.* when it is not let in. */
    tryConnection: async (identity: MqttIdentity): Promise<void> => {
      await stations().call('tryConnection', identity, { timeoutMs: CALL_LIMIT_MS });
    },
    /** The target is up (again, or another one): every station gets its certificate from it and connects there. */
    useTarget: async (next: Connection): Promise<void> => {
      connection = next;
      if (attached !== null) await connectAll(attached, next);
    },
    status: (): FleetStatus => ({ stations: records.all().map(statusOf), ...rates }),
    save: () => records.save(),
  };
}

function notReadyYet(): AppError {
  return new AppError('stations.notReady', 'The station is not ready yet.', {
    hint: 'Try again when it has its certificate.',
  });
}
