/** Certificates as the window uses them: dropped files to batches, batches into the vault, and what can be done with each afterwards. */
import { randomUUID } from 'node:crypto';
import { AppError, toPlainError, type PlainError } from '../../../preload/errors.ts';
import type { StationsAdded } from '../../../preload/shapes.ts';
import type {
  CertificateView,
  FilesTaken,
  ImportOutcome,
  TargetKnowledge,
  VaultCertificate,
} from '../../../preload/shapes-certificates.ts';
import { findCertificate, policiesOf, setCertificateStatus } from '../../cloud/certificates.ts';
import type { FleetRecords, StationRecord } from '../fleet-records.ts';
import type { Connection } from '../provisioning.ts';
import type { Vault } from '../vault.ts';
import { createBatches, type BatchRow } from './batches.ts';
import { gather } from './gather.ts';
import { keyPemOf } from './keys.ts';
import { connectionKit, fileName } from './kit.ts';
import { expiryOf } from './pairing.ts';
import type { CertificateFacts } from './pieces.ts';
import { createRotations, type StationLink } from './rotation.ts';
import { createStationIdentities, type IdentityChange } from './station-identity.ts';
import { createVaultCertificates, type Kept } from './vault-certificates.ts';
import { readCertificate } from './x509.ts';

type Options = {
  readonly vault: Vault;
  readonly records: FleetRecords;
  /** Throws `target.notReady`. */
  readonly connection: () => Connection;
  readonly link: StationLink;
  readonly addFiles: (paths: readonly string[]) => Promise<StationsAdded>;
  readonly onRotation: () => void;
};

export type Certificates = ReturnType<typeof createCertificates>;

type Choice = { readonly certificateId: string; readonly station: string | null };

const NOTHING_ADDED: StationsAdded = { added: [], refused: [], skipped: [] };
/** Imports that can be undone; older ones are forgotten, their certificates stay in the vault. */
const MOST_UNDO = 20;

