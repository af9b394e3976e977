/** The order of the stations' table: by any of its columns, by name until somebody chooses. */
import type { StationStatus } from '../../preload/shapes.ts';

export type StationColumn =
  | 'station'
  | 'state'
  | 'temperature'
  | 'wind'
  | 'pressure'
  | 'clock'
  | 'speed'
  | 'rate'
  | 'acknowledged'
  | 'failed'
  | 'behind';

export type StationOrder = { readonly column: StationColumn; readonly isUp: boolean };

export const BY_NAME: StationOrder = { column: 'station', isUp: true };

/** "Station 2" before "Station 10". */
const names = new Intl.Collator(undefined, { numeric: true });

/** What is missing comes last either way; equals stay in the order of their names. */
export function ordered(stations: readonly StationStatus[], { column, isUp }: StationOrder): readonly StationStatus[] {
  const sign = isUp ? 1 : -1;
  return [...stations].sort((left, right) => {
    const byName = names.compare(left.name, right.name) || names.compare(left.id, right.id);
    if (column === 'station') return sign * byName;
    const [one, other] = [valueOf(left, column), valueOf(right, column)];
    if (one === null || other === null) return Number(one === null) - Number(other === null) || byName;
    const compared =
      typeof one === 'string' || typeof other === 'string' ? names.compare(String(one), String(other)) : one - other;
    return sign * compared || byName;
  });
}

function valueOf(station: StationStatus, column: Exclude<StationColumn, 'station'>): string | number | null {
  switch (column) {
    case 'temperature':
      return station.latest?.temperature ?? null;
    case 'wind':
      return station.latest?.windSpeed ?? null;
    case 'pressure':
      return station.latest?.pressure ?? null;
    case 'clock':
      return station.simulatedTime;
    case 'state':
    case 'speed':
    case 'rate':
    case 'acknowledged':
    case 'failed':
    case 'behind':
      return station[column];
  }
}
