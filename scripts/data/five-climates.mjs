/**
 * Makes the set "Five climates": a year of hourly observations of five places that do not exist. Demo data, generated.
 *
 *   node scripts/data/five-climates.mjs                 writes data/five-climates/ and its entry in data/sets.json
 *   node scripts/data/five-climates.mjs FOLDER ID...    writes only these stations, as FOLDER/ID.csv.gz
 *
 * How: a seeded generator draws, hour by hour, the weather regime (a Markov chain with the climate's and the season's
 * taste); temperature, dew point, pressure and wind drift towards what the regime asks for, on top of the yearly and the
 * daily cycle; precipitation, sight and clouds follow from them. Then the instruments fail now and then. The same seed
 * gives the same text on every machine: only sin, cos, exp, log and sqrt are used and every value is rounded.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLIMATES, FOLLOWS, REGIMES } from './climates.mjs';
import { cell, saveSet, signed, stationEntry, unsigned, windCell, writeStation } from './hourly-csv.mjs';
import { observeSky, precipitation } from './sky-and-weather.mjs';

const YEAR = 2023;
const HOURS = 365 * 24;
const HOUR_MS = 3_600_000;

/** Mulberry32: 32 bits of state are plenty for a year of weather, and every JavaScript computes it alike. */
function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function bell(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** +1 on `peakDay`, -1 half a year away. */
function season(day, peakDay) {
  return Math.cos((2 * Math.PI * (day - peakDay)) / 365);
}

/** Height of the sun as a sine, negative at night (declination from the day of the year, hour by the longitude). */
function sunHeight(day, utcHour, { latitude, longitude }) {
  const declination = -0.409 * Math.cos((2 * Math.PI * (day + 10)) / 365);
  const angle = (2 * Math.PI * (utcHour + longitude / 15 - 12)) / 24;
  const north = (latitude * Math.PI) / 180;
  return Math.sin(north) * Math.sin(declination) + Math.cos(north) * Math.cos(declination) * Math.cos(angle);
}

function nextRegime(current, climate, day, random) {
  const wetness = (season(day, climate.wettestDay) + 1) / 2;
  const choices = Object.entries(FOLLOWS[current]).map(([name, weight]) => {
    const [dry, wet] = climate.taste[name] ?? [1, 1];
    return [name, weight * (dry + (wet - dry) * wetness)];
  });
  let left = random() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of choices) {
    left -= weight;
    if (left < 0) return name;
  }
  return 'fair';
}

/** The true weather, one entry an hour, before any instrument looks at it. */
function* weather(climate, random) {
  let regime = 'fair';
  let anomaly = 0;
  let depression = REGIMES.fair.depression * climate.depression;
  let pressure = 0;
  let speed = REGIMES.fair.wind * climate.wind;
  let direction = climate.prevailing;
  let previousWet = null;
  for (let hour = 0; hour < HOURS; hour++) {
    const day = hour / 24;
    if (random() < 1 / REGIMES[regime].hours) regime = nextRegime(regime, climate, day, random);
    const asked = REGIMES[regime];
    const warmth = (season(day, climate.warmestDay) + 1) / 2;
    const askedAnomaly = asked.temperature[0] + (asked.temperature[1] - asked.temperature[0]) * warmth;
    anomaly += 0.05 * (askedAnomaly * climate.anomaly - anomaly) + 0.22 * climate.anomaly * bell(random);
    depression +=
      0.16 * (asked.depression * climate.depression - depression) + 0.15 * climate.depression * bell(random);
    pressure += 0.05 * (asked.pressure * climate.pressureSwing - pressure) + 0.3 * climate.pressureSwing * bell(random);
    speed += 0.25 * (asked.wind * climate.wind - speed) + 0.75 * bell(random);
    direction += 0.06 * (climate.prevailing + asked.pressure * -6 - direction) + 9 * bell(random);

    const sun = sunHeight(day, hour % 24, climate);
    const noon = sunHeight(day, 12 - climate.longitude / 15, climate);
    // A clear sky lets the day warm and the night cool; the polar night has no day at all.
    const openness = { clear: 1, fair: 0.8, dust: 0.8, fog: 0.35, showers: 0.45 }[regime] ?? 0.25;
    const localHour = (hour % 24) + climate.longitude / 15;
    const daily = climate.diurnal * openness * Math.max(0.08, Math.min(1, noon * 1.3));
    const dailyMean = climate.mean + climate.swing * season(day, climate.warmestDay) + anomaly;
    const temperature = dailyMean + daily * Math.cos((2 * Math.PI * (localHour - 15)) / 24) + 0.15 * bell(random);
    // The day's warmth does not change the water in the air, so the dew point hangs on the daily mean.
    const dewPoint = Math.min(temperature - 0.05, dailyMean - Math.max(0.1, depression) - 0.35 * daily);
    const isFoggy = regime === 'fog' && sun < 0.45;
    const calmed = Math.max(0, isFoggy ? Math.min(speed, 2.5) : speed * (0.85 + 0.3 * Math.max(0, sun)));
    const hourly = {
      temperature,
      dewPoint: isFoggy ? temperature - 0.1 - 0.3 * random() : dewPoint,
      pressure: climate.pressure + pressure + 0.8 * Math.cos((4 * Math.PI * (localHour - 10)) / 24),
      speed: calmed,
      direction: ((Math.round(direction / 10) * 10 + 359 + 3600) % 360) + 1,
      isDay: sun > 0.05,
    };
    const wet = precipitation(regime, climate, temperature, random);
    const sky = observeSky(
      regime,
      { ...hourly, wet, depression: hourly.temperature - hourly.dewPoint },
      previousWet,
      random,
    );
    previousWet = wet;
    yield { ...hourly, regime, wet, ...sky };
  }
}

