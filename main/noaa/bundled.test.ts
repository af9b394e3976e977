/** The bundled sets: readable to the last record, as `sets.json` says, made again alike, and plausible as weather. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { benchNoaa } from '../commands/bench-noaa.ts';
import { bundledSets, type BundledStation } from './bundled.ts';
import { describeFile, readObservations } from './observation-file.ts';
import type { DecodedRecord } from './decoded-record.ts';

const repository = resolve(import.meta.dirname, '../..');
const dataFolder = join(repository, 'data');

async function recordsOf(station: BundledStation): Promise<DecodedRecord[]> {
  const records: DecodedRecord[] = [];
  for await (const { record } of readObservations(station.file)) records.push(record);
  return records;
}

async function stationsOf(setId: string): Promise<readonly BundledStation[]> {
  return (await bundledSets(dataFolder)).find(({ id }) => id === setId)?.stations ?? [];
}

const share = (records: readonly DecodedRecord[], holds: (record: DecodedRecord) => boolean): number =>
  records.filter(holds).length / records.length;

const isGood = (quality: string): boolean => !'2367'.includes(quality);

describe('bundled sets', () => {
  it('hold what sets.json says, without one damaged record', async () => {
    const sets = await bundledSets(dataFolder);
    expect(sets.map(({ id, kind, stations }) => [id, kind, stations.length])).toEqual([
      ['five-climates', 'generated', 5],
      ['new-york-2013', 'observed', 3],
    ]);
    for (const { file, records, id, first, last, ...place } of sets.flatMap(({ stations }) => stations)) {
      const summary = await describeFile(file);
      expect(summary).toEqual({
        ...place,
        station: id,
        first: first.replace('Z', '.000Z'),
        last: last.replace('Z', '.000Z'),
        observations: records,
        summaries: 0,
        bad: { count: 0, firstLine: 0, details: [] },
      });
    }
  });

  it('has five climates that the generator makes again, byte for byte', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isobar-climates-'));
    try {
      const [station] = await stationsOf('five-climates');
      const script = join(repository, 'scripts/data/five-climates.mjs');
      const made = spawnSync(process.execPath, [script, folder, station?.id ?? ''], { encoding: 'utf8' });
      expect([made.status, made.stderr]).toEqual([0, '']);
      const bundled = readFileSync(station?.file ?? '');
      const again = readFileSync(join(folder, `${station?.id}.csv.gz`));
      // Unpacked, because another zlib may pack the same text otherwise. The header bears neither time nor system.
      expect(gunzipSync(again).equals(gunzipSync(bundled))).toBe(true);
      expect([...again.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('generates weather whose parts agree with each other', async () => {
    for (const station of await stationsOf('five-climates')) {
      const records = await recordsOf(station);
      const notes = records.flatMap((record) => record.notes);
      const wetterThanSaturated = records.filter(
        ({ airTemperature, dewPoint }) =>
          airTemperature.value !== null && dewPoint.value !== null && dewPoint.value > airTemperature.value,
      );
      const isFog = ({ groups }: DecodedRecord) =>
        groups.some(({ id, body }) => /^AW/.test(id) && /^3[0-5]/.test(body));
      const clearFog = records.filter((record) => isFog(record) && (record.visibility.value ?? 0) >= 1000);
      const warmSnow = records.filter(
        ({ airTemperature, groups }) =>
          groups.some(({ id, body }) => /^AW/.test(id) && /^7[1-3]/.test(body)) &&
          isGood(airTemperature.quality) &&
          (airTemperature.value ?? 0) > 1,
      );
      expect({ id: station.id, notes, wetterThanSaturated, clearFog, warmSnow }).toEqual({
        id: station.id,
        notes: [],
        wetterThanSaturated: [],
        clearFog: [],
        warmSnow: [],
      });
      const missing = share(records, ({ airTemperature }) => airTemperature.value === null);
      const doubtful = share(records, ({ airTemperature }) => !isGood(airTemperature.quality));
      expect(missing).toBeGreaterThan(0.002);
      expect(missing).toBeLessThan(0.03);
      expect(doubtful).toBeGreaterThan(0);
      expect(doubtful).toBeLessThan(0.01);
      expect(share(records, ({ groups }) => groups.some(({ id }) => id === 'GA1'))).toBeGreaterThan(0.9);
      expect(share(records, ({ groups }) => groups.some(({ id }) => id === 'AW1'))).toBeGreaterThan(0.3);
    }
  });

  it('has a polar station that is often below -5 degC, a dry desert and a wet tropic', async () => {
    const stations = await stationsOf('five-climates');
    const [polar, , , desert, tropic] = await Promise.all(stations.map(recordsOf));
    const isBitter = ({ airTemperature }: DecodedRecord) => airTemperature.value !== null && airTemperature.value < -5;
    const isWet = ({ groups }: DecodedRecord) =>
      groups.some(({ id, body }) => id === 'AA1' && /^01(?!0000|9999)/.test(body));
    expect(share(polar ?? [], isBitter)).toBeGreaterThan(0.3);
    expect(share(tropic ?? [], isBitter)).toBe(0);
    expect(share(desert ?? [], isWet)).toBeLessThan(0.03);
    expect(share(tropic ?? [], isWet)).toBeGreaterThan(0.08);
  });

  it('leaves what the New York source does not hold missing, and its doubtful values too', async () => {
    const newark = (await stationsOf('new-york-2013')).find(({ id }) => id === '72502014734');
    expect(newark).toBeDefined();
    if (newark === undefined) return;
    const records = await recordsOf(newark);
    const missing = { value: null, quality: '9' };
    const storm = records.find(({ time }) => time === Date.UTC(2013, 1, 12, 8));
    expect(storm).toMatchObject({ windSpeed: missing, ceiling: missing, airTemperature: { value: 3.9, quality: '9' } });
    // 39.02 degF, 26.06 degF, 10.35702 mph, 1012 millibars, 10 miles.
    expect(records[0]).toMatchObject({
      time: Date.UTC(2013, 0, 1, 6),
      airTemperature: { value: 3.9 },
      dewPoint: { value: -3.3 },
      windSpeed: { value: 4.6 },
      windDirection: { value: 270 },
      seaLevelPressure: { value: 1012 },
      visibility: { value: 16_093 },
    });
  });

  it('is what the benchmark reads, in both formats', async () => {
    const figures: object[] = [];
    for await (const { figure, unit, value, referenceValue, ratio } of benchNoaa(dataFolder)) {
      figures.push({ figure, unit, isMeasured: value > 0 && referenceValue > 0 && ratio > 0 });
    }
    expect(figures).toEqual([
      { figure: 'Global Hourly CSV file to message texts', unit: 'records/s', isMeasured: true },
      { figure: 'ISD fixed-width file to message texts', unit: 'records/s', isMeasured: true },
    ]);
  });
});
