/** Brings together what belongs together in a batch: each certificate with its key by their public key, authorities, loose keys. Pure. */
import type { KeyObject } from 'node:crypto';
import type { AuthorityKind, Expiry, ImportBatch, LooseKey } from '../../../preload/shapes-certificates.ts';
import type { CertificateFacts, Piece } from './pieces.ts';
import { isSignedBy } from './x509.ts';

export type Paired = {
  readonly facts: CertificateFacts;
  readonly source: string;
  readonly key: { readonly key: KeyObject; readonly source: string } | null;
  readonly authority: AuthorityKind;
  readonly copies: number;
};

export type Pairing = Pick<ImportBatch, 'authorities' | 'extras' | 'refused'> & {
  readonly certificates: readonly Paired[];
  readonly looseKeys: readonly LooseKey[];
};

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 30;

/** `targetCa` = the authority of the target's own broker, which signs the lab's certificates; null where there is none to compare. */
export function pair(pieces: readonly Piece[], targetCa: CertificateFacts | null): Pairing {
  const keys = new Map<string, { readonly key: KeyObject; readonly source: string }>();
  for (const piece of pieces) {
    if (piece.kind === 'key' && !keys.has(piece.publicId)) keys.set(piece.publicId, piece);
  }
  const found = new Map<string, { facts: CertificateFacts; source: string; copies: number }>();
  for (const piece of pieces) {
    if (piece.kind !== 'certificate') continue;
    const before = found.get(piece.facts.certificateId);
    if (before === undefined) found.set(piece.facts.certificateId, { ...piece, copies: 0 });
    else before.copies += 1;
  }
  const all = [...found.values()];
  // Self-signed device certificates often call themselves an authority; one that comes with its key is meant to be used.
  const isAuthority = ({ facts }: { readonly facts: CertificateFacts }): boolean =>
    facts.isAuthority && !keys.has(facts.publicId);
  const authorities = all.filter(isAuthority);
  const certificates = all
    .filter((one) => !isAuthority(one))
    .map(({ facts, source, copies }): Paired => {
      const key = keys.get(facts.publicId) ?? null;
      return { facts, source, copies, key, authority: authorityOf(facts, authorities, targetCa) };
    });
  return {
    certificates,
    authorities: authorities.map(({ facts: { subject, isAmazonRoot }, source }) => ({ source, subject, isAmazonRoot })),
    looseKeys: looseKeysOf(pieces, certificates),
    extras: pieces.flatMap((piece) => (piece.kind === 'extra' ? [piece.source] : [])),
    refused: pieces.flatMap((piece) => (piece.kind === 'refused' ? [{ name: piece.source, error: piece.error }] : [])),
  };
}

/** Keys without a certificate, and the public keys of certificates that lack their private one: there it is a likely mistake. */
function looseKeysOf(pieces: readonly Piece[], certificates: readonly Paired[]): readonly LooseKey[] {
  const byKey = new Map(certificates.map((one) => [one.facts.publicId, one]));
  return pieces.flatMap((piece): readonly LooseKey[] => {
    if (piece.kind !== 'key' && piece.kind !== 'publicKey') return [];
    const certificate = byKey.get(piece.publicId);
    if (certificate === undefined) return [{ source: piece.source, what: piece.kind, subject: null }];
    if (piece.kind === 'key' || certificate.key !== null) return [];
    return [{ source: piece.source, what: 'publicKey', subject: certificate.facts.subject }];
  });
}

function authorityOf(
  facts: CertificateFacts,
  brought: readonly { readonly facts: CertificateFacts }[],
  targetCa: CertificateFacts | null,
): AuthorityKind {
  if (facts.isSelfSigned) return 'self';
  if (targetCa !== null && isSignedBy(facts, targetCa)) return 'target';
  if (brought.some((authority) => isSignedBy(facts, authority.facts))) return 'brought';
  return facts.issuer.includes('Amazon Web Services') ? 'aws' : 'other';
}

/** `now` in epoch milliseconds. */
export function expiryOf({ validFrom, validTo }: CertificateFacts, now: number): Expiry {
  if (now > validTo) return 'expired';
  if (now < validFrom) return 'notYet';
  return validTo - now < SOON_DAYS * DAY_MS ? 'soon' : 'valid';
}