/** Each instrument fails for hours at a time, a few times a year, and now and then for one report. */
function makeInstrument(random, outagesAYear, singleLoss) {
  let outage = 0;
  return (value) => {
    if (outage > 0) outage -= 1;
    else if (random() < outagesAYear / HOURS) outage = 2 + Math.floor(random() * 30);
    return outage > 0 || random() < singleLoss ? null : value;
  };
}

/** Quality 1 = passed every check. One report in a thousand is off and flagged: 2 = suspect, 3 = erroneous. */
function measure(value, error, random) {
  if (value === null || random() > 0.001) return [value, 1];
  return [value + error * (1 + random()), random() < 0.7 ? 2 : 3];
}

function skyCells(sky, hasSkySensor, random) {
  const cells = {};
  if (!hasSkySensor) return cells;
  sky.layers.forEach(({ oktas, base, type }, index) => {
    // The automatic sensor sees the height of a cloud but not always its kind.
    const kind = random() < 0.1 ? null : type;
    const height = oktas === 9 ? null : base;
    cells[`GA${index + 1}`] =
      `${unsigned(oktas, 2, 1)},1,${cell(signed(height, 5, 1), height, 1)},${cell(unsigned(kind, 2, 1), kind, 1)}`;
  });
  if (sky.layers.length === 0) cells.GA1 = '00,1,+99999,9,99,9';
  return cells;
}

function weatherCells(hour, now, hasWeatherSensor) {
  const cells = {};
  if (!hasWeatherSensor) return cells;
  now.aw.forEach((code, index) => (cells[`AW${index + 1}`] = `${unsigned(code, 2, 1)},1`));
  now.au.forEach((code, index) => (cells[`AU${index + 1}`] = `${code},1`));
  // At the synoptic hours "nothing" is reported too.
  if (now.aw.length === 0 && hour % 3 === 0) cells.AW1 = `0${now.layers.length === 0 ? 0 : 2},1`;
  return cells;
}

/** Six-hourly extremes, from the temperatures that were reported. */
function extremeCells(hour, recent) {
  const values = recent.filter((value) => value !== null);
  if (hour % 6 !== 0 || values.length < 5) return {};
  return {
    KA1: `060,M,${signed(Math.max(...values), 4, 10)},1`,
    KA2: `060,N,${signed(Math.min(...values), 4, 10)},1`,
  };
}

function precipitationCell(wet, depth) {
  if (depth === null) return '01,9999,1,9';
  if (wet !== null && Math.round(depth * 10) === 0) return '01,0000,2,1';
  return `01,${unsigned(depth, 4, 10)},${wet === null ? 9 : 3},1`;
}

