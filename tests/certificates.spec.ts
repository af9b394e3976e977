/** Certificates in the window, from a dropped connection kit to its revocation, against the real lab. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  DescribeCertificateCommand,
  type IoTClient,
} from '@aws-sdk/client-iot';
import type { Page } from '@playwright/test';
import { unzipSync, zipSync } from 'fflate';
import { expect, test } from './app.ts';
import { labClient } from './lab-client.ts';

/** What the console's "connect a device" makes: thing, certificate, policy, and the files of its kit. */
async function makeKit(
  iot: IoTClient,
  thingName: string,
): Promise<{ certificateId: string; files: Record<string, string> }> {
  await iot.send(new CreateThingCommand({ thingName }));
  const made = await iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
  const policyName = `${thingName}-Policy`;
  const policyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
  });
  await iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
  await iot.send(new AttachPolicyCommand({ policyName, target: made.certificateArn }));
  await iot.send(new AttachThingPrincipalCommand({ thingName, principal: made.certificateArn }));
  return {
    certificateId: made.certificateId ?? '',
    files: {
      [`${thingName}.cert.pem`]: made.certificatePem ?? '',
      [`${thingName}.private.key`]: made.keyPair?.PrivateKey ?? '',
      [`${thingName}.public.key`]: made.keyPair?.PublicKey ?? '',
      'start.sh': '#!/bin/sh\nexit 0\n',
      [`${policyName}`]: policyDocument,
    },
  };
}

const zip = (files: Record<string, string>) =>
  zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`connect_device_package/${name}`, Buffer.from(text)]),
    ),
  );

/** As the system hands dragged files to Chromium. */
async function drop(page: Page, files: readonly string[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data });
}

