/** Provisioning N against a real lab in this process, through the SDK: both ways, a taken name, retry, resume after a kill, undo. */
import {
  CreateThingCommand,
  DeleteThingCommand,
  GetPolicyCommand,
  ListCertificatesCommand,
  ListPoliciesCommand,
  paginateListThings,
} from '@aws-sdk/client-iot';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ProvisionJob } from '../../preload/shapes-provisioning.ts';
import { openClients, type Clients } from '../cloud/clients.ts';
import { targetFromLab, type Target } from '../cloud/target.ts';
import { until } from '../commands/until.ts';
import { openLab } from '../lab/lab.ts';
import { NO_ENGINE } from '../lab/test-no-engine.ts';
import { openApp, type App } from './test-app.ts';

const data = join(import.meta.dirname, '..', '..', 'data');
const cleanUp: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function startLab(): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-provision-lab-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const lab = await openLab({ folder, port: 0, mqttPort: 0 }, NO_ENGINE, () => undefined);
  cleanUp.push(() => lab.close());
  return targetFromLab(lab.report);
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-provision-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const jobOf = ({ provisioner }: App): ProvisionJob => {
  const { job } = provisioner.status();
  if (job === null) throw new Error('no job');
  return job;
};

async function ended(app: App): Promise<ProvisionJob> {
  const under = new Set(['running', 'pausing', 'cancelling', 'undoing']);
  await until('the job to end', 120_000, () => !under.has(jobOf(app).state));
  return jobOf(app);
}

async function thingsOf({ iot }: Clients): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { things = [] } of paginateListThings({ client: iot }, {}))
    names.push(...things.flatMap(({ thingName }) => thingName ?? []));
  return names.sort();
}

async function certificateCount({ iot }: Clients): Promise<number> {
  const { certificates = [] } = await iot.send(new ListCertificatesCommand({ pageSize: 250 }));
  return certificates.length;
}

const WISH = {
  way: 'direct',
  count: 12,
  pattern: 'demo-{n}',
  first: 1,
  set: null,
  thingType: null,
  group: null,
  attributes: { room: 'lab-1' },
  policy: null,
} as const;

test('stations are made, a taken name fails alone and is retried, undo leaves what was there', async () => {
  const target = await startLab();
  const app = await openApp(await newFolder(), target, data);
  cleanUp.push(app.end);
  const byHand = openClients(target);
  cleanUp.push(byHand.close);
  await byHand.iot.send(new CreateThingCommand({ thingName: 'demo-03' }));
  await byHand.iot.send(new CreateThingCommand({ thingName: 'demo-13' }));

  const dry = await app.provisioner.dryRun(WISH);
  expect([dry.first, dry.last, dry.taken, dry.calls]).toEqual(['demo-01', 'demo-12', ['demo-03'], 1 + 12 * 4]);
  expect(await thingsOf(byHand)).toEqual(['demo-03', 'demo-13']);

  await app.provisioner.start(WISH);
  const first = await ended(app);
  expect([first.state, first.done, first.failed, first.error]).toEqual(['done', 11, 1, null]);
  expect(first.items[2]?.error?.code).toBe('provision.nameTaken');
  expect(app.stations().length).toBe(11);
  expect((await thingsOf(byHand)).length).toBe(13);
  expect(await certificateCount(byHand)).toBe(11);

  await byHand.iot.send(new DeleteThingCommand({ thingName: 'demo-03' }));
  await app.provisioner.act('retry');
  const retried = await ended(app);
  expect([retried.state, retried.done, retried.failed]).toEqual(['done', 12, 0]);
  expect(await certificateCount(byHand)).toBe(12);

  await app.provisioner.act('undo');
  const undone = await ended(app);
  expect([undone.state, undone.left]).toEqual(['undone', []]);
  expect(app.stations()).toEqual([]);
  expect(app.ledger()).toEqual([]);
  expect(await thingsOf(byHand)).toEqual(['demo-13']);
  expect(await certificateCount(byHand)).toBe(0);
});

