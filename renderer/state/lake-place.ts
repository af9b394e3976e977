/** Where the object browser stands: set by walking, and by links to an object from buffers and traces. */
import { create } from 'zustand';

/** A level of the store; no bucket means the list of buckets. */
export type Place = { readonly bucket: string | null; readonly prefix: string };

type LakePlace = {
  /** Null until somebody has gone anywhere. */
  readonly place: Place | null;
  /** The key of the object that is shown. */
  readonly opened: string | null;
  /** Grows when a link leads to an object: the browser then comes into sight. */
  readonly led: number;
};

export const useLakePlace = create<LakePlace>()(() => ({ place: null, opened: null, led: 0 }));

export function goToPlace(place: Place): void {
  useLakePlace.setState({ place, opened: null });
}

export function openObject(opened: string | null): void {
  useLakePlace.setState({ opened });
}

/** For links: the object's folder is listed and the object shown. */
export function leadToObject({ bucket, key }: { readonly bucket: string; readonly key: string }): void {
  useLakePlace.setState(({ led }) => ({
    place: { bucket, prefix: key.slice(0, key.lastIndexOf('/') + 1) },
    opened: key,
    led: led + 1,
  }));
}
