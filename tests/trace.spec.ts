/** A station that may not publish: the refusal, its missing policy line, and one click that adds it; then a message's way into the lake. */
import {
  CreatePolicyVersionCommand,
  GetPolicyCommand,
  ListAttachedPoliciesCommand,
  ListThingPrincipalsCommand,
  ListThingsCommand,
  type IoTClient,
} from '@aws-sdk/client-iot';
import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { labClient } from './lab-client.ts';

type Policy = { readonly Statement: readonly { readonly Action: string | readonly string[] }[] };

/** Takes from the policy of the station's thing what lets it publish, and returns the thing's name. */
async function forbidPublishing(iot: IoTClient, id: string): Promise<string> {
  let thingName = '';
  await expect
    .poll(async () => {
      const { things = [] } = await iot.send(new ListThingsCommand({}));
      thingName = things.find((thing) => thing.thingName?.includes(id))?.thingName ?? '';
      return thingName;
    })
    .not.toBe('');
  const { principals = [] } = await iot.send(new ListThingPrincipalsCommand({ thingName }));
  const { policies = [] } = await iot.send(new ListAttachedPoliciesCommand({ target: principals[0] }));
  const policyName = policies[0]?.policyName;
  const { policyDocument = '' } = await iot.send(new GetPolicyCommand({ policyName }));
  const policy = JSON.parse(policyDocument) as Policy;
  const Statement = policy.Statement.filter(({ Action }) => !JSON.stringify(Action).includes('iot:Publish'));
  expect(Statement.length).toBeGreaterThan(0);
  await iot.send(
    new CreatePolicyVersionCommand({
      policyName,
      policyDocument: JSON.stringify({ ...policy, Statement }),
      setAsDefault: true,
    }),
  );
  return thingName;
}

const go = (page: Page, name: string) => page.getByRole('navigation').getByText(name, { exact: true }).click();

test('a refused station leads to the missing policy line, which is added with one click', async ({ isobar }) => {
  const { page, app, complaints } = isobar;
  await expect(page.getByRole('article')).toHaveCount(5);
  await page.getByRole('button', { name: 'Refusals', exact: true }).click();
  const list = page.getByRole('dialog', { name: 'Refusals' });
  await expect(list).toContainText('Nothing was refused');
  await list.getByRole('button', { name: 'Close' }).click();

  const card = page.getByRole('article').first();
  const name = (await card.getByRole('heading').textContent()) ?? '';
  const id = (await card.locator('code').first().textContent()) ?? '';
  const iot = await labClient(app, page);
  const thingName = await forbidPublishing(iot, id);
  await card.getByRole('button', { name: `Start ${name}` }).click();
  await expect(page.getByRole('button', { name: /new refusals?, open the list/ })).toBeVisible();

  // The card of the station leads to what was refused of it alone.
  await card.getByRole('button', { name: 'What was refused' }).click();
  await expect(list).toContainText(`Refusals of station ${id}`);
  const entry = list.getByRole('listitem').first();
  await expect(entry).toContainText(name);
  await expect(entry).toContainText('Connection closed');
  await expect(entry).toContainText('no statement of');
  await expect(entry).toContainText('Policy line to add');
  await expect(entry).toContainText('"iot:Publish"');
  await entry.getByRole('button', { name: 'Add to its policy' }).click();
  await expect(entry).toContainText('The line is in the policy');
  await list.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('button', { name: 'Refusals', exact: true })).toBeVisible();

  await expect(card).toContainText('Live');
  await expect.poll(async () => /Acknowledged\s+([\d,]+)/.exec(await card.innerText())?.[1] ?? '0').not.toBe('0');
  const { principals = [] } = await iot.send(new ListThingPrincipalsCommand({ thingName }));
  expect(principals).toHaveLength(1);
  expect(complaints).toEqual([]);
});

test('a message opens its way: received, allowed, rule, Firehose, object', async ({ isobar }) => {
  const { page, complaints } = isobar;
  await go(page, 'Lake');
  await page.getByRole('button', { name: 'Set up the pipeline' }).first().click();
  await expect(page.getByText("SELECT * FROM 'sensor/weather/#'").first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Flush now' })).toBeVisible();

  await go(page, 'Topics');
  await page.getByRole('combobox', { name: 'Topic filter' }).fill('sensor/#');
  await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
  const log = page.getByRole('region', { name: 'sensor/#', exact: true });
  await expect(log).toBeVisible();
  await page.getByRole('tab', { name: 'Publish to a topic' }).click();
  await page.getByRole('textbox', { name: 'Topic name' }).fill('sensor/weather/traced');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await log.getByRole('row').nth(1).getByRole('button').click();
  await page.getByRole('button', { name: 'Trace', exact: true }).click();
  const way = page.getByRole('list', { name: "The message's way" });
  await expect(way).toContainText('sensor/weather/traced');
  await expect(way).toContainText(/iot:Publish on \S+ is allowed by statement/);
  await expect(way).toContainText("SELECT * FROM 'sensor/weather/#'");
  await expect(way).toContainText('Matched and selected');
  await expect(way).toContainText('In the buffer of the stream');
  await page.keyboard.press('Escape');

  await go(page, 'Lake');
  await page.getByRole('button', { name: 'Flush now' }).click();
  await expect(page.getByText('0 buffered')).toBeVisible();
  await go(page, 'Topics');
  await log.getByRole('row').nth(1).getByRole('button').click();
  await page.getByRole('button', { name: 'Trace', exact: true }).click();
  await expect(way).toContainText('Delivered, in this object');
  await expect(way).toContainText(/s3:\/\/\S+\/\d{4}\//);

  // A topic that nobody may use is refused, and the result says where to read why.
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Publish to a topic' }).click();
  await page.getByRole('textbox', { name: 'Topic name' }).fill('$SYS/x');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByRole('button', { name: 'Why? Open the refusals' }).first().click();
  const list = page.getByRole('dialog', { name: 'Refusals' });
  await expect(list.getByRole('listitem').first()).toContainText('topic "$SYS/x" is reserved');
  await expect(list).toContainText('No policy line helps here');
  expect(complaints).toEqual([]);
});
