// Partition keys by the jq subset; where a real jq 1.6 is installed, its answers are compared.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { compileKeyQuery } from './jq.ts';

const record = {
  station_id: 'KJFK',
  type: { device: 'mobile', 'air temp': -5.5 },
  tags: ['a', 'b'],
  epoch: 1565382027,
  at: '2026-11-02T20:05:06Z',
  flag: false,
  empty: '',
  none: null,
};
const bytes = Buffer.from(JSON.stringify(record));
/** Not a dependency: compared with where it is there. */
const JQ = 'jq';
const version = spawnSync(JQ, ['--version'], { encoding: 'utf8' }).stdout;

const QUERIES = [
  '{customer_id: .station_id, device: .type.device, year: .epoch | strftime("%Y")}',
  '{a: .type["air temp"], b: ."station_id", c: .tags[0], d: .tags[-1], e: .["station_id"]}',
  '{station_id}',
  '{"quoted key": .epoch, n: (.epoch / 2 - 1 | floor), t: .flag, m: (.epoch * 2 | tostring)}',
  '{a: (.missing // "none"), b: (.station_id.x? // .none // "deep"), c: (.station_id + "-" + .type.device)}',
  '{a: .station_id | ascii_downcase, b: .at | fromdate | strftime("%Y-%m-%d %H:%M:%S %j"), c: .at | split("T") | .[0]}',
  '{a: .epoch | todate, b: .tags | length, c: .station_id | ltrimstr("K") | rtrimstr("K"), d: ("12" | tonumber)}',
];

test.each(QUERIES)('%s', (query) => {
  const found = Object.fromEntries(compileKeyQuery(query).extract(bytes));
  expect(Object.keys(found).length).toBeGreaterThan(0);
  if (!version?.startsWith('jq-1.')) return;
  const program = `${query} | map_values(tostring)`;
  const real = spawnSync(JQ, ['-c', program], { input: bytes, encoding: 'utf8' });
  expect([real.stderr, JSON.parse(real.stdout)]).toEqual(['', found]);
});

test('values by key', () => {
  const query = compileKeyQuery('{station: .station_id, device: .type.device, year: .epoch | strftime("%Y")}');
  expect(query.keys).toEqual(['station', 'device', 'year']);
  expect([...query.extract(bytes)]).toEqual([
    ['station', 'KJFK'],
    ['device', 'mobile'],
    ['year', '2019'],
  ]);
});

test.each([
  ['{a: .missing}', 'The partition key "a" is null or empty.'],
  ['{a: .empty}', 'The partition key "a" is null or empty.'],
  ['{a: .type}', 'The partition key "a" is not a text, number or boolean.'],
  ['{a: .station_id.x}', '"x" cannot be looked up in what is no object.'],
  ['{a: .at | strftime("%Y")}', 'strftime needs a number, not "2026-11-02T20:05:06Z".'],
])('%s fails for the record', (query, message) => {
  expect(() => compileKeyQuery(query).extract(bytes)).toThrow(message);
});

test('a record that is no JSON fails', () => {
  expect(() => compileKeyQuery('{a: .a}').extract(Buffer.from('a,b'))).toThrow('The record is not one JSON document.');
});

test.each([
  ['.a', 'expected "{", found "." at character 1'],
  ['{}', 'it gives 0 keys where 1 to 50 are possible'],
  ['{a: .a, a: .b}', 'the key "a" is given twice'],
  ['{a: .a', 'expected ",", found the end at character 7'],
  ['{a: .a | sub("x"; "y")}', 'the lab has no function sub/2'],
  ['{a: "x\\(.a)"}', 'text with \\( ) in it'],
  ['{a: .a} | .b', 'expected the end of the query, found "|" at character 9'],
  ['{a: $x}', '"$" is not understood at character 5'],
  [`{a: ${'('.repeat(100)}`, 'expected less nesting'],
])('%s is refused', (query, message) => {
  expect(() => compileKeyQuery(query)).toThrow(message);
});
