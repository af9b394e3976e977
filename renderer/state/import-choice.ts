/** What a person has chosen for each certificate of a batch, on top of what the batch suggests. Pure. */
import type { ImportBatch, ImportRow } from '../../preload/shapes-certificates.ts';

export type Choice = { readonly isTaken: boolean; readonly station: string | null };

export type Choices = Readonly<Record<string, Choice>>;

/** One that has no key, or that a station uses already, cannot be imported. */
export function isImportable({ key, usedBy }: ImportRow): boolean {
  return key.state !== 'missing' && usedBy === null;
}

/** `meantFor` = the station whose certificate is being replaced: with a single certificate it is clear what for. */
export function choiceOf(batch: ImportBatch, row: ImportRow, choices: Choices, meantFor: string | null): Choice {
  const chosen = choices[row.certificateId];
  if (chosen !== undefined) return chosen;
  const importable = batch.certificates.filter(isImportable);
  const replaces = meantFor !== null && importable.length === 1;
  return { isTaken: row.expiry !== 'expired', station: replaces ? meantFor : (row.suggestion?.station ?? null) };
}

/** What the import is asked to do. */
export function toImport(
  batch: ImportBatch,
  choices: Choices,
  meantFor: string | null,
): readonly { readonly certificateId: string; readonly station: string | null }[] {
  return batch.certificates.filter(isImportable).flatMap((row) => {
    const { isTaken, station } = choiceOf(batch, row, choices, meantFor);
    return isTaken ? [{ certificateId: row.certificateId, station }] : [];
  });
}

/** A station that two certificates are meant for; null when there is none. */
export function stationTwice(wanted: readonly { readonly station: string | null }[]): string | null {
  const seen = new Set<string>();
  for (const { station } of wanted) {
    if (station === null) continue;
    if (seen.has(station)) return station;
    seen.add(station);
  }
  return null;
}
