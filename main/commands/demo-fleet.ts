/** Stations for headless runs: the bundled ones, and where more are asked for than there are, further devices that replay the same files. */
import { AppError } from '../../preload/errors.ts';
import { newDevice, recordOfBundled } from '../control/catalogue.ts';
import type { Control } from '../control/control.ts';

/** Adds `count` stations and returns their ids: the five climates first, then New York, then copies under ids of their own. */
export function addStations(control: Control, count: number): string[] {
  const choices = control.sets.flatMap((set) =>
    set.stations.map((station) => recordOfBundled(control.sets, set.id, station.id)),
  );
  if (choices.length === 0)
    throw new AppError('demo.noData', 'There are no bundled observations to replay.', {
      hint: 'Make them again as data/README.md says.',
    });
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const record = choices[n % choices.length];
    if (record === undefined) break;
    const copy = Math.floor(n / choices.length);
    const device = copy === 0 ? record : newDevice(record, `${record.id}-${copy + 1}`);
    control.fleet.add(device);
    ids.push(device.id);
  }
  return ids;
}
