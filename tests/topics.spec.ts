/** The MQTT test client as a person uses it: two filters, a retained message, a pinned number, pause, a recording, bytes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './app.ts';

test('subscribe, publish, retain, pin, pause, record, bytes', async ({ isobar }) => {
  const { app, page, dataFolder, complaints } = isobar;
  const subscribe = async (filter: string) => {
    await page.getByRole('tab', { name: 'Subscribe to a topic' }).click();
    await page.getByRole('combobox', { name: 'Topic filter' }).fill(filter);
    await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
    const log = page.getByRole('region', { name: filter, exact: true });
    await expect(log).toBeVisible();
    return log;
  };
  const publish = async (topic: string, payload: string) => {
    await page.getByRole('tab', { name: 'Publish to a topic' }).click();
    await page.getByRole('textbox', { name: 'Topic name' }).fill(topic);
    // Emptied with the editor's own keys: what the browser itself replaces in an editor it sets with inline styles, which our CSP refuses.
    await page.getByRole('textbox', { name: 'Message payload' }).click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(payload);
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
  };
  const results = page.getByRole('region', { name: 'Sent from here' });

  await page.getByRole('navigation').getByText('Topics', { exact: true }).click();
  // A filter that cannot be is told at once.
  await page.getByRole('combobox', { name: 'Topic filter' }).fill('a/#/b');
  await expect(page.getByText('# stands alone at the end')).toBeVisible();

  // A retained message is there before anybody subscribes, and marked when one does.
  await page.getByRole('tab', { name: 'Publish to a topic' }).click();
  await page.getByText('QoS 1: at least once').click();
  await page.getByRole('checkbox', { name: 'Retain message on this topic' }).check();
  await publish('test/retained', '{"reading": {"value": 12.50}}');
  await expect(results).toContainText('Acknowledged after');
  const kept = await subscribe('test/#');
  await expect(kept.getByRole('row').nth(1)).toContainText('retained');
  await page.getByRole('tab', { name: 'Publish to a topic' }).click();
  await page.getByRole('checkbox', { name: 'Retain message on this topic' }).uncheck();
  const other = await subscribe('other/#');
  await publish('other/a', 'no JSON at all');
  await expect(page.getByText(/No JSON: line 1, column 1/)).toBeVisible();
  await expect(other.getByRole('row').nth(1)).toContainText('no JSON at all');

  // The number stands as it came; a click plots it, and what is published next moves the plot.
  await page.getByRole('navigation', { name: 'Subscriptions' }).getByText('test/#').click();
  await kept.getByRole('row').nth(1).getByRole('button').click();
  const number = page.getByRole('button', { name: '12.50. Plot reading.value live' });
  await number.click();
  await publish('test/retained', '{"reading": {"value": 40}}');
  await expect(page.getByRole('img', { name: /reading.value of test\/retained: last 40/ })).toBeVisible();

  // Recording goes to the file that the system's dialog gives, also while the list stands still.
  const file = join(dataFolder, 'recorded.ndjson');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await kept.getByRole('button', { name: 'Record', exact: true }).click();
  await page.getByRole('menuitem', { name: 'NDJSON, one message a line' }).first().click();
  await expect(kept.getByText(/Recording to recorded.ndjson/)).toBeVisible();
  await kept.getByRole('button', { name: 'Pause', exact: true }).click();
  const before = await kept.getByRole('row').count();
  await publish('test/b', 'ff 00 41');
  await page.getByText('Bytes in hexadecimal').click();
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(kept.getByText('2 waiting')).toBeVisible();
  expect(await kept.getByRole('row').count()).toBe(before);
  await expect(kept.getByText(/2 written/)).toBeVisible();
  await kept.getByRole('button', { name: 'Stop recording' }).click();
  await expect(kept.getByText(/Recorded to recorded.ndjson: 2 written/)).toBeVisible();
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as Record<string, unknown>)).toMatchObject([
    { topic: 'test/b', qos: 0, text: 'ff 00 41' },
    { topic: 'test/b', base64: '/wBB' },
  ]);

  // Bytes are shown as bytes.
  await kept.getByRole('button', { name: 'Resume' }).click();
  await expect(kept.getByRole('row').nth(1)).toContainText('ff 00 41');
  await kept.getByRole('row').nth(1).getByRole('button').click();
  await expect(page.getByRole('document', { name: 'Hex' })).toContainText('000000ff 00 41');

  // A topic that the policy does not allow is refused in plain words.
  await publish('$SYS/x', '00');
  await expect(results.getByRole('alert').first()).toContainText('iot:Publish');
  expect(complaints).toEqual([]);
});
