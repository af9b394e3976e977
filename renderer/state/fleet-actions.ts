/** What a person may ask of the fleet as a whole or of one station; each reports its failure itself. */
import { notifyAdded, notifyError } from './notices.tsx';
import { useLive } from './live.ts';
import type { FilesTaken } from '../../preload/shapes-certificates.ts';
import { showBatch } from './certificates.ts';
import { call, dropFiles } from './window-app.ts';

type FleetCall = 'stations.start' | 'stations.pause' | 'stations.rewind' | 'stations.remove';

export function command(name: FleetCall, ids: readonly string[]): void {
  if (ids.length === 0) return;
  call(name, { ids: [...ids] }).catch(notifyError);
}

function everyId(): readonly string[] {
  return useLive.getState().fleet?.stations.map(({ id }) => id) ?? [];
}

export function startAll(): void {
  command('stations.start', everyId());
}

export function pauseAll(): void {
  command('stations.pause', everyId());
}

export function setSpeed(ids: readonly string[], speed: number): void {
  if (ids.length === 0) return;
  call('stations.setSpeed', { ids: [...ids], speed }).catch(notifyError);
}

export async function addBundled(set: string, stations: readonly string[]): Promise<void> {
  try {
    notifyAdded(await call('stations.add', { set, stations: [...stations] }));
  } catch (error) {
    notifyError(error);
  }
}

export async function chooseFiles(): Promise<void> {
  await take(call('files.choose', {}));
}

export async function addDropped(files: readonly File[]): Promise<void> {
  await take(dropFiles(files));
}

/** Observations are stations by now; certificates wait to be confirmed in their dialog. */
async function take(files: Promise<FilesTaken>): Promise<void> {
  try {
    const { stations, batch } = await files;
    notifyAdded(stations);
    if (batch !== null) showBatch(batch);
  } catch (error) {
    notifyError(error);
  }
}

export function setUpPipeline(): void {
  call('pipeline.setUp', {}).catch(notifyError);
}
