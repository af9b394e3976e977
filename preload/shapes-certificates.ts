/** What the window learns of certificates: facts and ids. Keys and passwords never come back over the border. */
import type { PlainError } from './errors.ts';
import type { StationsAdded } from './shapes.ts';

export type Expiry = 'expired' | 'soon' | 'valid' | 'notYet';

export type CertificateSummary = {
  /** SHA-256 fingerprint in hex, which is the AWS certificate id. */
  readonly certificateId: string;
  readonly subject: string;
  readonly issuer: string;
  /** `RSA 2048`, `EC P-256` */
  readonly keyType: string;
  /** Epoch milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
  readonly expiry: Expiry;
};

/** What the target says of a certificate. */
export type TargetKnowledge =
  | { readonly state: 'registered'; readonly status: string; readonly things: readonly string[] }
  | { readonly state: 'unknown' }
  | { readonly state: 'notAsked'; readonly error: PlainError };

export type AuthorityKind = 'aws' | 'target' | 'brought' | 'self' | 'other';

/** One certificate of a batch that waits to be imported. */
export type ImportRow = CertificateSummary & {
  /** Where it was found: `kit.zip › station.cert.pem`. */
  readonly source: string;
  /** `brought` = its key is in the batch; `inVault` = Isobar has certificate and key already. */
  readonly key: { readonly state: 'brought' | 'inVault' | 'missing'; readonly source: string | null };
  readonly authority: AuthorityKind;
  /** How many more times the same certificate was among the files. */
  readonly copies: number;
  /** The station that uses it already; null when none does. */
  readonly usedBy: string | null;
  readonly target: TargetKnowledge;
  readonly suggestion: { readonly station: string; readonly reason: 'registry' | 'name' } | null;
};

/** An encrypted key or container: opened with `certificates.unlock`. */
export type LockedItem = { readonly id: string; readonly source: string; readonly what: 'key' | 'pfx' };

/** A key whose certificate is not there, or a public key, which is of no use by itself. `subject` = the certificate it belongs to. */
export type LooseKey = {
  readonly source: string;
  readonly what: 'key' | 'publicKey';
  readonly subject: string | null;
};

export type ImportBatch = {
  readonly id: string;
  readonly certificates: readonly ImportRow[];
  readonly locked: readonly LockedItem[];
  readonly authorities: readonly {
    readonly source: string;
    readonly subject: string;
    readonly isAmazonRoot: boolean;
  }[];
  readonly looseKeys: readonly LooseKey[];
  /** Files of a kit that are not needed: start scripts, policy documents. */
  readonly extras: readonly string[];
  readonly refused: readonly { readonly name: string; readonly error: PlainError }[];
};

/** What became of dropped or chosen files: observations became stations, the rest waits in a batch. */
export type FilesTaken = { readonly stations: StationsAdded; readonly batch: ImportBatch | null };

export type ImportOutcome = {
  /** For `certificates.undo`, until the app ends. */
  readonly undo: string;
  readonly imported: readonly { readonly certificateId: string; readonly station: string | null }[];
  readonly refused: readonly { readonly name: string; readonly error: PlainError }[];
};

/** One certificate in the vault. */
export type VaultCertificate = CertificateSummary & {
  /** The station that connects with it; null = kept for later. */
  readonly station: { readonly id: string; readonly name: string } | null;
};

/** Everything about the certificate of one station, or one kept in the vault. */
export type CertificateView = VaultCertificate & {
  readonly protection: 'keychain' | 'filePermissions';
  readonly target: TargetKnowledge;
  readonly policies: readonly { readonly name: string; readonly document: string }[];
};

export type RotationStep = 'issue' | 'connect' | 'retire' | 'done';

/** A rotation under way or ended, by station. The newest one of each station. */
export type Rotation = {
  readonly station: string;
  readonly step: RotationStep;
  readonly error: PlainError | null;
};

export type RotationStatus = { readonly rotations: readonly Rotation[] };
