// `npm test`: everything that must hold, on a bare clone too. Static checks, unit and room tests, then the real app under a virtual display.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { buildWhenStale, installPackages, needDebianPackages, VIRTUAL_DISPLAY, WINDOW_LIBRARIES } from './prepare.mjs';

// Real programs that the tests drive the lab with.
const REAL_CLIENTS = ['mosquitto-clients', 'awscli', 'python3-boto3', 'python3-venv'];

const totals = { passed: 0, failed: 0, skipped: 0 };
const say = (text) => process.stdout.write(`${text}\n`);

function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    });
    child.on('error', () => resolve(127));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function count(name, isGood) {
  totals[isGood ? 'passed' : 'failed'] += 1;
  say(`${isGood ? 'ok' : 'FAILED'}: ${name}`);
}

/** Adds what a runner's JSON report counted; a runner that failed without a failed test (it could not even start) counts as one failure. */
function addReport(name, code, read) {
  try {
    const { passed, failed, skipped } = read();
    totals.passed += passed;
    totals.failed += failed;
    totals.skipped += skipped;
    if (code !== 0 && failed === 0) count(`${name} ended with code ${code}`, false);
    if (passed + failed === 0) count(`${name} ran no test`, false);
  } catch (error) {
    count(`${name} left no report: ${error instanceof Error ? error.message : String(error)}`, false);
  }
}

installPackages();
await buildWhenStale();
needDebianPackages([...WINDOW_LIBRARIES, ...VIRTUAL_DISPLAY, ...REAL_CLIENTS]);
const { preparePython } = await import('./python.mjs');
const { reason } = preparePython();
if (reason !== undefined) say(`No Python clients for the tests: ${reason}.`);
const { findElectron } = await import('./electron-runtime.mjs');
const electron = await findElectron();
const reports = mkdtempSync(join(tmpdir(), 'isobar-test-'));

for (const check of ['format', 'types', 'lint', 'rooms', 'unused']) {
  count(`check:${check}`, (await run('npm', ['run', '-s', `check:${check}`])) === 0);
}

const unitReport = join(reports, 'unit.json');
const unit = await run('npx', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${unitReport}`,
]);
addReport('vitest', unit, () => {
  const report = JSON.parse(readFileSync(unitReport, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
});

if (electron === null) {
  count('an Electron to run the whole app in', false);
} else {
  const appReport = join(reports, 'app.json');
  const playwright = ['npx', 'playwright', 'test', '--reporter=list,json'];
  const needsDisplay = process.platform === 'linux';
  const [command, ...args] = needsDisplay
    ? ['xvfb-run', '-a', '-s', '-screen 0 1920x1200x24', ...playwright]
    : playwright;
  const app = await run(command, args, { ISOBAR_ELECTRON: electron, PLAYWRIGHT_JSON_OUTPUT_NAME: appReport });
  addReport('playwright', app, () => {
    const { stats } = JSON.parse(readFileSync(appReport, 'utf8'));
    return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
  });
}

rmSync(reports, { recursive: true, force: true });
say(`${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`);
process.exit(totals.failed === 0 ? 0 : 1);