export function createCertificates(options: Options) {
  const { records, vault, connection } = options;
  const certificates = createVaultCertificates(vault);
  const identities = createStationIdentities({ records, certificates, renew: options.link.renew });
  const rotations = createRotations({ ...options, certificates, onChange: options.onRotation });
  const undoable = new Map<string, { readonly changes: readonly IdentityChange[]; readonly kept: readonly string[] }>();

  const ask = async (certificateId: string): Promise<TargetKnowledge> => {
    try {
      const found = await findCertificate(connection().clients, certificateId);
      return found === null ? { state: 'unknown' } : { state: 'registered', ...found };
    } catch (error) {
      return { state: 'notAsked', error: toPlainError(error) };
    }
  };

  /** Every certificate Isobar holds a key of, with the station that uses it. */
  const held = async (): Promise<readonly (Kept & { readonly station: StationRecord | null })[]> => {
    const used = await Promise.all(
      records.all().map(async (station) => {
        const identity = await certificates.ofStation(station.id);
        return identity === null ? [] : [{ ...identity, station }];
      }),
    );
    const inUse = used.flat();
    const ids = new Set(inUse.map(({ certificateId }) => certificateId));
    const kept = (await certificates.allKept()).filter(({ certificateId }) => !ids.has(certificateId));
    return [...inUse, ...kept.map((one) => ({ ...one, station: null }))];
  };

  const batches = createBatches({
    ask,
    stations: () => records.all(),
    targetCa: () => targetCa(connection),
    inVault: async () => new Map((await held()).map((one) => [one.certificateId, one.station?.name ?? null])),
  });

  const find = async (certificateId: string) => {
    const found = (await held()).find((one) => one.certificateId === certificateId);
    if (found === undefined) throw unknownCertificate();
    return found;
  };

  const importOne = async (row: BatchRow | undefined, choice: Choice): Promise<IdentityChange | null> => {
    if (row === undefined) throw unknownCertificate();
    const { facts, key, target } = row;
    const { certificateId } = facts;
    if (key !== null) {
      // A certificate that a station uses already stays where it is.
      const user = (await held()).find((one) => one.certificateId === certificateId)?.station ?? null;
      if (user !== null) throw inUse(facts, user);
      const kept = { certificateId, certificatePem: facts.pem, keyPem: keyPemOf(key.key), isImported: true };
      await certificates.keep(kept);
    } else if ((await certificates.kept(certificateId)) === null) {
      throw new AppError('certificates.keyMissing', `The private key of "${facts.subject}" is missing.`, {
        hint: 'Drop the file with its key too.',
      });
    }
    if (choice.station === null) return null;
    const things = target.state === 'registered' ? target.things : [];
    const own = records.get(choice.station)?.thingName ?? '';
    const thingName = things.includes(own) ? own : (things[0] ?? null);
    return identities.assign(choice.station, certificateId, { account: connection().target.account, thingName });
  };

  return {
    rotations,
    /** The folder, file or archive paths that a person dropped or chose. */
    takeFiles: async (paths: readonly string[]): Promise<FilesTaken> => {
      const { pieces, others } = await gather(paths);
      const stations = others.length === 0 ? NOTHING_ADDED : await options.addFiles(others.map(({ path }) => path));
      const hasUse = pieces.some(({ kind }) => kind !== 'refused' && kind !== 'extra');
      if (!hasUse && !batches.isOpen()) {
        const refused = pieces.flatMap((piece) =>
          piece.kind === 'refused' ? [{ name: piece.source, error: piece.error }] : [],
        );
        return { stations: { ...stations, refused: [...stations.refused, ...refused] }, batch: null };
      }
      // Beside certificates a file that is no observation either is told about in the words of this dialog.
      const isStray = ({ error }: { readonly error: PlainError }) => error.code === 'noaa.notObservations';
      const strays = new Set(stations.refused.filter(isStray).map(({ name }) => name));
      const strayPieces = others.flatMap(({ path, piece }) =>
        strays.has(path.split(/[\\/]/).at(-1) ?? path) ? [piece] : [],
      );
      return {
        stations: { ...stations, refused: stations.refused.filter((one) => !isStray(one)) },
        batch: await batches.add([...pieces, ...strayPieces]),
      };
    },
    unlock: batches.unlock,
    cancel: batches.close,
    /** One that fails never stops the others; the batch is closed afterwards. */
    import: async (batch: string, choices: readonly Choice[]): Promise<ImportOutcome> => {
      const rows = new Map((await batches.rows(batch)).map((row) => [row.facts.certificateId, row]));
      const changes: IdentityChange[] = [];
      const imported: Choice[] = [];
      const refused: { name: string; error: PlainError }[] = [];
      for (const choice of choices) {
        const row = rows.get(choice.certificateId);
        try {
          const change = await importOne(row, choice);
          if (change !== null) changes.push(change);
          imported.push(choice);
        } catch (error) {
          refused.push({ name: row?.facts.subject ?? choice.certificateId, error: toPlainError(error) });
        }
      }
      batches.close(batch);
      const undo = randomUUID();
      undoable.set(undo, { changes, kept: imported.map(({ certificateId }) => certificateId) });
      const oldest = undoable.keys().next();
      if (undoable.size > MOST_UNDO && oldest.done !== true) undoable.delete(oldest.value);
      return { undo, imported, refused };
    },
    undo: async (undo: string): Promise<void> => {
      const done = undoable.get(undo);
      if (done === undefined) throw new AppError('certificates.noUndo', 'This import cannot be undone any more.');
      undoable.delete(undo);
      for (const change of [...done.changes].reverse()) await identities.undo(change, connection().target.account);
      for (const certificateId of done.kept) await certificates.forget(certificateId);
    },
    list: async (): Promise<readonly VaultCertificate[]> => (await held()).flatMap((one) => summaryOf(one) ?? []),
    view: async (certificateId: string): Promise<CertificateView> => {
      const one = await find(certificateId);
      const summary = summaryOf(one);
      if (summary === null) throw unknownCertificate();
      const target = await ask(certificateId);
      const policies = target.state === 'registered' ? await policiesOf(connection().clients, certificateId) : [];
      return { ...summary, protection: vault.isSealed ? 'keychain' : 'filePermissions', target, policies };
    },
    /** The certificate a station connects with. Throws `certificates.none`. */
    idOfStation: async (station: string): Promise<string> => {
      const identity = await certificates.ofStation(station);
      if (identity === null)
        throw new AppError('certificates.none', 'This station has no certificate yet.', {
          hint: 'It gets one as soon as the target is ready.',
        });
      return identity.certificateId;
    },
    setStatus: async (certificateId: string, status: 'ACTIVE' | 'INACTIVE' | 'REVOKED'): Promise<void> => {
      const { station } = await find(certificateId);
      await setCertificateStatus(connection().clients, certificateId, status);
      if (station === null) return;
      // One that was refused before has stopped asking; now it may be let in.
      if (status === 'ACTIVE') await options.link.renew(station.id);
      else await options.link.suspend(station.id, withdrawn(station.name, status));
    },
    assign: async (certificateId: string, station: string): Promise<void> => {
      const target = await ask(certificateId);
      const things = target.state === 'registered' ? target.things : [];
      const own = records.get(station)?.thingName ?? '';
      const thingName = things.includes(own) ? own : (things[0] ?? null);
      await identities.assign(station, certificateId, { account: connection().target.account, thingName });
    },
    /** Only what no station uses; the target keeps it as it is. */
    forget: async (certificateId: string): Promise<void> => {
      const { station, ...one } = await find(certificateId);
      const facts = readCertificate(one.certificatePem);
      if (station !== null && facts !== null) throw inUse(facts, station);
      await certificates.forget(certificateId);
    },
    /** The zip and a name for it. Holds the private key: goes to a file the person chose, and nowhere else. */
    kit: async (certificateId: string): Promise<{ readonly name: string; readonly bytes: Uint8Array }> => {
      const { station, certificatePem, keyPem } = await find(certificateId);
      const { target, clients } = connection();
      const known = await findCertificate(clients, certificateId);
      const thingName = fileName(
        station?.thingName ?? known?.things[0] ?? readCertificate(certificatePem)?.commonName ?? 'device',
      );
      const policies = known === null ? [] : await policiesOf(clients, certificateId);
      const topic = station?.topic ?? `sensor/weather/${thingName}`;
      const bytes = connectionKit({ thingName, topic, certificatePem, keyPem, policies, target });
      return { name: `${thingName}-connection-kit.zip`, bytes };
    },
  };
}

