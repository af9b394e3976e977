/** The readers against the reference decoding of real NOAA files: every record, both formats. Skipped without ../shared. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { DecodedRecord, Measured } from './decoded-record.ts';
import type { BadRecord } from './fixed-width.ts';
import { decodeIsdLine } from './isd-line.ts';
import { messageText, toMessage } from './message.ts';
import { describeFile, readObservations } from './observation-file.ts';
import { recordBatches } from './record-batches.ts';

const folder = resolve(process.env['ISOBAR_SHARED'] ?? resolve(import.meta.dirname, '../../../shared'), 'noaa');
if (!existsSync(folder)) process.stderr.write(`skipped: the real NOAA files are not at ${folder}\n`);

/** `2014-04-14T11:53:00Z` */
const secondsText = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');
const pair = ({ value, quality }: Measured) => [value, quality];
const withoutCommas = (cells: object) =>
  Object.fromEntries(Object.entries(cells).map(([id, cell]) => [id, String(cell).replaceAll(',', '')]));

/** The record in the reference's words; its group cells are compared without the CSV's commas. */
function projected(record: DecodedRecord): object {
  const remarks = Object.fromEntries(record.remarks.map(({ type, text }) => [type, text]));
  return {
    line: record.line,
    station: record.station,
    time: secondsText(record.time),
    source: record.source,
    type: record.reportType,
    lat: record.latitude,
    lon: record.longitude,
    elev: record.elevation,
    call: record.callSign,
    qc: record.qualityControl,
    wind_dir: pair(record.windDirection),
    wind_type: record.windType,
    wind_speed: pair(record.windSpeed),
    ceiling: pair(record.ceiling),
    ceiling_det: record.ceilingMethod,
    cavok: record.ceilingAndVisibilityOk,
    vis: pair(record.visibility),
    vis_var: [record.visibilityVariability.value, record.visibilityVariability.quality],
    temp: pair(record.airTemperature),
    dew: pair(record.dewPoint),
    slp: pair(record.seaLevelPressure),
    groups: Object.fromEntries(record.groups.map(({ id, body }) => [id, body])),
    ...(record.remarks.length === 0 ? {} : { rem: remarks }),
    ...(record.qualityText === null ? {} : { eqd: record.qualityText }),
    ...(record.name === null ? {} : { name: record.name }),
  };
}

const files = [
  '035480-99999-1943.gz',
  '722540-13904-2014.gz',
  '723030-13714-1973.gz',
  'global-hourly-2023-72492623258.csv.gz',
  'mini-01116099999-stokka.csv.gz',
  'mini-72214904899-peru-il-2014.csv.gz',
  'mini-72344154921-albion-ne-2014.csv.gz',
  'mini-78724099999-choluteca-2001.csv.gz',
];

