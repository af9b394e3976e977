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
    const lines = (await readObjects(s3)).join('').split('\n');
    expect(lines.pop()).toBe('');
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

test('a failing action says its cause and its cure, and the bucket it lacks is one click away', async ({ isobar }) => {
  const { page, complaints } = isobar;
  await go(page, 'Rules');
  await page.getByRole('button', { name: 'New rule' }).click();
  await page.getByRole('textbox', { name: 'Name of the rule' }).fill('to_s3');
  const action = page.getByRole('group', { name: 'Action 1' });
  await action.getByRole('combobox', { name: 'Kind of Action 1' }).selectOption('S3 object');
  await action.getByLabel('Bucket', { exact: true }).fill('not-made-yet');
  // The key as it becomes for a message, before anything is deployed.
  const key = action.getByRole('textbox', { name: 'Key' });
  await page.getByRole('textbox', { name: 'Paste a message to test' }).fill('{"station":"x"}');
  await key.fill('${sttion}/${timestamp()}.json');
  await expect(action).toContainText('${sttion} is Undefined');
  await key.fill('${station}/newest.json');
  await expect(action).toContainText('For the newest message that passes: x/newest.json');
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  const rule = page.getByRole('listitem', { name: 'to_s3' });
  await expect(rule).toContainText('not-made-yet');

  const publish = async () => {
    await go(page, 'Topics');
    await page.getByRole('tab', { name: 'Publish to a topic' }).click();
    await page.getByRole('textbox', { name: 'Topic name' }).fill('sensor/weather/x');
    await page.getByRole('textbox', { name: 'Message payload' }).fill('{"station":"x"}');
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await go(page, 'Rules');
  };
  await publish();
  const failure = rule.getByRole('alert');
  await expect(failure).toContainText('The bucket "not-made-yet" does not exist.');
  await expect(failure).toContainText('Create it, or name another bucket in the rule.');
  await rule.getByRole('button', { name: 'Messages' }).click();
  const followed = page.getByRole('dialog', { name: 'Newest messages of to_s3' });
  await followed.getByText('Passes').first().click();
  await expect(followed.getByRole('alert')).toContainText('The bucket "not-made-yet" does not exist.');
  await page.keyboard.press('Escape');
  await failure.getByRole('button', { name: 'Create the bucket' }).click();
  await expect(failure).toContainText('It exists by now');
  await publish();
  await expect(rule).toContainText('1 delivered, 1 failed');
  expect(complaints).toEqual([]);
});

test('items are asked for by a range of their sort key', async ({ isobar }) => {
  const { page, complaints } = isobar;
  await go(page, 'Rules');
  await page.getByRole('button', { name: 'New rule' }).click();
  await page.getByRole('textbox', { name: 'Name of the rule' }).fill('readings');
  const action = page.getByRole('group', { name: 'Action 1' });
  await action.getByRole('combobox', { name: 'Kind of Action 1' }).selectOption('DynamoDBv2 item');
  await action.getByLabel('Table', { exact: true }).fill('readings');
  await action.getByRole('textbox', { name: 'Partition key' }).fill('station');
  await action.getByRole('textbox', { name: 'Sort key' }).fill('n');
  await action.getByRole('combobox', { name: 'Type: Sort key' }).selectOption('number');
  await action.getByRole('button', { name: 'Create it' }).click();
  await expect(action.getByRole('button', { name: 'Create it' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await expect(page.getByRole('listitem', { name: 'readings' })).toContainText('0 delivered');

  await go(page, 'Topics');
  await page.getByRole('tab', { name: 'Publish to a topic' }).click();
  await page.getByRole('textbox', { name: 'Topic name' }).fill('sensor/weather/x');
  for (const n of [2, 10, 9]) {
    await page.getByRole('textbox', { name: 'Message payload' }).fill(`{"station":"x","n":${n}}`);
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
  }
  await go(page, 'Rules');
  await expect(page.getByRole('listitem', { name: 'readings' })).toContainText('3 delivered');

  await go(page, 'Lake');
  // Other rules' places are shown; the pipeline is but a hint.
  await expect(page.getByRole('region', { name: 'No pipeline yet' })).toBeVisible();
  const rows = page.getByRole('table', { name: 'Items of readings' }).getByRole('row');
  await page.getByRole('textbox', { name: 'Partition (station)' }).fill('x');
  await expect(rows).toHaveCount(4);
  await page.getByRole('combobox', { name: 'Sort key (n)' }).selectOption('>=');
  const value = page.getByRole('textbox', { name: 'Value of the sort key' });
  await value.fill('nine');
  await expect(page.getByText('A number in digits')).toBeVisible();
  await value.fill('9');
  await expect(rows).toHaveCount(3);
  await page.getByText('Lowest first').click();
  await expect(rows.nth(1)).toContainText('9');
  await expect(rows.nth(2)).toContainText('10');
  expect(complaints).toEqual([]);
});