function summaryOf(one: Kept & { readonly station: StationRecord | null }): VaultCertificate | null {
  const facts = readCertificate(one.certificatePem);
  if (facts === null) return null;
  const { certificateId, subject, issuer, keyType, validFrom, validTo } = facts;
  return {
    certificateId,
    subject,
    issuer,
    keyType,
    validFrom,
    validTo,
    expiry: expiryOf(facts, Date.now()),
    station: one.station === null ? null : { id: one.station.id, name: one.station.name },
  };
}

/** The authority of the target's broker; null while there is no target. */
function targetCa(connection: () => Connection): CertificateFacts | null {
  try {
    return readCertificate(connection().target.mqttCa);
  } catch {
    return null;
  }
}

function unknownCertificate(): AppError {
  return new AppError('certificates.unknown', 'This certificate is not in the vault any more.');
}

function withdrawn(station: string, status: 'INACTIVE' | 'REVOKED'): AppError {
  const word = status === 'REVOKED' ? 'revoked' : 'inactive';
  return new AppError(`certificates.${word}`, `The certificate of "${station}" is ${word}: it cannot connect.`, {
    hint: 'Make it active again in its certificate view, rotate it, or import another one.',
  });
}

function inUse(facts: CertificateFacts, station: StationRecord): AppError {
  return new AppError('certificates.inUse', `"${station.name}" connects with "${facts.subject}" already.`, {
    hint: 'Give that station another certificate first.',
  });
}
