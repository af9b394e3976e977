/** What a person did survives quitting: stations, speed, how far each came; removed stations stay away with their files. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, launch, quit, test } from './app.ts';

const card = (page: Page) => page.getByRole('article').first();

/** The card's counter under "Acknowledged". */
async function acknowledged(page: Page): Promise<number> {
  const text = await card(page).innerText();
  return Number(/Acknowledged\s+([\d,]+)/.exec(text)?.[1]?.replaceAll(',', '') ?? Number.NaN);
}

test('stations come back where they stood, and go on with the same certificate', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-restart-'));
  const first = await launch(folder);
  let page = await first.firstWindow();
  await expect(card(page)).toContainText('Idle');
  await card(page).getByRole('slider').focus();
  await page.keyboard.press('End');
  await page.getByRole('button', { name: 'Start all' }).first().click();
  await expect.poll(() => acknowledged(page)).toBeGreaterThan(20);
  await page.getByRole('button', { name: 'Pause all' }).first().click();
  await expect(card(page)).toContainText('Paused');
  const before = await acknowledged(page);
  await page
    .getByRole('article')
    .last()
    .getByRole('button', { name: /^Remove / })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('article')).toHaveCount(4);
  await quit(first);

  const second = await launch(folder);
  page = await second.firstWindow();
  await expect(page.getByRole('article')).toHaveCount(4);
  await expect(card(page).getByRole('slider')).toHaveAttribute('aria-valuetext', /a day a second/);
  expect(await acknowledged(page)).toBe(before);
  await page.getByRole('button', { name: 'Start all' }).first().click();
  await expect.poll(() => acknowledged(page)).toBeGreaterThan(before + 20);
  // Four stations, the viewer, and the key that seals the lab's own.
  expect((await readdir(join(folder, 'vault'))).filter((name) => name.endsWith('.sealed'))).toHaveLength(6);
  await quit(second);
  await rm(folder, { recursive: true, force: true });
});
