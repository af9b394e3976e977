// Checks the types of each environment with its own tsconfig: main has no DOM, the window has no Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './paths.mjs';

const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

const check = (environment) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [compiler, '-p', join(root, environment, 'tsconfig.json')], {
      stdio: 'inherit',
    });
    child.on('exit', resolve);
  });

const codes = await Promise.all(['main', 'preload', 'renderer', 'tests'].map(check));
process.exit(codes.every((code) => code === 0) ? 0 : 1);
