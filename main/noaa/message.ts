/** The course's message of one observation: its keys, nesting and order, with null for what is missing. */
import type { DecodedRecord, Measured } from './decoded-record.ts';
import {
  extremeTemperature,
  liquidPrecipitation,
  skyCover,
  weatherCondition,
  weatherOccurence,
  type ExtremeTemperature,
  type LiquidPrecipitation,
  type SkyCover,
  type WeatherCondition,
  type WeatherOccurence,
} from './message-groups.ts';

export type Message = {
  /** USAF and WBAN number, 11 characters. */
  readonly weather_station: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Whole metres. */
  readonly elevation: number | null;
  /** `2014-04-14T11:53:00+00:00` */
  readonly time: string;
  /** °C */
  readonly air_temperature: Measured;
  readonly dew_point: Measured;
  /** m/s */
  readonly wind_speed: Measured;
  /** Degrees from true north, 1-360. */
  readonly wind_direction: Measured;
  /** hPa */
  readonly sea_level_pressure: Measured;
  /** Metres; 22,000 = unlimited. */
  readonly sky_ceiling: Measured;
  readonly visibility_distance: Measured;
  readonly liquid_precip?: readonly LiquidPrecipitation[];
  /** So spelled by the course. */
  readonly weather_occurence?: readonly WeatherOccurence[];
  readonly weather_condition?: readonly WeatherCondition[];
  readonly sky_cover_condition?: readonly SkyCover[];
  readonly extreme_temperature?: readonly ExtremeTemperature[];
};

/** `2014-04-14T11:53:00+00:00`, as Python writes a time in UTC. */
function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}+00:00`;
}

function wholeMetres(elevation: number | null): number | null {
  // + 0 turns the -0 of Math.round(-0.3) into 0.
  return elevation === null ? null : Math.round(elevation) + 0;
}

/** The message of `record`; the last five keys only when the record has something to say there. */
export function toMessage(record: DecodedRecord): Message {
  const precipitation: LiquidPrecipitation[] = [];
  const occurences: WeatherOccurence[] = [];
  const conditions: WeatherCondition[] = [];
  const layers: SkyCover[] = [];
  const extremes: ExtremeTemperature[] = [];
  for (const { id, body } of record.groups) {
    switch (id.slice(0, 2)) {
      case 'AA':
        precipitation.push(liquidPrecipitation(body));
        break;
      case 'AU': {
        const occurence = weatherOccurence(body);
        if (occurence !== null) occurences.push(occurence);
        break;
      }
      case 'AW':
        conditions.push(weatherCondition(body));
        break;
      case 'GA':
        layers.push(skyCover(body));
        break;
      case 'KA':
        extremes.push(extremeTemperature(body));
        break;
    }
  }
  return {
    weather_station: record.station,
    latitude: record.latitude,
    longitude: record.longitude,
    elevation: wholeMetres(record.elevation),
    time: timeText(record.time),
    air_temperature: record.airTemperature,
    dew_point: record.dewPoint,
    wind_speed: record.windSpeed,
    wind_direction: record.windDirection,
    sea_level_pressure: record.seaLevelPressure,
    sky_ceiling: record.ceiling,
    visibility_distance: record.visibility,
    ...(precipitation.length === 0 ? {} : { liquid_precip: precipitation }),
    ...(occurences.length === 0 ? {} : { weather_occurence: occurences }),
    ...(conditions.length === 0 ? {} : { weather_condition: conditions }),
    ...(layers.length === 0 ? {} : { sky_cover_condition: layers }),
    ...(extremes.length === 0 ? {} : { extreme_temperature: extremes }),
  };
}

/**
 * The message as the JSON text a Python device sends: a number that can have decimals always shows a decimal point
 * (`15.0`), so that a crawler infers one type for the whole column. JSON.stringify would write 15.
 */
export function messageText(record: DecodedRecord): string {
  const message = toMessage(record);
  let text =
    `{"weather_station":${quoted(message.weather_station)}` +
    `,"latitude":${decimal(message.latitude)},"longitude":${decimal(message.longitude)}` +
    `,"elevation":${String(message.elevation)},"time":"${message.time}"` +
    `,"air_temperature":${decimalReading(message.air_temperature)}` +
    `,"dew_point":${decimalReading(message.dew_point)}` +
    `,"wind_speed":${decimalReading(message.wind_speed)}` +
    `,"wind_direction":${wholeReading(message.wind_direction)}` +
    `,"sea_level_pressure":${decimalReading(message.sea_level_pressure)}` +
    `,"sky_ceiling":${wholeReading(message.sky_ceiling)}` +
    `,"visibility_distance":${wholeReading(message.visibility_distance)}`;
  text += list('liquid_precip', message.liquid_precip, precipitationText);
  text += list('weather_occurence', message.weather_occurence, JSON.stringify);
  text += list('weather_condition', message.weather_condition, conditionText);
  text += list('sky_cover_condition', message.sky_cover_condition, skyCoverText);
  text += list('extreme_temperature', message.extreme_temperature, extremeText);
  return `${text}}`;
}

/** The shortest digits that read back as the same double, always with a decimal point. */
function decimal(value: number | null): string {
  if (value === null) return 'null';
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}

const NEEDS_ESCAPE = /[^ !#-[\]-~]/;

function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function decimalReading({ value, quality }: Measured): string {
  return `{"value":${decimal(value)},"quality":${quoted(quality)}}`;
}

function wholeReading({ value, quality }: Measured): string {
  return `{"value":${String(value)},"quality":${quoted(quality)}}`;
}

function list<Item>(key: string, items: readonly Item[] | undefined, itemText: (item: Item) => string): string {
  if (items === undefined) return '';
  let text = '';
  for (const item of items) text += text === '' ? itemText(item) : `,${itemText(item)}`;
  return `,"${key}":[${text}]`;
}

function precipitationText({ hours, depth }: LiquidPrecipitation): string {
  return `{"hours":${String(hours)},"depth":${decimal(depth)}}`;
}

function conditionText({ present_weather_condition }: WeatherCondition): string {
  return `{"present_weather_condition":"${present_weather_condition}"}`;
}

function skyCoverText({ coverage, base_height, cloud_type }: SkyCover): string {
  const cloud = cloud_type === null ? 'null' : `"${cloud_type}"`;
  return `{"coverage":${decimal(coverage)},"base_height":${decimal(base_height)},"cloud_type":${cloud}}`;
}

function extremeText({ hours, code, temperature }: ExtremeTemperature): string {
  return `{"hours":${decimal(hours)},"code":${quoted(code)},"temperature":${decimalReading(temperature)}}`;
}
