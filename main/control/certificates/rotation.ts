/** Gives a station a new key and certificate: made, tried by really connecting, and only then the old one is retired. */
import { AppError, toPlainError } from '../../../preload/errors.ts';
import type { Rotation, RotationStatus, RotationStep } from '../../../preload/shapes-certificates.ts';
import type { StationState } from '../../../preload/shapes.ts';
import { issueSuccessor, retireCertificate } from '../../cloud/certificates.ts';
import { waitFor } from '../../cloud/waiting.ts';
import { createLogger } from '../../log.ts';
import { createDeviceKey } from '../device-identity.ts';
import type { FleetRecords, StationRecord } from '../fleet-records.ts';
import type { Connection } from '../provisioning.ts';
import type { StationIdentity, VaultCertificates } from './vault-certificates.ts';

const log = createLogger('control.certificates');

/** Policies attached a moment ago need some seconds on AWS before they let a device in. */
const CONNECT_LIMIT_MS = 60_000;

export type StationLink = {
  /** Makes the station leave and come in again with what the vault holds now. */
  readonly renew: (station: string) => Promise<void>;
  /** Stops the station and shows the reason on its card. */
  readonly suspend: (station: string, reason: AppError) => Promise<void>;
  readonly state: (station: string) => { readonly state: StationState; readonly isRunning: boolean } | null;
  /** Connects with the identity and leaves again; rejects with mqtt.* when that fails. */
  readonly tryConnection: (identity: {
    readonly clientId: string;
    readonly certificatePem: string;
    readonly keyPem: string;
  }) => Promise<void>;
};

type Options = {
  readonly records: FleetRecords;
  readonly certificates: VaultCertificates;
  readonly link: StationLink;
  readonly connection: () => Connection;
  readonly onChange: () => void;
};

export type Rotations = {
  /** Answers at once; progress and failure are told by `status`. Throws when it cannot begin. */
  readonly begin: (station: string) => Promise<void>;
  readonly status: () => RotationStatus;
};

export function createRotations(options: Options): Rotations {
  const { records, certificates, link, connection } = options;
  const rotations = new Map<string, Rotation>();

  const tell = (station: string, step: RotationStep, error: unknown = null): void => {
    rotations.set(station, { station, step, error: error === null ? null : toPlainError(error) });
    options.onChange();
  };

  const wear = async (record: StationRecord, identity: StationIdentity): Promise<void> => {
    await certificates.setOfStation(record.id, identity);
    records.update(record.id, { certificate: { account: identity.account, id: identity.certificateId } });
    await link.renew(record.id);
  };

  /** Resolves when the target has let the station in with the identity. */
  const prove = async (record: StationRecord, identity: StationIdentity): Promise<void> => {
    if (link.state(record.id)?.isRunning !== true) {
      const { certificatePem, keyPem } = identity;
      await untilAccepted(() => link.tryConnection({ clientId: record.thingName, certificatePem, keyPem }));
      await wear(record, identity);
      return;
    }
    await wear(record, identity);
    await waitFor(
      () => {
        const now = link.state(record.id)?.state ?? null;
        if (now === 'faulty' || now === null) return Promise.reject(notAccepted(record.name));
        return Promise.resolve(now === 'live' || now === 'finished' ? true : undefined);
      },
      {
        what: `"${record.name}" to connect with its new certificate`,
        limitMs: CONNECT_LIMIT_MS,
        firstPauseMs: 100,
        longestPauseMs: 500,
      },
    );
  };

  const rotate = async (record: StationRecord, old: StationIdentity): Promise<void> => {
    const { clients, target } = connection();
    tell(record.id, 'issue');
    const { keyPem, csrPem } = await createDeviceKey(record.thingName);
    const made = await issueSuccessor(clients, old.certificateId, csrPem);
    const identity: StationIdentity = { ...old, ...made, keyPem, account: target.account };
    tell(record.id, 'connect');
    await certificates.keep(old);
    try {
      await prove(record, identity);
    } catch (error) {
      // The old certificate was never touched: the station goes on with it.
      await wear(record, old);
      await certificates.forget(old.certificateId);
      await retireCertificate(clients, made.certificateId).catch((cause: unknown) =>
        log.warn(
          { station: record.id, code: toPlainError(cause).code },
          'an unused new certificate could not be removed',
        ),
      );
      throw error;
    }
    tell(record.id, 'retire');
    await retireCertificate(clients, old.certificateId).catch((cause: unknown) => {
      throw new AppError(
        'certificates.notRetired',
        `"${record.name}" uses its new certificate, but the old one could not be removed at the target.`,
        { hint: 'It is kept in the vault under Settings, Certificates, until it is removed.', cause },
      );
    });
    await certificates.forget(old.certificateId);
    tell(record.id, 'done');
  };

  return {
    begin: async (station) => {
      const record = records.get(station);
      if (record === undefined) throw new AppError('stations.unknown', `There is no station "${station}".`);
      const before = rotations.get(station);
      if (before !== undefined && before.error === null && before.step !== 'done')
        throw new AppError('certificates.rotating', `The certificate of "${record.name}" is being rotated already.`);
      const old = await certificates.ofStation(station);
      if (old === null || old.account !== connection().target.account)
        throw new AppError('certificates.none', `"${record.name}" has no certificate of this target yet.`);
      tell(station, 'issue');
      rotate(record, old).catch((error: unknown) => {
        const plain = toPlainError(error);
        log.warn({ station, code: plain.code, reason: plain.message }, 'a certificate could not be rotated');
        tell(station, rotations.get(station)?.step ?? 'issue', error);
      });
    },
    status: () => ({ rotations: [...rotations.values()] }),
  };
}

/** A refusal right after the policy was attached may pass; it is asked again until the time is over. */
async function untilAccepted(connect: () => Promise<void>): Promise<void> {
  let last: unknown = null;
  const ask = async (): Promise<true | undefined> => {
    try {
      await connect();
      return true;
    } catch (error) {
      last = error;
      return undefined;
    }
  };
  const patience = { what: 'a connection', limitMs: 15_000, firstPauseMs: 1_200, longestPauseMs: 4_000 };
  await waitFor(ask, patience).catch((error: unknown) => {
    throw last ?? error;
  });
}

function notAccepted(name: string): AppError {
  return new AppError(
    'certificates.notAccepted',
    `The target does not let "${name}" connect with the new certificate.`,
    {
      hint: 'The old certificate is in use again.',
    },
  );
}
