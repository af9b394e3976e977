/** The demo's report for a person. */
import type { DemoReport } from './demo.ts';

const degrees = (value: number | null) => (value === null ? '—' : value.toFixed(4)).padStart(12);

export function showDemo(report: DemoReport): string {
  const hops = [
    ['sent', report.sent],
    ['acknowledged', report.acknowledged],
    ['matched by the rule', report.rule?.matched ?? 0],
    ['delivered to Firehose', report.rule?.delivered ?? 0],
    ['records in the lake', report.lake.records],
    ['counted by SQL', report.counted],
  ] as const;
  const table = [
    `${'station'.padEnd(14)}${'observations'.padStart(14)}${'mean °C'.padStart(12)}${'from files'.padStart(12)}`,
    ...report.rows.map(
      (row) =>
        `${row.station.padEnd(14)}${String(row.observations).padStart(14)}${degrees(row.meanTemperature)}${degrees(row.fromFiles)}`,
    ),
  ];
  const end = report.ok ? ['Nothing acknowledged was lost, and the lake answers as the files do.'] : report.problems;
  return [
    '',
    ...hops.map(([name, count]) => `${name.padEnd(24)}${String(count).padStart(10)}`),
    '',
    ...table,
    '',
    ...end,
    '',
  ].join('\n');
}
