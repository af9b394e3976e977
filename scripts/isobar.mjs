// `npm run -s isobar -- …`: the headless twin. Installs and builds when needed; standard output stays the command's own.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { buildWhenStale, installPackages } from './prepare.mjs';

installPackages();
await buildWhenStale();

const child = spawn(process.execPath, [join(root, 'dist', 'main', 'cli.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
