// `npm run -s isobar -- …`: the headless twin. Installs and builds when needed; standard output stays the command's own.
import { join } from 'node:path';
import { findElectron } from './electron-runtime.mjs';
import { handOver } from './hand-over.mjs';
import { root } from './paths.mjs';
import { buildWhenStale, installPackages } from './prepare.mjs';

installPackages();
await buildWhenStale();

const given = process.argv.slice(2);
const command = [process.execPath, join(root, 'dist', 'main', 'cli.js'), ...given];
if (given[0] === 'bench' && given.includes('window')) {
  process.env.ISOBAR_ELECTRON ??= (await findElectron()) ?? '';
  // Without a screen the window is drawn into a virtual one.
  const needsScreen = process.platform === 'linux' && process.env.DISPLAY === undefined;
  if (needsScreen) command.unshift('xvfb-run', '-a', '-s', '-screen 0 1920x1200x24');
}
const [program, ...args] = command;
handOver(program, args);
