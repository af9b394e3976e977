// A Python with the clients that the tests need, made once in a cache folder outside the repository. Run by itself it prints what it found.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, root } from './paths.mjs';

const REQUIREMENTS = join(root, 'scripts', 'python-requirements.txt');
const INSTALL_MS = 10 * 60_000;
const isWindows = process.platform === 'win32';

const run = (command, args, timeout = 60_000) => spawnSync(command, args, { encoding: 'utf8', timeout });

/** The newest packages still support Python 3.10. */
function findBasePython() {
  const probe = 'import sys, venv, ensurepip; print(sys.version_info >= (3, 10))';
  const candidates = isWindows ? ['python'] : ['python3', '/usr/bin/python3'];
  return candidates.find((command) => run(command, ['-c', probe]).stdout?.trim() === 'True');
}

/**
 * Resolves the Python of the virtual environment: `{ python }`, or `{ reason }` where there is none. The environment is named after the
 * requirements, so new pins make a new one. Only one process makes it; the others wait.
 */
export function preparePython() {
  const base = findBasePython();
  if (base === undefined) return { reason: 'no Python 3.10 or newer with venv was found' };
  const requirements = readFileSync(REQUIREMENTS);
  const version = run(base, ['-c', 'import sys; print(sys.version)']).stdout;
  const name = createHash('sha256').update(requirements).update(version).digest('hex').slice(0, 16);
  const folder = join(cacheFolder, `python-${name}`);
  const python = isWindows ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  const stamp = join(folder, '.complete');
  if (existsSync(stamp)) return { python };
  mkdirSync(cacheFolder, { recursive: true });
  const lock = `${folder}.lock`;
  if (!takeLock(lock, stamp)) return existsSync(stamp) ? { python } : { reason: `${lock} is held by another process` };
  try {
    rmSync(folder, { recursive: true, force: true });
    const made = run(base, ['-m', 'venv', folder], INSTALL_MS);
    if (made.status !== 0) return { reason: `a virtual environment could not be made: ${lastLine(made.stderr)}` };
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '-r', REQUIREMENTS];
    const installed = run(python, pip, INSTALL_MS);
    if (installed.status !== 0) return { reason: `pip could not install the clients: ${lastLine(installed.stderr)}` };
    writeFileSync(stamp, '');
    return { python };
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Debian's own Python with Debian's own boto3; null elsewhere. */
export function findDebianPython() {
  const python = '/usr/bin/python3';
  return run(python, ['-c', 'import boto3']).status === 0 ? python : null;
}

/** False when another process holds the lock until the stamp is there, or too long. A lock of a killed process is broken by its age. */
function takeLock(lock, stamp) {
  for (let waited = 0; waited < INSTALL_MS; waited += 500) {
    try {
      mkdirSync(lock);
      return true;
    } catch {
      if (existsSync(stamp)) return false;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > INSTALL_MS) rmSync(lock, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
  return false;
}

function lastLine(text) {
  return (text ?? '').trim().split('\n').at(-1) ?? '';
}

const isMain = process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename;
if (isMain) process.stdout.write(`${JSON.stringify({ ...preparePython(), debian: findDebianPython() })}\n`);
