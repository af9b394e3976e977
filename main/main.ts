/** The app: start order and stop order, nothing else. */
import { join } from 'node:path';
import { app, clipboard, dialog, type BrowserWindow } from 'electron';
import { serveCalls } from './app/calls.ts';
import { utilityFork } from './app/fork.ts';
import { systemSeal } from './app/keychain.ts';
import { setMenu } from './app/menu.ts';
import { askBeforeQuit } from './app/quit.ts';
import { registerScheme, secure } from './app/security.ts';
import { openSettings } from './app/settings.ts';
import { serveStreams } from './app/streams.ts';
import { createWindow } from './app/window.ts';
import { openControl, type Control } from './control/control.ts';
import { createHandlers } from './control/handlers.ts';
import { openStreams } from './control/open-streams.ts';
import { openVault } from './control/vault.ts';
import { createLogger } from './log.ts';

const log = createLogger('main');

// Root must start Chromium without its sandbox (tests, containers); everybody else gets it for every process of a page.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
registerScheme();
// Tests and teachers give an instance a folder of its own.
const ownFolder = process.env['ISOBAR_DATA'];
if (ownFolder !== undefined && ownFolder !== '') app.setPath('userData', ownFolder);

const dist = join(app.getAppPath(), 'dist');

async function start(): Promise<void> {
  const folder = app.getPath('userData');
  const seal = systemSeal();
  const settings = openSettings(folder);
  secure(join(dist, 'renderer'));
  setMenu();
  const control = await openControl({
    folder,
    dataFolder: join(app.getAppPath(), 'data'),
    fork: utilityFork(dist),
    vault: await openVault(join(folder, 'vault'), seal),
    settings: () => settings.get(),
    firstStations: true,
    port: { prefer: 4566 },
    mqttPort: { prefer: 8883 },
    alpnPort: 'ifFree',
  });
  let window: BrowserWindow | null = null;
  const handlers = createHandlers(control, {
    settings,
    copyText: (text) => clipboard.writeText(text),
    chooseFiles: async () => {
      const options = { title: 'NOAA', properties: ['openFile' as const, 'multiSelections' as const] };
      const chosen = await (window === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options));
      return chosen.filePaths;
    },
    chooseSaveFile: async (suggestion) => {
      const options = { defaultPath: suggestion };
      const chosen = await (window === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(window, options));
      return chosen.canceled || chosen.filePath === undefined || chosen.filePath === '' ? null : chosen.filePath;
    },
    about: {
      version: app.getVersion(),
      electron: process.versions.electron ?? '',
      platform: process.platform,
      dataFolder: folder,
      keychain: seal !== null,
    },
  });
  serveCalls(handlers, control.certificates.takeFiles);
  serveStreams(openStreams(control));
  window = createWindow(settings, dist);
  showOnSecondStart(window);
  stopInOrder(control, window);
}

/** One instance: who starts Isobar again gets the window that is there. */
function showOnSecondStart(window: BrowserWindow): void {
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  });
}

/** Asks while stations publish; then stations disconnect, the lab writes out, the engine closes, and the app ends. */
function stopInOrder(control: Control, window: BrowserWindow): void {
  let isStopped = false;
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (!(await askBeforeQuit(control, window))) return;
    if (isStopping) return;
    isStopping = true;
    await control.stop().catch((error: unknown) => log.error({ err: error }, 'the processes did not stop cleanly'));
    isStopped = true;
    app.quit();
  };
  // Closing the one window means quitting, and the window stays until that is certain.
  window.on('close', (event) => {
    if (isStopped) return;
    event.preventDefault();
    app.quit();
  });
  app.on('before-quit', (event) => {
    if (isStopped) return;
    event.preventDefault();
    if (!isStopping) void stop();
  });
}

if (app.requestSingleInstanceLock()) {
  app.on('window-all-closed', () => app.quit());
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      log.fatal({ err: error }, 'Isobar could not start');
      dialog.showErrorBox('Isobar', error instanceof Error ? error.message : String(error));
      app.exit(1);
    });
} else {
  app.quit();
}
