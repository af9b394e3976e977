/** The real app for `isobar bench window`, driven through Playwright as a person drives it. */
import type { ElectronApplication, Page } from '@playwright/test';
import { AppError } from '../../preload/errors.ts';

export type Counts = {
  readonly received: number;
  readonly shown: number;
  readonly notShown: number;
  readonly waiting: number;
};

export type Memory = { readonly renderer: number; readonly stations: number };

export type BenchWindow = {
  readonly page: Page;
  readonly startAll: (stations: number) => Promise<void>;
  readonly pauseAll: () => Promise<void>;
  /** Working sets in MB. */
  readonly memory: () => Promise<Memory>;
  /** When nothing is on its way any more: what the stations know as acknowledged, and what the page counts. */
  readonly settled: () => Promise<{ readonly acknowledged: number; readonly counts: Counts }>;
  readonly close: () => Promise<void>;
};

const FILTER = 'sensor/weather/#';
const START_LIMIT_MS = 120_000;
const SETTLE_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 250;

/** Rejects with `bench.noElectron` where Playwright or Electron is missing. */
export async function openWindow(root: string, dataFolder: string): Promise<BenchWindow> {
  const executablePath = process.env['ISOBAR_ELECTRON'];
  const playwright = await import('@playwright/test').catch(() => null);
  if (playwright === null || executablePath === undefined || executablePath === '')
    throw new AppError(
      'bench.noElectron',
      `"bench window" needs ${playwright === null ? 'Playwright, a development package,' : 'an Electron'}, and there is none.`,
      { hint: 'Run it as `npm run isobar -- bench window` in a checkout; ISOBAR_ELECTRON may name an Electron.' },
    );
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = await playwright._electron.launch({
    executablePath,
    args: [...asRoot, root],
    env: { ...environment(), ISOBAR_DATA: dataFolder },
  });
  const page = await app.firstWindow();
  page.setDefaultTimeout(START_LIMIT_MS);
  return {
    page,
    startAll: (stations) => startAll(page, stations),
    pauseAll: () => page.getByRole('button', { name: 'Pause all' }).first().click(),
    memory: () => memoryOf(app),
    settled: () => settled(page),
    close: () => close(app),
  };
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

export async function openTopics({ page }: BenchWindow): Promise<void> {
  await page.getByRole('button', { name: 'Start all' }).first().waitFor();
  await page.getByRole('navigation').getByText('Topics', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Topic filter' }).fill(FILTER);
  await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
  await page.getByTitle('Subscribed').first().waitFor();
}

async function startAll(page: Page, stations: number): Promise<void> {
  await page.getByRole('button', { name: 'Start all' }).first().click();
  const end = Date.now() + START_LIMIT_MS;
  for (let live = 0; live < stations;) {
    const fleet = await fleetOf(page);
    live = fleet.live;
    if (Date.now() > end)
      throw new AppError('bench.tooSlow', `Only ${live} of ${stations} stations were connected in time.`);
    await page.waitForTimeout(LOOK_EVERY_MS);
  }
}

export async function countsOf({ page }: Pick<BenchWindow, 'page'>): Promise<Counts> {
  return page.locator('[data-received]').evaluate((element) => {
    const number = (name: string) => Number(element.getAttribute(`data-${name}`));
    return {
      received: number('received'),
      shown: number('shown'),
      notShown: number('not-shown'),
      waiting: number('waiting'),
    };
  });
}

type FleetCounts = { readonly acknowledged: number; readonly live: number };

/** As the window itself is told it: the newest batch of `fleet.status`. */
function fleetOf(page: Page): Promise<FleetCounts> {
  return page.evaluate(
    () =>
      new Promise<{ acknowledged: number; live: number }>((resolve) => {
        const bridge: unknown = Reflect.get(globalThis, 'isobar');
        const open: unknown = typeof bridge === 'object' && bridge !== null ? Reflect.get(bridge, 'open') : undefined;
        if (typeof open !== 'function') return;
        const close: unknown = open(
          'fleet.status',
          {},
          (fleet: { stations: { state: string; acknowledged: number }[] }) => {
            setTimeout(() => typeof close === 'function' && close(), 0);
            resolve({
              acknowledged: fleet.stations.reduce((sum, station) => sum + station.acknowledged, 0),
              live: fleet.stations.filter((station) => station.state === 'live' || station.state === 'finished').length,
            });
          },
          () => undefined,
        );
      }),
  );
}

async function settled(page: Page): Promise<{ readonly acknowledged: number; readonly counts: Counts }> {
  const end = Date.now() + SETTLE_LIMIT_MS;
  for (let before = ''; ;) {
    const { acknowledged } = await fleetOf(page);
    const counts = await countsOf({ page });
    const now = JSON.stringify([acknowledged, counts]);
    if (now === before || Date.now() > end) return { acknowledged, counts };
    before = now;
    await page.waitForTimeout(LOOK_EVERY_MS * 6);
  }
}

async function memoryOf(app: ElectronApplication): Promise<Memory> {
  return app.evaluate(({ app: electron }) => {
    const metrics = electron.getAppMetrics();
    const megabytes = (is: (metric: (typeof metrics)[number]) => boolean) =>
      metrics.filter(is).reduce((sum, { memory }) => sum + memory.workingSetSize, 0) / 1_000;
    return {
      renderer: megabytes(({ type }) => type === 'Tab'),
      stations: megabytes(({ serviceName, name }) => `${serviceName} ${name}`.includes('isobar-stations')),
    };
  });
}

async function close(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false });
  });
  await app.close();
}
