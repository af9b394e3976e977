/** The lab as a script of the person would reach it: with what "copy as environment variables" puts on the clipboard. */
import { IoTClient } from '@aws-sdk/client-iot';
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { ElectronApplication, Page } from '@playwright/test';
import { expect } from './app.ts';

/** Leaves the window on the Stations page. */
export async function labClient(app: ElectronApplication, page: Page): Promise<IoTClient> {
  return new IoTClient(await labAccess(app, page));
}

/** Leaves the window on the Stations page. */
export async function labObjects(app: ElectronApplication, page: Page): Promise<S3Client> {
  return new S3Client({ ...(await labAccess(app, page)), forcePathStyle: true });
}

/** The text of every object in every bucket, in the order of their keys. */
export async function readObjects(s3: S3Client): Promise<readonly string[]> {
  const texts: string[] = [];
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  for (const { Name: Bucket } of Buckets) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      texts.push((await Body?.transformToString()) ?? '');
    }
  }
  return texts;
}

async function labAccess(app: ElectronApplication, page: Page) {
  await page.getByRole('navigation').getByText('Settings', { exact: true }).click();
  await page.getByRole('button', { name: 'Copy for a POSIX shell' }).click();
  await expect(page.getByText('The environment variables are on the clipboard')).toBeVisible();
  const text = await app.evaluate(({ clipboard }) => clipboard.readText());
  const value = (name: string) => new RegExp(`${name}='([^']*)'`).exec(text)?.[1] ?? '';
  await page.getByRole('navigation').getByText('Stations', { exact: true }).click();
  return {
    region: value('AWS_REGION'),
    endpoint: value('AWS_ENDPOINT_URL'),
    credentials: { accessKeyId: value('AWS_ACCESS_KEY_ID'), secretAccessKey: value('AWS_SECRET_ACCESS_KEY') },
  };
}
