/** The first five minutes as a person lives them: open, start, watch, set up, flush, crawl, ask, see a chart. */
import { expect, test } from './app.ts';

test('first run: five stations, messages, the pipeline, a query and its chart', async ({ isobar }) => {
  const { page, complaints } = isobar;
  const go = async (name: string) => {
    await page.getByRole('navigation').getByText(name, { exact: true }).click();
  };

  // Five stations are there, labelled as what they are.
  const cards = page.getByRole('article');
  await expect(cards).toHaveCount(5);
  await expect(cards.first()).toContainText(/demo data, generated/i);

  await page.getByRole('button', { name: 'Start all' }).first().click();
  await expect(cards.first()).toContainText(/live/i);
  await expect(cards.first()).toContainText('°C');

  // The slider changes the rate: what the data asks for at once, and what the target acknowledges soon after.
  const rates = async () => {
    const [acknowledged = 0, asked = 0] = (
      (await cards.first().innerText()).match(/([\d.,]+)\s*msg\/s of ([\d.,]+) asked/) ?? []
    )
      .slice(1)
      .map((text) => Number(text.replace(',', '')));
    return { acknowledged, asked };
  };
  const before = await rates();
  await cards.first().getByRole('slider').focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await rates()).asked).toBeGreaterThan(before.asked + 20);
  await expect.poll(async () => (await rates()).acknowledged).toBeGreaterThan(before.acknowledged + 15);
  await page.getByRole('slider', { name: 'Speed of all stations' }).focus();
  await page.keyboard.press('End');

  await go('Topics');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await expect(page.getByText(/sensor\/weather\/Z/).first()).toBeVisible();

  await go('Lake');
  await page.getByRole('button', { name: 'Set up the pipeline' }).first().click();
  await expect(page.getByText("SELECT * FROM 'sensor/weather/#'").first()).toBeVisible();
  const flush = page.getByRole('button', { name: 'Flush now' });
  await expect(flush).toBeEnabled();
  await page.waitForFunction(
    () => /\d+ records/.test(document.body.innerText) && !/\b0 records/.test(document.body.innerText),
  );
  await flush.click();
  // The object it has written is one click away.
  await page.getByRole('region', { name: 'Firehose buffer' }).getByRole('link', { name: /^s3:/ }).click();
  await expect(page.getByRole('region', { name: 'Objects' })).toContainText('weather_station');
  const crawl = page.getByRole('button', { name: 'Run crawler' });
  await crawl.click();
  await expect(page.getByText(/SUCCEEDED|Succeeded/).first()).toBeVisible();

  await go('Query');
  await page.getByText('Mean temperature per station').first().click();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const results = page.getByRole('grid', { name: 'Results' });
  await expect(results).toContainText('mean_temperature');
  await expect(results.getByRole('row')).toHaveCount(6);
  await page.getByRole('tab', { name: 'Chart' }).click();
  const chart = page.getByRole('img', { name: 'Chart of the result' });
  await expect(chart).toBeVisible();
  const inked = await chart.evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const pixels =
      canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
    return pixels.some((value, index) => index % 4 === 3 && value > 0);
  });
  expect(inked).toBe(true);
  expect(complaints).toEqual([]);
});
