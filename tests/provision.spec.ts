/** Provisioning as a person does it: one thing by the walk, then twenty stations of which one name is taken; retry, undo. */
import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';

const dialog = (page: Page) => page.getByRole('dialog');

async function choose(page: Page, walk: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Provision…' }).click();
  await page.getByRole('menuitem', { name: walk }).click();
}

test('a thing by the walk; twenty stations, one taken name, retry, undo', async ({ isobar }) => {
  const { page, complaints } = isobar;
  await expect(page.getByRole('article')).toHaveCount(5);

  await choose(page, /One thing/);
  await page.getByLabel('Thing name').fill('demo-05');
  await expect(page.getByLabel('Topic')).toHaveValue('sensor/weather/demo-05');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  await expect(page.getByLabel('Policy document')).toHaveValue(/client\/demo-05/);
  await page.getByLabel('Policy document').fill('{"Version":"2012-10-17","Statement":[]}');
  await page.getByRole('button', { name: 'Make the thing' }).click();
  // The policy is refused; thing and certificate stay, and the walk goes on with a better one.
  await expect(dialog(page).getByText('One step failed.')).toBeVisible();
  await expect(dialog(page).getByRole('listitem').filter({ hasText: 'Certificate' }).first()).toContainText('exists');
  await page.getByRole('button', { name: 'Back' }).click();
  await page
    .getByLabel('Policy document')
    .fill('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}');
  await page.getByRole('button', { name: 'Make the thing' }).click();
  await expect(dialog(page).getByText('demo-05 exists and is in the fleet.')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByRole('article')).toHaveCount(6);

  await choose(page, /Many stations/);
  await page.getByLabel('Name pattern').fill('demo-{n}');
  await page.getByRole('button', { name: 'Dry run' }).click();
  await expect(dialog(page).getByText(/1 name is taken.*demo-05/)).toBeVisible();
  await page.getByRole('button', { name: 'Provision 20 stations' }).click();
  await expect(dialog(page).getByText('19 of 20 stations ready, 1 failed')).toBeVisible();
  await expect(dialog(page).getByRole('listitem').filter({ hasText: 'demo-05' })).toContainText('failed');
  await expect(dialog(page).getByText('Provisioning has ended')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('article')).toHaveCount(25);

  await page
    .getByRole('article')
    .filter({ hasText: 'demo-05' })
    .getByRole('button', { name: /^Remove / })
    .click();
  await dialog(page).getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('article')).toHaveCount(24);
  await page.getByRole('button', { name: /^Provisioning: / }).click();
  await page.getByRole('button', { name: 'Retry 1 failed' }).click();
  await expect(dialog(page).getByText('20 of 20 stations ready, 0 failed')).toBeVisible();

  await page.getByRole('button', { name: 'Undo…' }).click();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(dialog(page).getByText(/^Undone/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('article')).toHaveCount(5);
  expect(complaints).toEqual([]);
});

test('three stations by the bulk task, with a policy that was read and changed', async ({ isobar }) => {
  const { page, complaints } = isobar;
  await expect(page.getByRole('article')).toHaveCount(5);
  await choose(page, /Many stations/);
  await page.getByLabel('Stations', { exact: true }).fill('3');
  await page.getByLabel('Name pattern').fill('mast-{n}');
  const document = page.getByLabel('Policy document');
  await expect(document).toHaveValue(/iot:Connection.Thing.ThingName/);
  await document.fill('no policy');
  await dialog(page).getByText('Bulk task', { exact: true }).click();
  await page.getByRole('button', { name: 'Provision 3 stations' }).click();
  await expect(dialog(page).getByText('The policy is not valid JSON.')).toBeVisible();
  await document.fill('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}');
  await page.getByRole('button', { name: 'Provision 3 stations' }).click();
  await expect(dialog(page).getByText('3 of 3 stations ready, 0 failed')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('article')).toHaveCount(8);
  expect(complaints).toEqual([]);
});
