/** Which certificate a station connects with: gives it another one, and back. The one it had is kept in the vault, never lost. */
import { AppError } from '../../../preload/errors.ts';
import type { FleetRecords, StationRecord } from '../fleet-records.ts';
import type { StationIdentity, VaultCertificates } from './vault-certificates.ts';

export type IdentityChange = {
  readonly station: string;
  readonly certificateId: string;
  /** What it had before; null = nothing, so that it gets a new certificate from the target when it is undone. */
  readonly former: { readonly certificateId: string | null; readonly thingName: string };
};

export type StationIdentities = {
  /** Throws `stations.unknown`, `certificates.unknown`. Returns once the station has left and is coming in again. */
  readonly assign: (station: string, certificateId: string, use: Use) => Promise<IdentityChange>;
  readonly undo: (change: IdentityChange, account: string) => Promise<void>;
};

type Use = {
  readonly account: string;
  /** The thing it is registered for, under whose name the station connects; null = the station's own. */
  readonly thingName: string | null;
};

type Options = {
  readonly records: FleetRecords;
  readonly certificates: VaultCertificates;
  /** Makes the station leave and come in again with what the vault holds now. */
  readonly renew: (station: string) => Promise<void>;
};

export function createStationIdentities({ records, certificates, renew }: Options): StationIdentities {
  const recordOf = (station: string): StationRecord => {
    const record = records.get(station);
    if (record === undefined) throw new AppError('stations.unknown', `There is no station "${station}".`);
    return record;
  };

  const assign = async (station: string, certificateId: string, use: Use): Promise<IdentityChange> => {
    const record = recordOf(station);
    const next = await certificates.kept(certificateId);
    if (next === null)
      throw new AppError('certificates.unknown', 'This certificate is not kept in the vault any more.');
    const former = await certificates.ofStation(station);
    // In this order a crash leaves a certificate twice in the vault, never nowhere.
    if (former !== null) await certificates.keep(former);
    const identity: StationIdentity = { ...next, account: use.account };
    await certificates.setOfStation(station, identity);
    await certificates.forget(certificateId);
    records.update(station, {
      thingName: use.thingName ?? record.thingName,
      certificate: { account: use.account, id: certificateId },
    });
    await renew(station);
    return {
      station,
      certificateId,
      former: { certificateId: former?.certificateId ?? null, thingName: record.thingName },
    };
  };

  return {
    assign,
    undo: async ({ station, former }, account) => {
      if (former.certificateId !== null) {
        await assign(station, former.certificateId, { account, thingName: former.thingName });
        return;
      }
      const current = await certificates.ofStation(station);
      if (current !== null) await certificates.keep(current);
      await certificates.clearOfStation(station);
      records.update(station, { thingName: former.thingName, certificate: null });
      await renew(station);
    },
  };
}
