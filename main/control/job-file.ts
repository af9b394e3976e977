/** A provisioning job on disk: its plan, written once, and what has happened since, line by line. No keys: those are in the vault. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PlainError } from '../../preload/errors.ts';
import type { ProvisionItemState } from '../../preload/shapes-provisioning.ts';
import { openLines, readLines } from './append-lines.ts';

const planSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  account: z.string(),
  region: z.string(),
  way: z.enum(['direct', 'bulk']),
  /** Epoch milliseconds. */
  created: z.number(),
  thingType: z.string().nullable(),
  group: z.string().nullable(),
  attributes: z.record(z.string(), z.string()),
  policyName: z.string(),
  /** Null: the policy was there before. */
  policyDocument: z.string().nullable(),
  /** Name of thing and station, and whose observations it replays. */
  items: z.array(z.object({ name: z.string(), set: z.string(), station: z.string() })),
});

export type JobPlan = Readonly<z.infer<typeof planSchema>>;

const restingStates = z.enum(['running', 'paused', 'cancelled', 'done', 'undoing', 'undone', 'dismissed']);
export type RestingState = z.infer<typeof restingStates>;

const errorSchema: z.ZodType<PlainError> = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().exactOptional(),
});

const eventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('state'), state: restingStates }),
  z.object({ kind: z.literal('certificate'), item: z.number(), id: z.string() }),
  z.object({ kind: z.literal('done'), item: z.number() }),
  z.object({ kind: z.literal('failed'), item: z.number(), error: errorSchema }),
  z.object({ kind: z.literal('waiting'), item: z.number() }),
  z.object({ kind: z.literal('removed'), item: z.number() }),
  /** A bulk task was started for these items; the order is that of the data file. */
  z.object({ kind: z.literal('task'), id: z.string(), items: z.array(z.number()) }),
  /** About to be started with this data file: after a crash it may be under way. */
  z.object({ kind: z.literal('taskAsked'), file: z.string(), items: z.array(z.number()) }),
  z.object({ kind: z.literal('taskEnded') }),
]);

type JobEvent = z.infer<typeof eventSchema>;

export type Job = {
  readonly plan: JobPlan;
  readonly state: () => RestingState;
  readonly itemState: (item: number) => ProvisionItemState;
  readonly itemError: (item: number) => PlainError | null;
  readonly certificateOf: (item: number) => string | undefined;
  readonly certificateIds: () => ReadonlySet<string>;
  /** The bulk task under way. */
  readonly task: () => { readonly id: string; readonly items: readonly number[] } | null;
  /** A bulk task that was asked for, and whose id is not known. */
  readonly askedTask: () => { readonly file: string; readonly items: readonly number[] } | null;
  /** Resolves when it is on disk. */
  readonly note: (event: JobEvent) => Promise<void>;
  /** Being worked at; not kept over a restart. */
  readonly working: (item: number) => void;
  readonly close: () => Promise<void>;
};

export async function createJob(folder: string, plan: JobPlan): Promise<Job> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${plan.id}.json`);
  await writeFile(`${file}.new`, JSON.stringify(plan), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return openJob(folder, plan, []);
}

/** The newest job that nobody has dismissed; null when there is none. */
export async function latestJob(folder: string): Promise<Job | null> {
  const names = await readdir(folder).catch(() => []);
  const [latest] = names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .reverse();
  if (latest === undefined) return null;
  const plan = planSchema.parse(JSON.parse(await readFile(join(folder, latest), 'utf8')));
  const lines = (await readLines(join(folder, `${plan.id}.log`))) ?? [];
  const events = lines.map((line) => eventSchema.parse(JSON.parse(line)));
  const job = await openJob(folder, plan, events);
  if (job.state() !== 'dismissed') return job;
  await job.close();
  for (const suffix of ['.json', '.log']) await rm(join(folder, `${plan.id}${suffix}`), { force: true });
  return null;
}

async function openJob(folder: string, plan: JobPlan, past: readonly JobEvent[]): Promise<Job> {
  const lines = await openLines(join(folder, `${plan.id}.log`));
  const states = plan.items.map((): ProvisionItemState => 'waiting');
  const errors = new Map<number, PlainError>();
  const certificates = new Map<number, string>();
  let state: RestingState = 'running';
  let task: { readonly id: string; readonly items: readonly number[] } | null = null;
  let asked: { readonly file: string; readonly items: readonly number[] } | null = null;

  const apply = (event: JobEvent): void => {
    switch (event.kind) {
      case 'state':
        state = event.state;
        return;
      case 'certificate':
        certificates.set(event.item, event.id);
        return;
      case 'failed':
        states[event.item] = 'failed';
        errors.set(event.item, event.error);
        return;
      case 'done':
      case 'waiting':
      case 'removed':
        states[event.item] = event.kind;
        errors.delete(event.item);
        if (event.kind === 'removed') certificates.delete(event.item);
        return;
      case 'task':
        task = { id: event.id, items: event.items };
        asked = null;
        return;
      case 'taskAsked':
        asked = { file: event.file, items: event.items };
        return;
      case 'taskEnded':
        task = null;
        asked = null;
        return;
    }
  };
  for (const event of past) apply(event);

  return {
    plan,
    state: () => state,
    itemState: (item) => states[item] ?? 'waiting',
    itemError: (item) => errors.get(item) ?? null,
    certificateOf: (item) => certificates.get(item),
    certificateIds: () => new Set(certificates.values()),
    task: () => task,
    askedTask: () => asked,
    note: async (event) => {
      apply(event);
      await lines.append(event);
    },
    working: (item) => {
      states[item] = 'working';
    },
    close: lines.close,
  };
}
