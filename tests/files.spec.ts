/** A person's own files: a real observation file becomes a station; what is none gets one clear sentence and nothing is lost. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ElectronApplication } from '@playwright/test';
import { expect, test } from './app.ts';

const HEADER =
  'STATION,DATE,SOURCE,LATITUDE,LONGITUDE,ELEVATION,NAME,REPORT_TYPE,CALL_SIGN,QUALITY_CONTROL,WND,CIG,VIS,TMP,DEW,SLP';
const row = (hour: string, temperature: string) =>
  `"00000099999","2020-01-01T${hour}:00:00","4","48.1","-1.7","36.0","TESTVILLE, FR","FM-15","TEST ","V020","160,1,N,0046,1","22000,1,9,N","016093,1,N,1","${temperature},1","+0050,1","10134,1"`;

/** What the file dialog answers next. */
async function choose(app: ElectronApplication, paths: readonly string[]): Promise<void> {
  await app.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [...filePaths] });
  }, paths);
}

test('own files become stations; a wrong one is refused in one sentence', async ({ isobar }) => {
  const { page, app } = isobar;
  const folder = await mkdtemp(join(tmpdir(), 'isobar-files-'));
  const good = join(folder, 'testville.csv');
  const wrong = join(folder, 'notes.txt');
  const cut = join(folder, 'cut.csv.gz');
  const text = [
    HEADER,
    row('00', '+0101'),
    row('01', '+0102'),
    row('02', '+0103').slice(0, 60),
    row('03', '+0104'),
  ].join('\n');
  await writeFile(good, `${text}\n`);
  await writeFile(wrong, 'Dear diary, it rained.\n');
  const zipped = gzipSync(`${text}\n`);
  await writeFile(cut, zipped.subarray(0, Math.floor(zipped.length / 2)));

  await expect(page.getByRole('article')).toHaveCount(5);
  await choose(app, [good, wrong, cut]);
  await page.getByRole('button', { name: 'Add stations' }).first().click();
  await page.getByRole('button', { name: 'Choose files…' }).click();

  await expect(page.getByRole('article')).toHaveCount(6);
  await expect(page.getByRole('article', { name: /TESTVILLE/ })).toContainText('Your file');
  await expect(page.getByText(/notes\.txt/).first()).toBeVisible();
  await expect(page.getByText(/cut\.csv\.gz/).first()).toBeVisible();
  await expect(page.getByText(/damaged record.* left out/).first()).toBeVisible();
  await rm(folder, { recursive: true, force: true });
});

test('a file dropped on the window becomes a station', async ({ isobar }) => {
  const { page } = isobar;
  const folder = await mkdtemp(join(tmpdir(), 'isobar-drop-'));
  const file = join(folder, 'testville.csv');
  await writeFile(file, `${[HEADER, row('00', '+0101'), row('01', '+0102')].join('\n')}\n`);
  await expect(page.getByRole('article')).toHaveCount(5);

  // As the system hands a dragged file to Chromium.
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data });
  await expect(page.getByText('Drop to add stations')).toBeVisible();
  await devtools.send('Input.dispatchDragEvent', { type: 'drop', x: 400, y: 400, data });

  await expect(page.getByRole('article', { name: /TESTVILLE/ })).toContainText('Your file');
  await rm(folder, { recursive: true, force: true });
});
