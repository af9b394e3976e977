/** The Rules page: a suggested rule tried on real messages and deployed, a wrong statement at its place, why a message is left out, off, gone. */
import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { labObjects, readObjects } from './lab-client.ts';

const go = (page: Page, name: string) => page.getByRole('navigation').getByText(name, { exact: true }).click();

test('the suggested rule is tried, deployed, counts, fills the lake, is disabled and deleted', async ({ isobar }) => {
  const { page, app, complaints } = isobar;
  await expect(page.getByRole('article')).toHaveCount(5);
  await page.getByRole('button', { name: 'Start all' }).first().click();
  await page.getByRole('slider', { name: 'Speed of all stations' }).focus();
  await page.keyboard.press('End');
  await expect(page.getByRole('article').first()).toContainText(/live/i);

  await go(page, 'Rules');
  await expect(page.getByText('No rules yet')).toBeVisible();
  await page.getByRole('article').filter({ hasText: 'All fields to Firehose' }).getByRole('button').click();
  const verdicts = page.getByRole('list', { name: 'Verdicts' });
  await expect(verdicts.getByRole('listitem').first()).toContainText('weather_station');
  await page.getByRole('button', { name: 'Create it' }).click();
  await expect(page.getByRole('button', { name: 'Create it' })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'The same rule elsewhere' })).toContainText('create-topic-rule');
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();

  const rule = page.getByRole('listitem', { name: 'weather_to_firehose' });
  await expect(rule).toContainText('isobar-observations');
  await expect.poll(async () => /Passed\s+([\d,]+)/.exec(await rule.innerText())?.[1] ?? '0').not.toBe('0');
  await rule.getByRole('button', { name: 'Messages' }).click();
  const followed = page.getByRole('dialog', { name: 'Newest messages of weather_to_firehose' });
  await followed.getByText('Passes').first().click();
  await expect(followed.getByRole('list', { name: "The message's way" }).first()).toContainText('Firehose stream');
  await page.keyboard.press('Escape');

  await rule.getByRole('switch').click({ force: true });
  await expect(rule).toContainText('Disabled');

  // All that passed lies in the lake, each message on a line of its own, and nothing else.
  const s3 = await labObjects(app, page);
  const flush = page.getByRole('button', { name: 'Flush now' });
  await expect(async () => {
    await go(page, 'Lake');
    // What was under way when the rule went off may come a moment later.
    if (await flush.isEnabled()) await flush.click();
    await expect(page.getByText('0 buffered')).toBeVisible();
    // The newline that a station sends and that of the rule may leave an empty line between two.
    const lines = (await readObjects(s3))
      .join('')
      .split('\n')
      .filter((line) => line !== '');
    const stations = new Set(lines.map((line) => (JSON.parse(line) as { weather_station: string }).weather_station));
    expect(stations.size).toBe(5);
    await go(page, 'Rules');
    await expect(rule).toContainText(`Passed${lines.length.toLocaleString('en')}Delivered`, { timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
  s3.destroy();
  await rule.getByRole('button', { name: 'Delete the rule weather_to_firehose' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No rules yet')).toBeVisible();
  expect(complaints).toEqual([]);
});

test('rows and SQL are one statement, a wrong one has its place, and a pasted message says why', async ({ isobar }) => {
  const { page, complaints } = isobar;
  await go(page, 'Rules');
  await page.getByRole('article').filter({ hasText: 'Cold observations' }).getByRole('button').click();
  const sql = page.getByRole('textbox', { name: 'SQL of the rule' });
  // With the editor's own keys: what the browser itself replaces in an editor it sets with inline styles, which our CSP refuses.
  const write = async (text: string) => {
    await sql.click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(text);
  };
  await expect(page.getByRole('textbox', { name: 'Value of condition 1' })).toHaveValue('-5');
  const pasted = page.getByRole('textbox', { name: 'Paste a message to test' });
  await pasted.fill('{"weather_station":"x"}');
  const verdict = page.getByRole('list', { name: 'Verdicts' }).getByRole('listitem').first();
  await expect(verdict).toContainText('air_temperature.value is Undefined');
  await pasted.fill('{"weather_station":"x","air_temperature":{"value":-7.0}}');
  await expect(verdict).toContainText('Passes');
  await expect(verdict).toContainText('"temperature":-7.0');

  // From rows to SQL and back.
  await page.getByRole('textbox', { name: 'Value of condition 1' }).fill('-10');
  await expect(sql).toContainText('WHERE air_temperature.value < -10');
  await expect(verdict).toContainText('Left out');
  await write("SELECT * FROM 'sensor/weather/#' WHERE air_temperature.value < -1");
  await expect(page.getByRole('textbox', { name: 'Value of condition 1' })).toHaveValue('-1');
  await write("SELECT a + 1 AS b FROM 'sensor/weather/#'");
  await expect(page.getByText('more than rows can show')).toBeVisible();

  await write("SELECT * FORM 'sensor/weather/#'");
  await expect(page.getByRole('alert').filter({ hasText: 'FORM' })).toBeVisible();
  await expect(page.locator('.cm-fault')).toHaveText('FORM');
  await expect(page.getByRole('button', { name: 'Deploy', exact: true })).toBeDisabled();
  expect(complaints).toEqual([]);
});

test("the course's cold observations arrive as items of a table that the builder made", async ({ isobar }) => {
  const { page, complaints } = isobar;
  await go(page, 'Rules');
  await page.getByRole('article').filter({ hasText: 'Cold observations' }).getByRole('button').click();
  await page.getByRole('button', { name: 'Create it' }).click();
  await expect(page.getByRole('button', { name: 'Create it' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  const rule = page.getByRole('listitem', { name: 'cold_to_dynamodb' });
  await expect(rule).toContainText('isobar-cold');

  await go(page, 'Topics');
  await page.getByRole('tab', { name: 'Publish to a topic' }).click();
  const publish = async (payload: string) => {
    await page.getByRole('textbox', { name: 'Topic name' }).fill('sensor/weather/x');
    await page.getByRole('textbox', { name: 'Message payload' }).fill(payload);
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
  };
  await publish('{"weather_station":"x","time":"t1","air_temperature":{"value":-7.0}}');
  await publish('{"weather_station":"y","time":"t1","air_temperature":{"value":7.0}}');

  await go(page, 'Rules');
  await expect(rule).toContainText('1 delivered, 0 failed');
  await go(page, 'Lake');
  const items = page.getByRole('table', { name: 'Items of isobar-cold' });
  await expect(items.getByRole('row')).toHaveCount(2);
  await expect(items).toContainText('-7');
  await page.getByRole('textbox', { name: 'Partition (station_id)' }).fill('y');
  await expect(page.getByText('No items')).toBeVisible();
  expect(complaints).toEqual([]);
});
