/** The lab as a script of the person would reach it: with what "copy as environment variables" puts on the clipboard. */
import { IoTClient } from '@aws-sdk/client-iot';
import type { ElectronApplication, Page } from '@playwright/test';
import { expect } from './app.ts';

/** Leaves the window on the Stations page. */
export async function labClient(app: ElectronApplication, page: Page): Promise<IoTClient> {
  await page.getByRole('navigation').getByText('Settings', { exact: true }).click();
  await page.getByRole('button', { name: 'Copy for a POSIX shell' }).click();
  await expect(page.getByText('The environment variables are on the clipboard')).toBeVisible();
  const text = await app.evaluate(({ clipboard }) => clipboard.readText());
  const value = (name: string) => new RegExp(`${name}='([^']*)'`).exec(text)?.[1] ?? '';
  await page.getByRole('navigation').getByText('Stations', { exact: true }).click();
  return new IoTClient({
    region: value('AWS_REGION'),
    endpoint: value('AWS_ENDPOINT_URL'),
    credentials: { accessKeyId: value('AWS_ACCESS_KEY_ID'), secretAccessKey: value('AWS_SECRET_ACCESS_KEY') },
  });
}
