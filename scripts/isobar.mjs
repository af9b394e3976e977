// `npm run -s isobar -- …`: the headless twin. Installs and builds when needed; standard output stays the command's own.
import { join } from 'node:path';
import { handOver } from './hand-over.mjs';
import { root } from './paths.mjs';
import { buildWhenStale, installPackages } from './prepare.mjs';

installPackages();
await buildWhenStale();

handOver(process.execPath, [join(root, 'dist', 'main', 'cli.js'), ...process.argv.slice(2)]);
