/** The mean temperature of what each station published, computed from its file alone: what the lake's answer must equal. */
import type { FleetStatus } from '../../preload/shapes.ts';
import type { Control } from '../control/control.ts';
import { readObservations } from '../noaa/observation-file.ts';
import { toMessage } from '../noaa/message.ts';

export type StationMean = { readonly mean: number | null; readonly observations: number };

/** By `weather_station` of the messages; copies of one file add up. */
export async function meansFromFiles(control: Control, fleet: FleetStatus): Promise<ReadonlyMap<string, StationMean>> {
  const sums = new Map<string, { total: number; values: number; observations: number }>();
  for (const station of fleet.stations) {
    let left = station.position;
    if (left === 0) continue;
    for await (const { record } of readObservations(control.fileOf(station.id))) {
      const message = toMessage(record);
      const sum = sums.get(message.weather_station) ?? { total: 0, values: 0, observations: 0 };
      sums.set(message.weather_station, sum);
      sum.observations += 1;
      if (message.air_temperature.value !== null) {
        sum.total += message.air_temperature.value;
        sum.values += 1;
      }
      left -= 1;
      if (left === 0) break;
    }
  }
  return new Map(
    [...sums].map(([id, { total, values, observations }]) => [
      id,
      { mean: values === 0 ? null : total / values, observations },
    ]),
  );
}

/** Equal but for the order in which the doubles were added. */
export function sameMean(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));
}
