// Makes a bare clone ready to run: packages as locked, a build that matches the sources, the system libraries a window needs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

const say = (text) => process.stderr.write(`${text}\n`);

// Commands of the platform: on Windows npm is a script and needs a shell.
const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32', ...options });

/** Installs when node_modules does not match the lock file. Only what the project lists is fetched; no install script runs. */
export function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.isobar-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('Installing packages (once)…');
  // Not `npm ci`: it refuses a lock file whose optional packages for other platforms the registry did not have.
  const result = run('npm', [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  if (result.status !== 0) {
    say('The packages could not be installed. Check the network connection and run the command again.');
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}

/** Builds when dist/ does not match the sources. */
export async function buildWhenStale() {
  const { isBuildStale } = await import('./stamp.mjs');
  if (!isBuildStale()) return;
  say('Building…');
  const { build } = await import('./build.mjs');
  await build({ quiet: true });
}

const isDebian = () => process.platform === 'linux' && existsSync('/etc/debian_version');

function isInstalled(name) {
  const result = spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' });
  return result.status === 0 && result.stdout.includes('install ok installed');
}

/** Debian packages by name; installs the missing ones when we are root, else names them in one line. Returns whether all are there. */
export function needDebianPackages(names) {
  if (!isDebian()) return true;
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return true;
  if (process.getuid?.() !== 0) {
    say(`Missing system packages: sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`);
    return false;
  }
  say(`Installing system packages: ${missing.join(' ')}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env });
  const result = run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    env,
    stdio: ['ignore', 'ignore', 2],
  });
  if (result.status !== 0) say(`apt-get could not install: ${missing.join(' ')}`);
  return result.status === 0;
}

export const WINDOW_LIBRARIES = [
  'libnss3',
  'libatk1.0-0',
  'libatk-bridge2.0-0',
  'libcups2',
  'libgtk-3-0',
  'libgbm1',
  'libasound2',
];
export const VIRTUAL_DISPLAY = ['xvfb', 'xauth'];
