// `npm start`: from a bare clone to the open window. Without a display: the whole loop headless, and says so.
import { spawn } from 'node:child_process';
import { root } from './paths.mjs';
import { buildWhenStale, installPackages, needDebianPackages, WINDOW_LIBRARIES } from './prepare.mjs';

const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

function hand(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
}

installPackages();
await buildWhenStale();

if (hasDisplay()) {
  const { findElectron } = await import('./electron-runtime.mjs');
  const electron = needDebianPackages(WINDOW_LIBRARIES) ? await findElectron() : null;
  if (electron === null) process.exit(1);
  // Chromium's sandbox refuses to run as root; everybody else keeps it.
  const flags = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  hand(electron, [...flags, root, ...process.argv.slice(2)]);
} else {
  process.stderr.write(
    'There is no display here, so Isobar shows the whole loop without its window: five stations, 20 seconds.\n',
  );
  hand(process.execPath, ['dist/main/cli.js', 'demo', '--stations', '5', '--seconds', '20']);
}
