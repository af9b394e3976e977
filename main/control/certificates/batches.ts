/** Batches of dropped files on their way into the vault: keys wait here, in main's memory only, until the person confirms or cancels. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../../preload/errors.ts';
import type { ImportBatch, ImportRow, TargetKnowledge } from '../../../preload/shapes-certificates.ts';
import { publicIdOf, unlockKey } from './keys.ts';
import { expiryOf, pair, type Paired } from './pairing.ts';
import type { CertificateFacts, Piece } from './pieces.ts';
import { piecesOfOpenedPfx } from './recognise.ts';

export type BatchRow = Paired & { readonly target: TargetKnowledge };

type Batch = {
  pieces: readonly Piece[];
  readonly locks: Map<Piece, string>;
  readonly asked: Map<string, TargetKnowledge>;
};

type Station = { readonly id: string; readonly name: string; readonly thingName: string };

type Options = {
  readonly targetCa: () => CertificateFacts | null;
  readonly ask: (certificateId: string) => Promise<TargetKnowledge>;
  readonly stations: () => readonly Station[];
  /** Where the vault has each certificate already: a station's name, or null where it is kept for later. */
  readonly inVault: () => Promise<ReadonlyMap<string, string | null>>;
};

/** Questions to the target at once: AWS answers ten DescribeCertificate a second. */
const ASK_AT_ONCE = 4;
/** Keys that nobody confirms do not stay in memory for ever. */
const FORGET_AFTER_MS = 30 * 60 * 1000;

export function createBatches(options: Options) {
  // There is one window with one dialog, so there is one open batch; what is dropped meanwhile joins it.
  let open: { readonly id: string; readonly batch: Batch } | null = null;
  let timer: NodeJS.Timeout | undefined;

  const close = (): void => {
    clearTimeout(timer);
    open = null;
  };
  const touch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(close, FORGET_AFTER_MS);
    timer.unref();
  };
  const need = (id: string): Batch => {
    if (open?.id !== id) {
      throw new AppError('certificates.noBatch', 'These files are not waiting to be imported any more.', {
        hint: 'Drop them again.',
      });
    }
    touch();
    return open.batch;
  };

  const rowsOf = async (batch: Batch): Promise<readonly BatchRow[]> => {
    const { certificates } = pair(batch.pieces, options.targetCa());
    const waiting = certificates.filter(({ facts }) => !batch.asked.has(facts.certificateId));
    const askNext = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
        batch.asked.set(next.facts.certificateId, await options.ask(next.facts.certificateId));
    };
    await Promise.all(Array.from({ length: ASK_AT_ONCE }, askNext));
    return certificates.map((one) => ({
      ...one,
      target: batch.asked.get(one.facts.certificateId) ?? { state: 'unknown' },
    }));
  };

  const view = async (id: string, batch: Batch): Promise<ImportBatch> => {
    const { authorities, extras, looseKeys, refused } = pair(batch.pieces, options.targetCa());
    const rows = await rowsOf(batch);
    const inVault = await options.inVault();
    return {
      id,
      certificates: rows.map((row) => rowView(row, inVault, options.stations())),
      locked: batch.pieces.flatMap((piece) =>
        piece.kind === 'locked' ? [{ id: lockId(batch, piece), source: piece.source, what: piece.what }] : [],
      ),
      authorities,
      looseKeys,
      extras,
      refused,
    };
  };

  return {
    isOpen: (): boolean => open !== null,
    /** Adds to the open batch, or opens one. */
    add: async (pieces: readonly Piece[]): Promise<ImportBatch> => {
      open ??= { id: randomUUID(), batch: { pieces: [], locks: new Map(), asked: new Map() } };
      const { id, batch } = open;
      batch.pieces = [...batch.pieces, ...pieces];
      touch();
      return view(id, batch);
    },
    /** Throws `certificates.wrongPassword`; nothing changes then. */
    unlock: async (id: string, item: string, password: string): Promise<ImportBatch> => {
      const batch = need(id);
      const piece = batch.pieces.find((candidate) => batch.locks.get(candidate) === item);
      if (piece?.kind !== 'locked') throw new AppError('certificates.noBatch', 'This file is not locked any more.');
      const opened = openLocked(piece, password);
      batch.pieces = batch.pieces.flatMap((candidate) => (candidate === piece ? opened : [candidate]));
      batch.locks.delete(piece);
      return view(id, batch);
    },
    rows: (id: string): Promise<readonly BatchRow[]> => rowsOf(need(id)),
    close: (id: string): void => {
      if (open?.id === id) close();
    },
  };
}

function lockId(batch: Batch, piece: Piece): string {
  const id = batch.locks.get(piece) ?? randomUUID();
  batch.locks.set(piece, id);
  return id;
}

function openLocked(piece: Piece & { readonly kind: 'locked' }, password: string): readonly Piece[] {
  const { source, what, bytes } = piece;
  if (what === 'pfx') return piecesOfOpenedPfx(bytes, password, source);
  const isPem = bytes.subarray(0, 11).toString() === '-----BEGIN ';
  const key = unlockKey(isPem ? bytes.toString() : bytes, password, source);
  return [{ kind: 'key', source, key, publicId: publicIdOf(key) }];
}

function rowView(row: BatchRow, inVault: ReadonlyMap<string, string | null>, stations: readonly Station[]): ImportRow {
  const { facts, source, key, authority, copies, target } = row;
  const { certificateId, subject, issuer, keyType, validFrom, validTo } = facts;
  const keyState = key !== null ? 'brought' : inVault.has(certificateId) ? 'inVault' : 'missing';
  return {
    certificateId,
    subject,
    issuer,
    keyType,
    validFrom,
    validTo,
    expiry: expiryOf(facts, Date.now()),
    source,
    key: { state: keyState, source: key?.source ?? null },
    authority,
    copies,
    usedBy: inVault.get(certificateId) ?? null,
    target,
    suggestion: suggest(row, stations),
  };
}

/** The registry knows best; else a station that bears the name of the certificate or of its file. */
function suggest({ facts, source, target }: BatchRow, stations: readonly Station[]): ImportRow['suggestion'] {
  const things = target.state === 'registered' ? target.things : [];
  const registered = stations.find(({ thingName }) => things.includes(thingName));
  if (registered !== undefined) return { station: registered.id, reason: 'registry' };
  const names = [facts.commonName ?? '', ...things, ...namesIn(source)].map((name) => name.toLowerCase());
  const named = stations.find(({ id, thingName }) =>
    [id, thingName].some((name) => names.includes(name.toLowerCase())),
  );
  return named === undefined ? null : { station: named.id, reason: 'name' };
}

/** `kit.zip › fleet/station-1.cert.pem` may mean "kit", "fleet" or "station-1". */
function namesIn(source: string): readonly string[] {
  return source
    .split(/ › |\//)
    .map((part) =>
      part.replace(/(-certificate)?(\.(cert|certificate|pem|crt|cer|der|pfx|p12|zip|key|private))+$/i, ''),
    );
}
