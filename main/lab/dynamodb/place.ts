/** Where items lie on disk, and how much of each file is of use. */

/** The number of a file and the offset in it in one number, and the length of the entry in bytes. Later entries have greater positions. */
export type Place = { readonly position: number; readonly length: number };

export type Usage = {
  /** An item now lies at this place, and is of use. */
  readonly use: (place: Place) => void;
  /** What lies there is of no use any more. */
  readonly release: (place: Place) => void;
  /** Bytes of use in a file. */
  readonly inFile: (file: number) => number;
  readonly forget: (file: number) => void;
  readonly total: () => number;
};

/** More than a file ever holds. */
const POSITIONS = 2 ** 32;

export function positionOf(file: number, offset: number): number {
  return file * POSITIONS + offset;
}

export function fileOf(position: number): number {
  return Math.floor(position / POSITIONS);
}

export function offsetOf(position: number): number {
  return position % POSITIONS;
}

export function openUsage(): Usage {
  const files = new Map<number, number>();
  let total = 0;
  const count = ({ position }: Place, bytes: number): void => {
    const file = fileOf(position);
    files.set(file, (files.get(file) ?? 0) + bytes);
    total += bytes;
  };
  return {
    use: (place) => count(place, place.length),
    release: (place) => count(place, -place.length),
    inFile: (file) => files.get(file) ?? 0,
    forget: (file) => files.delete(file),
    total: () => total,
  };
}
