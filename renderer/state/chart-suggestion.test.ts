/** The chart a result suggests, and the points it draws. */
import { expect, test } from 'vitest';
import { chartData, suggestChart } from './chart-suggestion.ts';

const mean = {
  columns: [
    { name: 'weather_station', type: 'varchar' },
    { name: 'mean_temperature', type: 'double' },
    { name: 'observations', type: 'bigint' },
  ],
  rows: [
    ['Z1', '-4.5', '10'],
    ['Z2', '21', '12'],
    ['Z3', null, '3'],
  ],
};

const series = {
  columns: [
    { name: 'at', type: 'varchar' },
    { name: 'station', type: 'varchar' },
    { name: 'pressure', type: 'decimal(10,1)' },
  ],
  rows: [
    ['2024-01-01T01:00:00Z', 'A', '1001'],
    ['2024-01-01T00:00:00Z', 'A', '1000'],
    ['2024-01-01 00:00:00.000', 'B', null],
  ],
};

test('one category and a number are bars, a time is a line, two numbers are a scatter, no number is no chart', () => {
  expect(suggestChart(mean.columns, mean.rows)).toEqual({
    type: 'bar',
    x: 'weather_station',
    y: ['mean_temperature'],
    colour: null,
  });
  expect(suggestChart(series.columns, series.rows)).toEqual({
    type: 'line',
    x: 'at',
    y: ['pressure'],
    colour: 'station',
  });
  expect(suggestChart(mean.columns.slice(1), [])).toMatchObject({ type: 'scatter', x: 'mean_temperature' });
  expect(suggestChart(mean.columns.slice(0, 1), mean.rows)).toBeNull();
});

test('bars keep the order of the rows and leave gaps', () => {
  const choice = { type: 'bar', x: 'weather_station', y: ['mean_temperature'], colour: null } as const;
  expect(chartData(mean.columns, mean.rows, choice)).toEqual({
    scale: 'category',
    labels: ['Z1', 'Z2', 'Z3'],
    series: [
      {
        label: 'mean_temperature',
        points: [
          { x: 'Z1', y: -4.5 },
          { x: 'Z2', y: 21 },
          { x: 'Z3', y: null },
        ],
      },
    ],
  });
});

test('lines are in order of time, one series a colour, all times in UTC', () => {
  const choice = { type: 'line', x: 'at', y: ['pressure'], colour: 'station' } as const;
  const midnight = Date.UTC(2024, 0, 1);
  expect(chartData(series.columns, series.rows, choice)).toEqual({
    scale: 'time',
    labels: [],
    series: [
      {
        label: 'A',
        points: [
          { x: midnight, y: 1000 },
          { x: midnight + 3_600_000, y: 1001 },
        ],
      },
      { label: 'B', points: [{ x: midnight, y: null }] },
    ],
  });
});
