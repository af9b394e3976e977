/** kill -9 in the middle of provisioning, both ways: the next start finishes the same job by itself, and nothing is there twice. */
import { paginateListCertificates, paginateListThings } from '@aws-sdk/client-iot';
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { bundleProgram } from '../test-program.ts';
import type { ProvisionJob } from '../../preload/shapes-provisioning.ts';
import type { Clients } from '../cloud/clients.ts';
import { targetFromLab, type Target } from '../cloud/target.ts';
import { until } from '../commands/until.ts';
import { openLab } from '../lab/lab.ts';
import { NO_ENGINE } from '../lab/test-no-engine.ts';
import type { ChildOrder } from './test-app-child.ts';
import { openApp, type App } from './test-app.ts';

const dataFolder = join(import.meta.dirname, '..', '..', 'data');
const cleanUp: (() => Promise<void> | void)[] = [];
let program = '';

beforeAll(async () => {
  program = await mkdtemp(join(tmpdir(), 'isobar-kill-program-'));
  await bundleProgram(join(import.meta.dirname, 'test-app-child.ts'), program);
});
afterAll(() => rm(program, { recursive: true, force: true }));
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'isobar-kill-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function startLab(): Promise<Target> {
  const lab = await openLab({ folder: await newFolder(), port: 0, mqttPort: 0 }, NO_ENGINE, () => undefined);
  cleanUp.push(() => lab.close());
  return targetFromLab(lab.report);
}

const childReport = z.object({ done: z.number(), step: z.string() });
type Report = Readonly<z.infer<typeof childReport>>;

/** Starts the job in a process of its own and kills that as soon as `isTime`; resolves with the last thing it told. */
async function startAndKill(order: ChildOrder, isTime: (report: Report) => boolean): Promise<Report> {
  const child = fork(join(program, 'child.cjs'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    let last: Report | null = null;
    child.on('message', (message) => {
      const report = childReport.parse(message);
      if (last !== null) return;
      if (!isTime(report)) return;
      last = report;
      child.kill('SIGKILL');
    });
    child.once('exit', (code, signal) => {
      if (last !== null && signal === 'SIGKILL') resolve(last);
      else reject(new Error(`The child ended by itself (${code ?? signal ?? ''}).`));
    });
    child.send(order);
  });
}

const jobOf = ({ provisioner }: App): ProvisionJob | null => provisioner.status().job;

async function namesAt({ iot }: Clients): Promise<{ things: string[]; certificates: string[] }> {
  const things: string[] = [];
  const certificates: string[] = [];
  for await (const page of paginateListThings({ client: iot }, {}))
    things.push(...(page.things ?? []).flatMap(({ thingName }) => thingName ?? []));
  for await (const page of paginateListCertificates({ client: iot, pageSize: 250 }, {}))
    certificates.push(...(page.certificates ?? []).flatMap(({ certificateId }) => certificateId ?? []));
  return { things, certificates };
}

const COUNT = 60;
const WISH = {
  way: 'direct',
  count: COUNT,
  pattern: 'demo-{n}',
  first: 1,
  set: null,
  thingType: null,
  group: null,
  attributes: {},
  policy: null,
} as const;

test.each([
  ['direct', 'after some stations', ({ done }: Report) => done >= 7],
  ['direct', 'with the first stations under way', ({ step }: Report) => step === 'stations'],
  ['bulk', 'while the data file goes up', ({ step }: Report) => step === 'upload'],
  ['bulk', 'while the task runs', ({ step }: Report) => step === 'task'],
  ['bulk', 'while the reports are read', ({ step }: Report) => step === 'reports'],
] as const)('%s, killed %s', { timeout: 120_000 }, async (way, _when, isTime) => {
  const target = await startLab();
  const folder = await newFolder();
  const killed = await startAndKill({ folder, dataFolder, target, wish: { ...WISH, way } }, isTime);
  expect(killed.done).toBeLessThan(COUNT);

  const app = await openApp(folder, target, dataFolder);
  cleanUp.push(app.end);
  const id = jobOf(app)?.id;
  expect(id).toBeDefined();
  app.provisioner.resumeInterrupted();
  await until('the job to end', 60_000, () => jobOf(app)?.state !== 'running');
  expect(jobOf(app)).toMatchObject({ id, state: 'done', done: COUNT, failed: 0, error: null });
  expect(new Set(app.stations()).size).toBe(COUNT);

  const there = await namesAt(app.clients);
  expect(there.things.length).toBe(COUNT);
  // What was signed twice is at least known, so that undo finds it.
  const known = new Set(app.ledger());
  expect(there.certificates.filter((certificate) => !known.has(`certificate ${certificate}`))).toEqual([]);
  expect(there.certificates.length).toBe(COUNT);
  expect(app.ledger().filter((line) => line.includes('csr:'))).toEqual([]);

  await app.provisioner.act('undo');
  await until('the undo to end', 60_000, () => jobOf(app)?.state !== 'undoing');
  expect(jobOf(app)).toMatchObject({ state: 'undone', left: [] });
  expect(await namesAt(app.clients)).toEqual({ things: [], certificates: [] });
  expect(app.ledger()).toEqual([]);
});

test('an undo right after the kill finds also the certificates that nobody noted', { timeout: 120_000 }, async () => {
  const target = await startLab();
  const folder = await newFolder();
  await startAndKill({ folder, dataFolder, target, wish: WISH }, ({ done }) => done >= 7);
  const app = await openApp(folder, target, dataFolder);
  cleanUp.push(app.end);
  await app.provisioner.act('undo');
  await until('the undo to end', 60_000, () => jobOf(app)?.state !== 'undoing');
  expect(jobOf(app)).toMatchObject({ state: 'undone', left: [] });
  expect(await namesAt(app.clients)).toEqual({ things: [], certificates: [] });
  expect(app.ledger()).toEqual([]);
});
