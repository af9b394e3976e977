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

/** Control and mandatory data with every value missing but the ones given, and `groups` behind. */
function isdText(groups: string, mandatory = '999999999999999999999999999999999+99999+99999999999'.slice(0, 0)): string {
  const missing = '9999' + '9' + '99999' + '99999999' + '999999999' + '+99999' + '+99999' + '999999';
  const body = mandatory === '' ? missing : mandatory;
  return `${String(groups.length).padStart(4, '0')}0354809999919430701${'2400'}4+99999+999999FM-12+999999999V020${body}${groups}`;
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

  it('decodes every number of its groups, signed heights, missing parts and codes without a label', () => {
    const groups =
      'ADDAA199999991AU997999997'.replace('AU997999997', '') +
      'AU133300395AU900000099AW6991AW1061GA1999+999999999GA6021-000501061GA2091+999999101KA4999M+99999KA1240N-00561';
    const message = toMessage(decodeIsdLine(isdText(groups), 1));
    expect({ ...message, weather_station: undefined }).toMatchObject({
      liquid_precip: [{ hours: null, depth: null }],
      weather_occurence: [{ intensity: 'Heavy', descriptor: 'Patches', other: 'Tornado' }],
      weather_condition: [{ present_weather_condition: 'Tornado' }, { present_weather_condition: 'UNKNOWN' }],
    });
  });
});
