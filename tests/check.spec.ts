/** "Check this station": all five steps of a station that works, and the step that names what is wrong when its certificate is not active. */
import { expect, test } from './app.ts';

test('a healthy station passes every step; an inactive certificate is named', async ({ isobar }) => {
  const { page } = isobar;
  const card = page.getByRole('article').first();
  await card.getByRole('button', { name: /^Start / }).click();
  await expect(card).toContainText(/live/i);
  await card.getByRole('button', { name: /^Check the connection of/ }).click();
  const dialog = page.getByRole('dialog', { name: /^Check of/ });
  await expect(dialog.getByRole('status')).toHaveText('Everything is in order.');
  await expect(dialog.getByRole('listitem')).toHaveCount(5);
  await expect(dialog.getByRole('list')).toContainText('connected right now');
  await expect(dialog.getByRole('list')).toContainText('TLSv1.3');
  await page.keyboard.press('Escape');

  await card.getByRole('button', { name: /^Certificate of/ }).click();
  const view = page.getByRole('dialog', { name: /^Certificate of/ });
  await view.getByRole('button', { name: 'Make inactive' }).click();
  await page
    .getByRole('dialog', { name: 'Make this certificate inactive?' })
    .getByRole('button', { name: 'Make inactive' })
    .click();
  await expect(view.getByRole('button', { name: 'Make active' })).toBeVisible();
  await page.keyboard.press('Escape');

  await card.getByRole('button', { name: /^Check the connection of/ }).click();
  await expect(dialog.getByRole('status')).toContainText('Something keeps this station from working');
  await expect(dialog).toContainText('The certificate is INACTIVE, so the broker refuses it.');
});
