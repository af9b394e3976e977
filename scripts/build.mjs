// Builds everything that `npm start`, `npm run isobar` and the tests run: main and its processes and preload with esbuild, the window with Vite.
import { build as bundle } from 'esbuild';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build as buildWindow } from 'vite';
import { root } from './paths.mjs';
import { writeStamp } from './stamp.mjs';

// Native packages and what loads WebAssembly or files relative to itself stay outside the bundle.
const external = [
  'electron',
  'aws-iot-device-sdk-v2',
  'aws-crt',
  '@duckdb/node-api',
  '@duckdb/node-bindings',
  '@polyglot-sql/sdk',
  '@playwright/test',
];

const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18',
  sourcemap: true,
  logLevel: 'warning',
  absWorkingDir: root,
};

export async function build({ quiet = false } = {}) {
  const started = Date.now();
  await rm(join(root, 'dist'), { recursive: true, force: true });
  await Promise.all([
    bundle({
      ...common,
      external,
      entryPoints: {
        main: 'main/main.ts',
        cli: 'main/cli.ts',
        stations: 'main/stations/process.ts',
        lab: 'main/lab/process.ts',
        engine: 'main/engine/process.ts',
        'bare-broker': 'main/commands/bare-broker-process.ts',
        'bare-tables': 'main/commands/bare-tables-process.ts',
      },
      outdir: 'dist/main',
    }),
    bundle({
      ...common,
      external: ['electron'],
      entryPoints: { preload: 'preload/preload.ts' },
      outdir: 'dist/preload',
      target: 'chrome114',
    }),
    buildWindow({ configFile: join(root, 'vite.config.mjs'), logLevel: quiet ? 'error' : 'warn' }),
  ]);
  await writeStamp();
  if (!quiet) process.stderr.write(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}

if (process.argv[1]?.endsWith('build.mjs')) await build();