test('a dropped kit becomes the identity of a station, live; its certificate can be seen and revoked', async ({
  isobar,
}) => {
  const { page, app, complaints } = isobar;
  const folder = await mkdtemp(join(tmpdir(), 'isobar-kit-'));
  await expect(page.getByRole('article')).toHaveCount(5);
  const iot = await labClient(app, page);
  const { certificateId, files } = await makeKit(iot, 'myWeatherStation');
  const kit = join(folder, 'connect_device_package.zip');
  await writeFile(kit, zip(files));
  const card = page.getByRole('article').first();
  const name = (await card.getByRole('heading').textContent()) ?? '';

  await drop(page, [kit]);
  const dialog = page.getByRole('dialog', { name: 'Import certificates' });
  const row = dialog.getByRole('row', { name: /CN=AWS IoT Certificate/ });
  await expect(row).toContainText('Active');
  await expect(row).toContainText('thing myWeatherStation');
  await expect(row).toContainText('myWeatherStation.private.key');
  await row.getByRole('combobox').click();
  await page.getByRole('option', { name: new RegExp(name) }).click();
  await dialog.getByRole('button', { name: 'Import 1 certificate' }).click();
  await expect(page.getByText('1 certificate imported')).toBeVisible();

  await card.getByRole('button', { name: `Start ${name}` }).click();
  await expect(card).toContainText('Live');
  await expect.poll(async () => /Acknowledged\s+([\d,]+)/.exec(await card.innerText())?.[1] ?? '0').not.toBe('0');

  await card.getByRole('button', { name: `Certificate of ${name}` }).click();
  const view = page.getByRole('dialog', { name: `Certificate of ${name}` });
  await expect(view).toContainText(certificateId);
  await expect(view).toContainText('myWeatherStation');
  await expect(view).toContainText('RSA 2048');
  await expect(view).toContainText('"iot:*"');
  await view.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog', { name: 'Revoke this certificate?' }).getByRole('button', { name: 'Revoke' }).click();
  await expect(view).toContainText('Revoked');
  await page.keyboard.press('Escape');
  await expect(card).toContainText('Faulty');
  await expect(card).toContainText('is revoked: it cannot connect');
  const { certificateDescription } = await iot.send(new DescribeCertificateCommand({ certificateId }));
  expect(certificateDescription?.status).toBe('REVOKED');
  expect(complaints).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

test('rotation: the station goes on with a new certificate, the old one is gone; the kit can be exported', async ({
  isobar,
}) => {
  const { page, app } = isobar;
  const folder = await mkdtemp(join(tmpdir(), 'isobar-kit-'));
  const card = page.getByRole('article').first();
  await expect(page.getByRole('article')).toHaveCount(5);
  const iot = await labClient(app, page);
  const name = (await card.getByRole('heading').textContent()) ?? '';
  await card.getByRole('button', { name: `Start ${name}` }).click();
  await expect(card).toContainText('Live');
  await card.getByRole('button', { name: `Certificate of ${name}` }).click();
  const view = page.getByRole('dialog', { name: `Certificate of ${name}` });
  await expect(view).toContainText(/[0-9a-f]{64}/);
  const before = /[0-9a-f]{64}/.exec(await view.innerText())?.[0] ?? '';
  await view.getByRole('button', { name: 'Rotate' }).click();
  await page
    .getByRole('dialog', { name: /^Rotate the/ })
    .getByRole('button', { name: 'Rotate' })
    .click();
  await expect(view).toContainText('Rotated: the station uses its new certificate');
  await expect(view).not.toContainText(before);
  const after = /[0-9a-f]{64}/.exec(await view.innerText())?.[0] ?? '';
  expect(after).toMatch(/^[0-9a-f]{64}$/);
  await expect(iot.send(new DescribeCertificateCommand({ certificateId: before }))).rejects.toThrow();

  const saved = join(folder, 'kit.zip');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, saved);
  await view.getByRole('button', { name: 'Export kit…' }).click();
  const warning = page.getByRole('dialog', { name: /^Export the/ });
  await expect(warning).toContainText('private key');
  await warning.getByRole('button', { name: 'Export kit…' }).click();
  await expect(page.getByText('The connection kit was saved')).toBeVisible();
  expect((await stat(saved)).mode & 0o777).toBe(0o600);
  const names = Object.keys(unzipSync(await readFile(saved)));
  expect(names.filter((one) => /\.(cert\.pem|private\.key)$|^root-CA\.crt$|^start\.sh$/.test(one))).toHaveLength(4);
  await page.keyboard.press('Escape');
  await expect(card).toContainText('Live');
  await rm(folder, { recursive: true, force: true });
});

test('a pair without its key, a wrong file, and a folder: nothing is stored until it is confirmed', async ({
  isobar,
}) => {
  const { page, app } = isobar;
  const folder = await mkdtemp(join(tmpdir(), 'isobar-kit-'));
  await expect(page.getByRole('article')).toHaveCount(5);
  const iot = await labClient(app, page);
  const { files } = await makeKit(iot, 'other');
  await mkdir(join(folder, 'certs'));
  await writeFile(join(folder, 'certs', 'a.txt'), files['other.cert.pem'] ?? '');
  await writeFile(join(folder, 'certs', 'b.txt'), files['other.public.key'] ?? '');
  await writeFile(join(folder, 'certs', 'c.txt'), 'Dear diary, it rained.\n');
  await writeFile(join(folder, 'd.txt'), files['other.private.key'] ?? '');
  await drop(page, [join(folder, 'certs')]);
  const dialog = page.getByRole('dialog', { name: 'Import certificates' });
  await expect(dialog).toContainText('Key missing');
  await expect(dialog).toContainText('certs/b.txt is only the public key');
  await expect(dialog).toContainText('"certs/c.txt" is a text file.');
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeDisabled();
  await drop(page, [join(folder, 'd.txt')]);
  await expect(dialog).toContainText('found in d.txt');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('navigation').getByText('Settings', { exact: true }).click();
  await expect(page.getByRole('table', { name: 'Certificates in the vault' }).getByRole('row')).toHaveCount(6);
  await rm(folder, { recursive: true, force: true });
});
