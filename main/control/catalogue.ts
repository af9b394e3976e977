/** Where stations come from: the bundled sets and the person's own NOAA files. */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AppError } from '../../preload/errors.ts';
import type { Catalogue } from '../../preload/shapes.ts';
import type { BundledSet } from '../noaa/bundled.ts';
import { describeFile, type FileSummary } from '../noaa/observation-file.ts';
import type { StationRecord } from './fleet-records.ts';

/** A minute a second: numbers move at once and a person can still follow them. */
const FIRST_SPEED = 600;

const THING_NAME = /^[a-zA-Z0-9:_-]{1,128}$/;

type Described = Pick<
  StationRecord,
  'id' | 'name' | 'kind' | 'source' | 'latitude' | 'longitude' | 'elevation' | 'length'
>;

function newRecord(described: Described): StationRecord {
  if (!THING_NAME.test(described.id)) {
    throw new AppError(
      'stations.badId',
      `"${described.id}" cannot be a station id: letters, digits, ":", "_" and "-" only.`,
    );
  }
  return {
    ...described,
    thingName: `station-${described.id}`,
    topic: `sensor/weather/${described.id}`,
    certificate: null,
    speed: FIRST_SPEED,
    position: 0,
    acknowledged: 0,
  };
}

/** Another device that replays the same file under an id, a thing and a topic of its own. */
export function newDevice(record: StationRecord, id: string): StationRecord {
  return { ...newRecord({ ...record, id }), recordedAs: record.recordedAs ?? record.id };
}

/** A station named like its thing, with a topic of that name, that replays the file of a bundled one. */
export function recordOfCopy(sets: readonly BundledSet[], set: string, station: string, name: string): StationRecord {
  const copy = newDevice(recordOfBundled(sets, set, station), name);
  return { ...copy, thingName: name };
}

export function catalogueOf(sets: readonly BundledSet[], isAdded: (id: string) => boolean): Catalogue {
  return {
    sets: sets.map(({ stations, ...set }) => ({
      ...set,
      stations: stations.map(({ file: _file, ...station }) => ({ ...station, added: isAdded(station.id) })),
    })),
  };
}

/** Throws `stations.unknown` when set or station does not exist. */
export function recordOfBundled(sets: readonly BundledSet[], setId: string, stationId: string): StationRecord {
  const set = sets.find((candidate) => candidate.id === setId);
  const station = set?.stations.find((candidate) => candidate.id === stationId);
  if (set === undefined || station === undefined) {
    throw new AppError('stations.unknown', `There is no bundled station "${stationId}" in the set "${setId}".`);
  }
  return newRecord({
    id: station.id,
    name: station.name,
    kind: set.kind,
    source: { kind: 'bundled', set: set.id },
    latitude: station.latitude,
    longitude: station.longitude,
    elevation: station.elevation,
    length: station.records,
  });
}

export function alreadyThere(id: string, name: string): AppError {
  return new AppError('stations.alreadyThere', `Station ${id} ("${name}") is already in the fleet.`, {
    hint: 'Remove it first to replay another file.',
  });
}

/** Absolute path of the file a record replays. */
export function fileOf(sets: readonly BundledSet[], record: StationRecord): string {
  if (record.source.kind === 'file') return record.source.path;
  const { set: setId } = record.source;
  const station = sets
    .find((set) => set.id === setId)
    ?.stations.find((candidate) => candidate.id === (record.recordedAs ?? record.id));
  if (station === undefined)
    throw new AppError('stations.unknown', `The bundled data of "${record.name}" is no longer part of Isobar.`, {
      hint: 'Remove the station.',
    });
  return station.file;
}

/** Reads a person's file once, and keeps a copy so that the station survives the original's move. Throws noaa.* errors. */
export async function recordOfFile(
  path: string,
  keepIn: string,
  isAdded: (id: string) => boolean,
): Promise<{ readonly record: StationRecord; readonly summary: FileSummary }> {
  const summary = await describeFile(path);
  if (isAdded(summary.station)) throw alreadyThere(summary.station, summary.name);
  await mkdir(keepIn, { recursive: true });
  const kept = join(keepIn, `${summary.station}-${randomBytes(4).toString('hex')}${extname(basename(path))}`);
  await copyFile(path, kept);
  const record = newRecord({
    id: summary.station,
    name: summary.name,
    kind: 'file',
    source: { kind: 'file', path: kept },
    latitude: summary.latitude,
    longitude: summary.longitude,
    elevation: summary.elevation,
    length: summary.observations,
  });
  return { record, summary };
}

/** Deletes the copy that `recordOfFile` made; bundled data stay. */
export async function discardFile({ source }: StationRecord): Promise<void> {
  if (source.kind === 'file') await rm(source.path, { force: true });
}