test('the stations share the policy that was typed, and one that is no JSON makes nothing', async () => {
  const app = await openApp(await newFolder(), await startLab(), data);
  cleanUp.push(app.end);
  const wish = { ...WISH, count: 2, policyDocument: '{"Version": "2012-10-17",' };
  await expect(app.provisioner.dryRun(wish)).rejects.toMatchObject({ code: 'provision.policyJson' });
  await expect(app.provisioner.start(wish)).rejects.toMatchObject({ code: 'provision.policyJson' });
  expect(await thingsOf(app.clients)).toEqual([]);
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }] };
  await app.provisioner.start({ ...wish, policyDocument: JSON.stringify(document, null, 2) });
  expect(await ended(app)).toMatchObject({ state: 'done', done: 2 });
  const { policies = [] } = await app.clients.iot.send(new ListPoliciesCommand({}));
  const made = await Promise.all(
    policies.map(({ policyName }) => app.clients.iot.send(new GetPolicyCommand({ policyName }))),
  );
  expect(made.map(({ policyDocument }): unknown => JSON.parse(policyDocument ?? ''))).toEqual([document]);
});

test('a job that was killed in the middle goes on in a new app and makes nothing twice', async () => {
  const target = await startLab();
  const folder = await newFolder();
  const wish = { ...WISH, count: 60 };
  const first = await openApp(folder, target, data);
  await first.provisioner.start(wish);
  await until('some stations to be ready', 60_000, () => jobOf(first).done >= 7);
  // As a kill leaves it: the sockets fall, nothing is tidied up, the files are as they are.
  first.clients.close();
  const atKill = jobOf(first).done;
  await ended(first);
  await first.end();
  expect(atKill).toBeLessThan(60);

  const second = await openApp(folder, target, data);
  cleanUp.push(second.end);
  if (jobOf(second).state === 'paused') await second.provisioner.act('resume');
  else second.provisioner.resumeInterrupted();
  const job = await ended(second);
  expect([job.state, job.done, job.failed]).toEqual(['done', 60, 0]);
  expect(new Set(second.stations()).size).toBe(60);
  expect((await thingsOf(second.clients)).length).toBe(60);
  expect(await certificateCount(second.clients)).toBe(60);
});

test('the bulk task makes the same stations, with type and group, and is undone as well', async () => {
  const target = await startLab();
  const app = await openApp(await newFolder(), target, data);
  cleanUp.push(app.end);
  const byHand = openClients(target);
  cleanUp.push(byHand.close);
  await byHand.iot.send(new CreateThingCommand({ thingName: 'demo-03' }));
  await app.provisioner.start({ ...WISH, way: 'bulk', thingType: 'weather', group: 'roof' });
  const job = await ended(app);
  expect([job.state, job.done, job.failed, job.error]).toEqual(['done', 11, 1, null]);
  expect(app.stations().length).toBe(11);
  expect(await certificateCount(byHand)).toBe(11);
  const kinds = app.ledger().map((line) => line.split(' ')[0]);
  const count = (kind: string) => kinds.filter((one) => one === kind).length;
  expect(['thing', 'certificate', 'policy', 'thingType', 'thingGroup', 'bucket'].map(count)).toEqual([
    11, 11, 1, 1, 1, 1,
  ]);
  await app.provisioner.act('undo');
  const undone = await ended(app);
  // AWS keeps a deprecated thing type for five minutes; what cannot go yet is told, and stays in the ledger.
  expect(undone.left.filter(({ error }) => error.code !== 'cloud.typeTooYoung')).toEqual([]);
  expect(await thingsOf(byHand)).toEqual(['demo-03']);
  expect(await certificateCount(byHand)).toBe(0);
  expect(app.ledger().length).toBe(undone.left.length);
});
