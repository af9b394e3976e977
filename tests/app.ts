/** Starts the real app in the real Electron, each test with a data folder of its own; collects what the window complains about. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test';

const root = dirname(__dirname);

type Isobar = {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly dataFolder: string;
  /** Errors the page logged; a test that expects none asserts that it is empty. */
  readonly complaints: readonly string[];
};

export async function launch(dataFolder: string): Promise<ElectronApplication> {
  const executablePath = process.env['ISOBAR_ELECTRON'];
  if (executablePath === undefined) throw new Error('ISOBAR_ELECTRON is not set: run the tests with `npm test`.');
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return _electron.launch({
    executablePath,
    args: [...asRoot, root],
    env: { ...(process.env as Record<string, string>), ISOBAR_DATA: dataFolder },
  });
}

/** Ends the app as a person would who confirms that running stations may stop. */
export async function quit(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false });
  });
  await app.close();
}

export const test = base.extend<{ isobar: Isobar }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern.
  isobar: async ({}, use) => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'isobar-app-'));
    const app = await launch(dataFolder);
    const complaints: string[] = [];
    const page = await app.firstWindow();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await use({ app, page, dataFolder, complaints });
    await quit(app);
    await rm(dataFolder, { recursive: true, force: true });
  },
});

export { expect } from '@playwright/test';
