/** The message on the record that the format reference walks through, on invented records, and the types of its text. */
import { describe, expect, it } from 'vitest';
import { decodeIsdLine } from './isd-line.ts';
import { latestObservation } from './latest.ts';
import { messageText, toMessage } from './message.ts';

/** Austin, 14 April 2014: squalls, haze, two cloud layers of unknown type, a trace of rain, 6-hour extremes. */
const AUSTIN =
  '0423722540139042014041411537+30183-097680FM-15+0151KAUS V0203605N01345003965MN0112655N5+01785+01505100815' +
  'ADDAA101000095AA206000021AU100007015AU200000215AW1051AW2185GA1075+003965991GA2085+006105991GD13991+0039659' +
  'GD24991+0061059GE19MSL   +99999+99999GF199999990990003961991991KA1060M+02281KA2060N+01781MA1100885099085' +
  'MD1390324+9999MW1055OC101755OD149999990360REMMET16204/14/14 05:53:02 METAR KAUS 141153Z 36026G34KT 7SM HZ SQ ' +
  'BKN013 OVC020 18/15 A2979 RMK AO2 PK WND 36034/1150 PRESRR SLP081 60000 T01780150 10228 20178 53032 (DF)';

const MISSING_DATA = '9999999999' + '99999999' + '999999999' + '+99999' + '+99999' + '999999';

/** A record of 1 July 1943, hour 24, with every value missing, and `groups` behind. */
function isdText(groups: string): string {
  const length = String(groups.length).padStart(4, '0');
  return `${length}03548099999194307012400` + `4+99999+999999FM-12+999999999V020${MISSING_DATA}${groups}`;
}

describe('message', () => {
  it('corrects what the course parser gets wrong', () => {
    expect(messageText(decodeIsdLine(AUSTIN, 3676))).toBe(
      '{"weather_station":"72254013904","latitude":30.183,"longitude":-97.68,"elevation":151,' +
        '"time":"2014-04-14T11:53:00+00:00","air_temperature":{"value":17.8,"quality":"5"},' +
        '"dew_point":{"value":15.0,"quality":"5"},"wind_speed":{"value":13.4,"quality":"5"},' +
        '"wind_direction":{"value":360,"quality":"5"},"sea_level_pressure":{"value":1008.1,"quality":"5"},' +
        '"sky_ceiling":{"value":396,"quality":"5"},"visibility_distance":{"value":11265,"quality":"5"},' +
        '"liquid_precip":[{"hours":1,"depth":0.0},{"hours":6,"depth":0.0}],' +
        '"weather_occurence":[{"obscuration":"Haze"},{"other":"Squalls"}],' +
        '"weather_condition":[{"present_weather_condition":"Smoke"},{"present_weather_condition":"Squalls"}],' +
        '"sky_cover_condition":[{"coverage":7.0,"base_height":396.0,"cloud_type":null},' +
        '{"coverage":8.0,"base_height":610.0,"cloud_type":null}],' +
        '"extreme_temperature":[{"hours":6.0,"code":"M","temperature":{"value":22.8,"quality":"1"}},' +
        '{"hours":6.0,"code":"N","temperature":{"value":17.8,"quality":"1"}}]}',
    );
  });

  it('says null for everything missing, keeps quality codes, takes hour 24 as the next midnight', () => {
    const missing = { value: null, quality: '9' };
    expect(toMessage(decodeIsdLine(isdText(''), 1))).toEqual({
      weather_station: '03548099999',
      latitude: null,
      longitude: null,
      elevation: null,
      time: '1943-07-02T00:00:00+00:00',
      air_temperature: missing,
      dew_point: missing,
      wind_speed: missing,
      wind_direction: missing,
      sea_level_pressure: missing,
      sky_ceiling: missing,
      visibility_distance: missing,
    });
  });

  it('reads all numbers of a group, signed heights, missing parts and codes without a label', () => {
    const groups = [
      'AA199999999',
      'AU133000395',
      'AU900000099',
      'AW1061',
      'AW6991',
      'GA1999+999999999',
      'GA2021-000501061',
      'GA6101+003001121',
      'KA19999+99999',
      'KA4240N-00561',
    ];
    const record = decodeIsdLine(isdText(`ADD${groups.join('')}`), 1);
    expect(record.notes).toEqual([]);
    expect(messageText(record).slice(messageText(record).indexOf('"liquid_precip"'))).toBe(
      '"liquid_precip":[{"hours":null,"depth":null}],' +
        '"weather_occurence":[{"intensity":"Heavy","descriptor":"Patches","other":"Tornado"}],' +
        '"weather_condition":[{"present_weather_condition":"UNKNOWN"},{"present_weather_condition":"Tornado"}],' +
        '"sky_cover_condition":[{"coverage":null,"base_height":null,"cloud_type":null},' +
        '{"coverage":2.0,"base_height":-50.0,"cloud_type":"Stratocumulus (Sc)"},' +
        '{"coverage":10.0,"base_height":300.0,"cloud_type":"Towering Cumulus (Tcu)"}],' +
        '"extreme_temperature":[{"hours":null,"code":"9","temperature":{"value":null,"quality":"9"}},' +
        '{"hours":24.0,"code":"N","temperature":{"value":-5.6,"quality":"1"}}]}',
    );
  });

  it('keeps a record with an unknown group and what was read before it', () => {
    const record = decodeIsdLine(isdText('ADDAW1101XX1123GA1021+003001061'), 1);
    expect(record.notes).toEqual(['group "XX1" is unknown; the groups from there on were not read']);
    expect(toMessage(record).weather_condition).toEqual([{ present_weather_condition: 'Mist' }]);
  });

  it('leaves a list out when its groups report nothing', () => {
    expect(toMessage(decodeIsdLine(isdText('ADDAU100000015'), 1))).not.toHaveProperty('weather_occurence');
  });

  it('shows a person the weather of now in plain words', () => {
    expect(latestObservation(decodeIsdLine(AUSTIN, 1))).toEqual({
      time: '2014-04-14T11:53:00.000Z',
      temperature: 17.8,
      dewPoint: 15,
      windSpeed: 13.4,
      windDirection: 360,
      pressure: 1008.1,
      ceiling: 396,
      visibility: 11265,
      skyOktas: 8,
      weather: 'Smoke, Squalls',
    });
    const withAu = latestObservation(decodeIsdLine(isdText('ADDAU118020015AW1201GA1021+003001061GA2091+003001101'), 1));
    expect([withAu.weather, withAu.skyOktas]).toEqual(['Light freezing rain', null]);
  });
});
