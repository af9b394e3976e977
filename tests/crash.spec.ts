/** kill -9 of a process while messages flow: the window says so, the process comes back by itself, the stations go on. */
import type { ElectronApplication } from '@playwright/test';
import { expect, test } from './app.ts';

/** Pid of a utility process by the name main gave it. */
async function pidOf(app: ElectronApplication, name: string): Promise<number> {
  const metrics = await app.evaluate(({ app: electron }) =>
    electron.getAppMetrics().map(({ pid, name: title }) => ({ pid, title })),
  );
  const found = metrics.find((metric) => metric.title === `isobar-${name}`);
  if (found === undefined) throw new Error(`no process ${name} among ${JSON.stringify(metrics)}`);
  return found.pid;
}

for (const { name, banner } of [
  { name: 'stations', banner: /stations process stopped and is being restarted/i },
  { name: 'lab', banner: /lab stopped and is being restarted/i },
]) {
  test(`the window survives a killed ${name} process`, async ({ isobar }) => {
    const { page, app } = isobar;
    const cards = page.getByRole('article');
    await page.getByRole('button', { name: 'Start all' }).first().click();
    for (const card of await cards.all()) await expect(card).toContainText(/live/i);

    const before = await pidOf(app, name);
    process.kill(before, 'SIGKILL');
    await expect(page.getByText(banner)).toBeVisible();
    await expect(page.getByText(banner)).toBeHidden();
    expect(await pidOf(app, name)).not.toBe(before);
    for (const card of await cards.all()) await expect(card).toContainText(/live/i, { timeout: 60_000 });
  });
}