/** The rows of one station's file. */
function observe(climate) {
  const random = seededRandom(climate.seed);
  // Instruments have their own luck, so that a change to them leaves the weather as it is.
  const luck = seededRandom(climate.seed + 1000);
  const thermometer = makeInstrument(luck, 3, 0.003);
  const hygrometer = makeInstrument(luck, 4, 0.004);
  const barometer = makeInstrument(luck, 4, 0.006);
  const anemometer = makeInstrument(luck, 4, 0.004);
  const sight = makeInstrument(luck, 4, 0.005);
  const skySensor = makeInstrument(luck, 5, 0.006);
  const weatherSensor = makeInstrument(luck, 4, 0.004);
  const gauge = makeInstrument(luck, 6, 0.004);
  const link = makeInstrument(luck, 2, 0.002);
  const rows = [];
  let recent = [];
  let hour = -1;
  for (const now of weather(climate, random)) {
    hour += 1;
    const [temperature, temperatureQuality] = measure(thermometer(now.temperature), 8, luck);
    // A hygrometer without a thermometer beside it tells no dew point.
    const dewPoint = hygrometer(temperature === null ? null : Math.min(now.dewPoint, temperature));
    const [pressure, pressureQuality] = measure(barometer(now.pressure), 18, luck);
    const [speed, speedQuality] = measure(anemometer(now.speed), 25, luck);
    const visibility = sight(now.visibility);
    const hasSky = skySensor(true) !== null;
    const ceiling = hasSky ? now.ceiling : null;
    const hasWeather = weatherSensor(true) !== null;
    const depth = gauge(now.wet === null ? 0 : now.wet.depth);
    recent = [...recent, temperature].slice(-6);
    if (link(true) === null) continue;

    const isCalm = speed !== null && speed < 0.5;
    const isVariable = speed !== null && !isCalm && speed < 1.6 && luck() < 0.35;
    const type = speed === null ? '9' : isCalm ? 'C' : isVariable ? 'V' : 'N';
    const direction = type === 'N' ? now.direction : null;
    const isFine = visibility === 16_000 && now.aw.length === 0 && (ceiling ?? 0) > 1500;
    const stationPressure = pressure === null ? null : pressure * Math.exp(-climate.elevation / 8200);
    const gust = speed !== null && now.speed > 7.5 && luck() < 0.6 ? now.speed * (1.3 + 0.4 * luck()) : null;
    rows.push({
      STATION: climate.id,
      DATE: new Date(Date.UTC(YEAR, 0, 1) + hour * HOUR_MS).toISOString().slice(0, 19),
      SOURCE: '4',
      LATITUDE: String(climate.latitude),
      LONGITUDE: String(climate.longitude),
      ELEVATION: climate.elevation.toFixed(1),
      NAME: climate.name,
      REPORT_TYPE: 'FM-15',
      CALL_SIGN: '99999',
      QUALITY_CONTROL: 'V020',
      WND: windCell(direction, type, isCalm ? 0 : speed, 1, speedQuality),
      CIG: `${cell(unsigned(ceiling, 5, 1), ceiling, 1)},${ceiling === null || ceiling === 22_000 ? 9 : 'M'},${isFine ? 'Y' : 'N'}`,
      VIS: `${cell(unsigned(visibility, 6, 1), visibility, 1)},N,${visibility === null ? 9 : 1}`,
      TMP: cell(signed(temperature, 4, 10), temperature, temperatureQuality),
      DEW: cell(signed(dewPoint, 4, 10), dewPoint, 1),
      SLP: cell(unsigned(pressure, 5, 10), pressure, pressureQuality),
      AA1: precipitationCell(now.wet, depth),
      ...weatherCells(hour, now, hasWeather),
      ...skyCells(now, hasSky, luck),
      ...extremeCells(hour, recent),
      ...(stationPressure === null ? {} : { MA1: `99999,9,${unsigned(stationPressure, 5, 10)},1` }),
      ...(gust === null ? {} : { OC1: `${unsigned(gust, 4, 10)},1` }),
    });
  }
  return rows;
}

function makeSet(dataFolder) {
  const stations = CLIMATES.map((climate) => {
    const rows = observe(climate);
    const entry = stationEntry('five-climates', climate, rows);
    writeStation(join(dataFolder, entry.file), rows);
    return entry;
  });
  saveSet(dataFolder, {
    id: 'five-climates',
    name: 'Five climates',
    kind: 'generated',
    description:
      'Demo data, generated: a year of hourly weather at five places that do not exist - polar, temperate oceanic, continental, desert and tropical monsoon.',
    source: 'Generated by scripts/data/five-climates.mjs of Isobar; not observations.',
    licence: 'MIT, as Isobar itself',
    stations,
  });
}

const [folder, ...ids] = process.argv.slice(2);
if (folder === undefined) makeSet(fileURLToPath(new URL('../../data', import.meta.url)));
else {
  for (const climate of CLIMATES.filter(({ id }) => ids.includes(id))) {
    writeStation(join(folder, `${climate.id}.csv.gz`), observe(climate));
  }
}
