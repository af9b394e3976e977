/** Values as Athena writes them. */
import { expect, it } from 'vitest';
import { duckType } from './hive-types.ts';
import { javaDouble, javaFloat } from './java-double.ts';
import { render, type Value, type ValueType } from './render.ts';

const simple = (name: Extract<ValueType, { kind: 'simple' }>['name']): ValueType => ({ kind: 'simple', name });

it.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [100, '100.0'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [0.00012345, '1.2345E-4'],
  [9999999, '9999999.0'],
  [10000000, '1.0E7'],
  [12345678.9, '1.23456789E7'],
  [-2.5e-10, '-2.5E-10'],
  [1e20, '1.0E20'],
  [1e21, '1.0E21'],
  [1.7976931348623157e308, '1.7976931348623157E308'],
  [5e-324, '5.0E-324'],
  [123.456, '123.456'],
  [Number.NaN, 'NaN'],
  [-Infinity, '-Infinity'],
])('writes the double %d as Java does', (value, text) => {
  expect(javaDouble(value)).toBe(text);
});

it.each([
  [Math.fround(0.1), '0.1'],
  [Math.fround(3.14), '3.14'],
  [Math.fround(1e10), '1.0E10'],
  [Math.fround(16777216), '1.6777216E7'],
])('writes the float %d with its own digits', (value, text) => {
  expect(javaFloat(value)).toBe(text);
});

const row: ValueType = {
  kind: 'row',
  fields: [
    { name: 'A', type: simple('integer') },
    { name: 'b', type: { kind: 'array', item: simple('varchar') } },
  ],
};
const cases: readonly (readonly [ValueType, Value, string | null])[] = [
  [simple('varchar'), null, null],
  [simple('varchar'), 'a "b", c', 'a "b", c'],
  [simple('boolean'), false, 'false'],
  [simple('bigint'), 9223372036854775807n, '9223372036854775807'],
  [simple('date'), 18292, '2020-01-31'],
  [simple('date'), -719528, '0000-01-01'],
  [simple('timestamp'), 1577882096789123n, '2020-01-01 12:34:56.789'],
  [simple('timestamp'), -1n, '1969-12-31 23:59:59.999'],
  [simple('timestamp with time zone'), 0n, '1970-01-01 00:00:00.000 UTC'],
  [simple('time'), 3723456000n, '01:02:03.456'],
  [simple('interval day to second'), { months: 0, days: 2, microseconds: 10800000000n }, '2 03:00:00.000'],
  [simple('interval day to second'), { months: -41, days: 0, microseconds: 0n }, '-3-5'],
  [simple('varbinary'), new Uint8Array([1, 255]), '01 ff'],
  [{ kind: 'decimal', precision: 10, scale: 2 }, -5n, '-0.05'],
  [{ kind: 'decimal', precision: 10, scale: 0 }, 1250n, '1250'],
  [{ kind: 'array', item: simple('double') }, [1e20, null], '[1.0E20, null]'],
  [row, [1, ['x', null]], '{a=1, b=[x, null]}'],
  [
    { kind: 'map', key: simple('integer'), value: row },
    {
      pairs: [
        [10, null],
        [9, [2, []]],
      ],
    },
    '{9={a=2, b=[]}, 10=null}',
  ],
];
it.each(cases)('renders %j', (type, value, text) => {
  expect(render(type, value)).toBe(text);
});

it('reads Hive types', () => {
  expect(duckType('array<struct<a:int,B c:map<string,decimal(10,2)>,d:array<double>>>')).toBe(
    'STRUCT("a" INTEGER, "B c" MAP(VARCHAR, DECIMAL(10,2)), "d" DOUBLE[])[]',
  );
  for (const wrong of ['strange', 'array<int', 'struct<a>', 'int,int']) {
    expect(() => duckType(wrong)).toThrow(/does not know the column type/);
  }
});
