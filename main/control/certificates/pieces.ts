/** What a file can turn out to be when a person brings certificates: the pieces that pairing works with, and how much is taken at once. */
import type { KeyObject } from 'node:crypto';
import type { PlainError } from '../../../preload/errors.ts';

/** What is read of one certificate. Times are epoch milliseconds. */
export type CertificateFacts = {
  /** SHA-256 of the DER form in hex: the fingerprint, and the id AWS gives the certificate. */
  readonly certificateId: string;
  readonly pem: string;
  /** One line, most specific part first: `CN=station-1, O=Isobar`. */
  readonly subject: string;
  readonly commonName: string | null;
  readonly issuer: string;
  /** What pairs it with its key: see `publicIdOf`. */
  readonly publicId: string;
  readonly keyType: string;
  readonly validFrom: number;
  readonly validTo: number;
  readonly isAuthority: boolean;
  readonly isSelfSigned: boolean;
  /** One of Amazon's own roots, which every AWS kit holds and Isobar knows already. */
  readonly isAmazonRoot: boolean;
};

/** Where a piece was found, for people: `kit.zip › certs/station.pem`. */
export type Source = string;

export type Piece =
  | { readonly kind: 'certificate'; readonly source: Source; readonly facts: CertificateFacts }
  | { readonly kind: 'key'; readonly source: Source; readonly key: KeyObject; readonly publicId: string }
  | { readonly kind: 'publicKey'; readonly source: Source; readonly publicId: string }
  /** Encrypted; `bytes` is the file's own content, opened again with each password that is tried. */
  | { readonly kind: 'locked'; readonly source: Source; readonly what: 'key' | 'pfx'; readonly bytes: Buffer }
  /** Belongs to a connection kit and is of no use here: start script, policy document, text. */
  | { readonly kind: 'extra'; readonly source: Source; readonly what: string }
  | { readonly kind: 'refused'; readonly source: Source; readonly error: PlainError };

/** Real key and certificate files have a few kilobytes; a bundle of all public authorities has 250. */
export const MOST_FILE_BYTES = 1024 * 1024;
export const MOST_ARCHIVE_BYTES = 32 * 1024 * 1024;
export const MOST_FILES = 2_000;
/** All that is unpacked of the archives of one batch. */
export const MOST_UNPACKED_BYTES = 64 * 1024 * 1024;
export const MOST_FOLDER_DEPTH = 8;
