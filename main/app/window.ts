/** The one window: its size and place are remembered; it is shown when the page has painted. */
import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { PAGE } from './security.ts';
import type { SettingsStore, WindowPlace } from './settings.ts';

const PAPER = { light: '#f6f4ee', dark: '#10161c' } as const;

/** A remembered place counts only while a screen still shows it. */
function visiblePlace(place: WindowPlace | null): Partial<WindowPlace> {
  if (place === null) return { width: 1280, height: 800 };
  const area = screen.getDisplayMatching(place).workArea;
  const isVisible =
    place.x < area.x + area.width &&
    place.x + place.width > area.x &&
    place.y < area.y + area.height &&
    place.y + place.height > area.y;
  return isVisible ? place : { width: place.width, height: place.height };
}

export function createWindow(settings: SettingsStore, distFolder: string): BrowserWindow {
  const window = new BrowserWindow({
    ...visiblePlace(settings.windowPlace()),
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: 'Isobar',
    icon: join(distFolder, '..', 'resources', 'icon.png'),
    backgroundColor: nativeTheme.shouldUseDarkColors ? PAPER.dark : PAPER.light,
    webPreferences: {
      preload: join(distFolder, 'preload', 'preload.js'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  window.on('close', () => settings.setWindowPlace(window.getNormalBounds()));
  void window.loadURL(PAGE);
  return window;
}
