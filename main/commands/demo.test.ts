/** The whole loop by its public command: every hop's count agrees and the lake answers what the files say. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { DemoReport } from './demo.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

test(
  'isobar demo: acknowledged = in the lake = counted by SQL, means equal the files',
  { timeout: 180_000 },
  async () => {
    const { stdout } = await run(
      'npm',
      ['run', '-s', 'isobar', '--', 'demo', '--stations', '5', '--seconds', '20', '--json'],
      { cwd: root },
    );
    const report = JSON.parse(stdout) as DemoReport;
    const { acknowledged } = report;
    expect(acknowledged).toBeGreaterThan(500);
    expect(report).toMatchObject({
      ok: true,
      problems: [],
      sent: acknowledged,
      failed: 0,
      rule: { matched: acknowledged, passed: acknowledged, delivered: acknowledged, failed: 0 },
      lake: { records: acknowledged },
      counted: acknowledged,
    });
    expect(report.rows).toHaveLength(5);
    for (const row of report.rows) expect(row.meanTemperature).toBeCloseTo(row.fromFiles ?? Number.NaN, 9);
  },
);
