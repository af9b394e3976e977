// `npm start`: from a bare clone to the open window. Without a display: the whole loop headless, and says so.
import { join } from 'node:path';
import { handOver } from './hand-over.mjs';
import { root } from './paths.mjs';
import { buildWhenStale, installPackages, needDebianPackages, WINDOW_LIBRARIES } from './prepare.mjs';

const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

installPackages();
await buildWhenStale();

if (hasDisplay()) {
  const { findElectron } = await import('./electron-runtime.mjs');
  const electron = needDebianPackages(WINDOW_LIBRARIES) ? await findElectron() : null;
  if (electron === null) process.exit(1);
  // Chromium's sandbox refuses to run as root; everybody else keeps it.
  const flags = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  handOver(electron, [...flags, root, ...process.argv.slice(2)]);
} else {
  process.stderr.write(
    'There is no display here, so Isobar shows the whole loop without its window: five stations, 20 seconds.\n',
  );
  handOver(process.execPath, [join(root, 'dist', 'main', 'cli.js'), 'demo', '--stations', '5', '--seconds', '20']);
}
