/** One observation as a person reads it on a station's card. */
import type { LatestObservation } from '../../preload/shapes.ts';
import type { DecodedRecord } from './decoded-record.ts';
import { skyCover, weatherCondition, weatherOccurence, type WeatherOccurence } from './message-groups.ts';

/** AW codes that tell of no weather (00-03) or of the past hour (20-26), not of now. */
function isPresent(code: string): boolean {
  return code > '03' && !(code >= '20' && code <= '26');
}

/** Light, Freezing, Rain -> `Light freezing rain`. */
function occurenceWords(occurence: WeatherOccurence): string {
  const { intensity, descriptor, precipitation, obscuration, other } = occurence;
  const words = [intensity, descriptor, precipitation, obscuration, other].filter((word) => word !== undefined);
  return words.map((word, index) => (index === 0 ? word : word.toLowerCase())).join(' ');
}

/** Takes AW where there is one, else AU; oktas of the highest layer reported, null for obscured skies (codes 9 and 10). */
export function latestObservation(record: DecodedRecord): LatestObservation {
  const conditions: string[] = [];
  const occurences: string[] = [];
  let skyOktas: number | null = null;
  for (const { id, body } of record.groups) {
    if (id.startsWith('GA')) {
      const { coverage } = skyCover(body);
      skyOktas = coverage !== null && coverage <= 8 ? coverage : null;
    } else if (id.startsWith('AW') && isPresent(body.slice(0, 2))) {
      conditions.push(weatherCondition(body).present_weather_condition);
    } else if (id.startsWith('AU')) {
      const occurence = weatherOccurence(body);
      if (occurence !== null) occurences.push(occurenceWords(occurence));
    }
  }
  const weather = new Set(conditions.length > 0 ? conditions : occurences);
  return {
    time: new Date(record.time).toISOString(),
    temperature: record.airTemperature.value,
    dewPoint: record.dewPoint.value,
    windSpeed: record.windSpeed.value,
    windDirection: record.windDirection.value,
    pressure: record.seaLevelPressure.value,
    ceiling: record.ceiling.value,
    visibility: record.visibility.value,
    skyOktas,
    weather: [...weather].join(', '),
  };
}
