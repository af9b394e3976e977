/** `isobar bench rules`: evaluations a second of three rules, beside JSON.parse and JSON.stringify of the same payload. */
import { openRuleRun } from '../lab/rules/speed.ts';
import type { BenchLine } from './bench-line.ts';

const PAYLOAD =
  '{"weather_station":"72254013904","latitude":30.183,"longitude":-97.68,"elevation":151,' +
  '"time":"2014-01-14T11:53:00+00:00","air_temperature":{"value":-7.0,"quality":"5"},' +
  '"dew_point":{"value":-15.0,"quality":"5"},"wind_speed":{"value":13.4,"quality":"5"},' +
  '"wind_direction":{"value":360,"quality":"5"},"sea_level_pressure":{"value":1008.1,"quality":"5"},' +
  '"sky_ceiling":{"value":396,"quality":"5"},"visibility_distance":{"value":11265,"quality":"5"},' +
  '"liquid_precip":[{"hours":1,"depth":0.0},{"hours":6,"depth":0.0}],' +
  '"sky_cover_condition":[{"coverage":7.0,"base_height":396.0,"cloud_type":null},' +
  '{"coverage":8.0,"base_height":610.0,"cloud_type":null}]}';

const RULES = {
  'SELECT *': "SELECT * FROM 'sensor/weather/#'",
  "the course's projection":
    'SELECT weather_station AS station_id, time AS observation_time, air_temperature.value AS temperature, ' +
    'wind_speed.value AS wind, wind_direction.value AS direction, sea_level_pressure.value AS pressure ' +
    "FROM 'sensor/weather/#' WHERE air_temperature.value < -5",
  'a heavy rule (nested query, functions)':
    'SELECT upper(weather_station) AS station, (SELECT VALUE coverage FROM sky_cover_condition WHERE base_height > 400) AS cover, ' +
    "concat(topic(2), '-', timestamp()) AS id, round(air_temperature.value * 9 / 5 + 32) AS fahrenheit, " +
    "regexp_replace(time, 'T.*', '') AS day, CASE air_temperature.quality WHEN '5' THEN 'good' ELSE 'other' END AS quality " +
    "FROM 'sensor/weather/#' WHERE EXISTS (SELECT * FROM liquid_precip WHERE hours = 6) AND air_temperature.value < -5",
} as const;

/** Turns, so that both meet the same machine; the best of each counts. */
const TURNS = 10;

/** `seconds` is how long all of it takes, about. */
export async function* benchRules({ seconds }: { readonly seconds: number }): AsyncGenerator<BenchLine> {
  const payload = Buffer.from(PAYLOAD);
  const reference = (): number => JSON.stringify(JSON.parse(PAYLOAD)).length;
  for (const [name, sql] of Object.entries(RULES)) {
    const run = openRuleRun(sql, payload);
    let value = 0;
    let referenceValue = 0;
    for (let turn = 0; turn < TURNS; turn++) {
      referenceValue = Math.max(referenceValue, perSecond(reference, (seconds * 1000) / TURNS / 6));
      value = Math.max(value, perSecond(run, (seconds * 1000) / TURNS / 6));
    }
    // Lets signals and other work in between.
    await new Promise((resolve) => setImmediate(resolve));
    yield {
      bench: 'rules',
      figure: name,
      value: Math.round(value),
      unit: 'evaluations/s',
      reference: 'JSON.parse and JSON.stringify of the same payload',
      referenceValue: Math.round(referenceValue),
      ratio: Number((value / referenceValue).toFixed(3)),
    };
  }
}

const ROUND = 500;

function perSecond(run: () => number, millis: number): number {
  const start = performance.now();
  let rounds = 0;
  let bytes = 0;
  while (performance.now() - start < millis) {
    for (let index = 0; index < ROUND; index++) bytes += run();
    rounds++;
  }
  // The sum is used, so that the work cannot be left out.
  return bytes > 0 ? (rounds * ROUND * 1000) / (performance.now() - start) : 0;
}
