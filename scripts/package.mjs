// `npm run package`: installers by electron-builder, made with the Electron that `npm start` would run.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { findElectron } from './electron-runtime.mjs';
import { root } from './paths.mjs';
import { buildWhenStale, installPackages } from './prepare.mjs';

installPackages();
await buildWhenStale();
const electron = await findElectron();
if (electron === null) process.exit(1);
const result = spawnSync(
  'npx',
  ['electron-builder', '--publish', 'never', `-c.electronDist=${dirname(electron)}`, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  },
);
process.exit(result.status ?? 1);
