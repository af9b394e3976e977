/** Certificates in the window: the batch that waits to be confirmed, the certificate that is looked at, rotations under way. */
import { create } from 'zustand';
import type { ImportBatch, Rotation } from '../../preload/shapes-certificates.ts';
import { call, watch } from './window-app.ts';

/** Which certificate is looked at: of a station, whichever that has at the moment, or one of the vault. */
export type Looked =
  { readonly kind: 'station'; readonly station: string } | { readonly kind: 'kept'; readonly certificateId: string };

type CertificatesState = {
  readonly batch: ImportBatch | null;
  readonly looked: Looked | null;
  /** The station a replacement is meant for; null when the files say it themselves. */
  readonly meantFor: string | null;
  readonly rotations: readonly Rotation[];
};

export const useCertificates = create<CertificatesState>()(() => ({
  batch: null,
  looked: null,
  meantFor: null,
  rotations: [],
}));

export function showBatch(batch: ImportBatch): void {
  useCertificates.setState({ batch, looked: null });
}

/** The keys that waited in main are forgotten. */
export function cancelImport(batch: string): void {
  useCertificates.setState({ batch: null, meantFor: null });
  // A batch that main has forgotten already is closed all the same.
  call('certificates.cancelImport', { batch }).catch(() => undefined);
}

export function endImport(): void {
  useCertificates.setState({ batch: null, meantFor: null });
}

export function lookAt(looked: Looked | null): void {
  useCertificates.setState({ looked });
}

export function meanFor(station: string | null): void {
  useCertificates.setState({ meantFor: station });
}

/** Rotations are watched only while somebody looks. */
export function watchRotations(): () => void {
  return watch(
    'certificates.rotations',
    {},
    // A broken stream is opened again by itself.
    { batch: ({ rotations }) => useCertificates.setState({ rotations }), error: () => undefined },
  );
}