describe.skipIf(!existsSync(folder))('real NOAA files', () => {
  it.each(files)('%s is read as the reference says, record by record', async (file) => {
    const path = resolve(folder, file);
    const bad: BadRecord[] = [];
    const records: DecodedRecord[] = [];
    for await (const batch of recordBatches(path, { onBadRecord: (fault) => bad.push(fault) })) records.push(...batch);
    if (file.startsWith('723030')) {
      expect(bad).toEqual([{ line: 6603, reason: 'it has 204 characters where its length field says 230' }]);
      // Its content is sound nevertheless, and the reference holds it.
      const text = gunzipSync(readFileSync(path)).toString('latin1').split('\n')[6602] ?? '';
      records.splice(6602, 0, decodeIsdLine(text, 6603));
    } else {
      expect(bad).toEqual([]);
    }
    const reference = gunzipSync(readFileSync(path.replace(/(\.csv)?\.gz$/, '.decoded.ndjson.gz')))
      .toString('utf8')
      .trimEnd()
      .split('\n');
    expect(records.length).toBe(reference.length);
    records.forEach((record, index) => {
      const expected = JSON.parse(reference[index] ?? '');
      delete expected.length_mismatch;
      expect(projected(record)).toEqual({ ...expected, groups: withoutCommas(expected.groups) });
      expect(record.notes).toEqual([]);
    });
  });

  it.each([
    ['722540-13904-2014.gz', 4237, '2014-01-01T00:00', '2014-04-30T05:53', [123, 0, 896, 3639, 3211, 844, 1063]],
    ['723030-13714-1973.gz', 8580, '1973-01-01T00:00', '1973-12-31T23:00', [0, 1, 0, 5, 384, 0, 0]],
    ['725300-94846-2014.gz', 4262, '2014-01-01T00:00', '2014-04-23T05:51', [116, 0, 1320, 3698, 3549, 1309, 947]],
    ['726430-14920-2015.gz', 154, '2015-01-01T00:53', '2015-01-05T07:53', [6, 0, 49, 148, 128, 50, 22]],
    ['035480-99999-1943.gz', 4410, '1943-07-01T02:00', '1944-01-01T00:00', [0, 0, 0, 2636, 0, 0, 0]],
    [files[3] ?? '', 5480, '2023-01-01T00:15', '2023-07-10T06:53', [197, 0, 1109, 5280, 4958, 1110, 1094]],
  ])('%s counts as the table of the reference does', async (file, count, first, last, counts) => {
    const summary = await describeFile(resolve(folder, file));
    const withGroup = { AW: 0, GA: 0, AA: 0, AU: 0, KA: 0 };
    let records = 0;
    let earliest = Infinity;
    let latest = -Infinity;
    for await (const batch of recordBatches(resolve(folder, file))) {
      for (const { groups, time } of batch) {
        records += 1;
        earliest = Math.min(earliest, time);
        latest = Math.max(latest, time);
        for (const id of new Set(groups.map((group) => group.id.slice(0, 2)))) {
          if (Object.hasOwn(withGroup, id)) withGroup[id as keyof typeof withGroup] += 1;
        }
      }
    }
    const minute = (time: number) => new Date(time).toISOString().slice(0, 16);
    const { AW, GA, AA, AU, KA } = withGroup;
    expect([
      summary.observations + summary.summaries,
      minute(earliest),
      minute(latest),
      [summary.summaries, summary.bad.count, AW, GA, AA, AU, KA],
    ]).toEqual([count, first, last, counts]);
    expect(records).toBe(count);
  });

  it.each([
    ['725300-94846-2014.gz', [7.2, 2.86, 13.23, 2.86, 2.86, 2.86, 26.94], [-26.7, -2.83, 26.1], 16],
    ['726430-14920-2015.gz', [16.88, 3.9, 3.9, 3.9, 3.9, 3.9, 32.47], [-20, -6.33, 1.1], 10.3],
  ])('%s, which has no reference decoding, has its statistics', async (file, missing, temperatures, strongestWind) => {
    const records: DecodedRecord[] = [];
    for await (const batch of recordBatches(resolve(folder, file))) records.push(...batch);
    const missingPercent = (read: (record: DecodedRecord) => Measured) =>
      Number(((100 * records.filter((record) => read(record).value === null).length) / records.length).toFixed(2));
    const values = (read: (record: DecodedRecord) => Measured) =>
      records.map((record) => read(record).value).filter((value) => value !== null);
    const degrees = values((record) => record.airTemperature);
    expect({
      missing: [
        missingPercent((record) => record.windDirection),
        missingPercent((record) => record.windSpeed),
        missingPercent((record) => record.ceiling),
        missingPercent((record) => record.visibility),
        missingPercent((record) => record.airTemperature),
        missingPercent((record) => record.dewPoint),
        missingPercent((record) => record.seaLevelPressure),
      ],
      temperatures: [
        Math.min(...degrees),
        Number((degrees.reduce((sum, value) => sum + value, 0) / degrees.length).toFixed(2)),
        Math.max(...degrees),
      ],
      strongestWind: Math.max(...values((record) => record.windSpeed)),
    }).toEqual({ missing, temperatures, strongestWind });
  });

  it("writes the course's message for each replayed record, as one object and as its text", async () => {
    for (const file of files) {
      for await (const { record } of readObservations(resolve(folder, file))) {
        expect(JSON.parse(messageText(record))).toEqual(toMessage(record));
      }
    }
  });
});
