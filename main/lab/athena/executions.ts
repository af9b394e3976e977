/** The queries the lab's Athena knows: one small document each, so that they outlive the process. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { damagedState, openFolder, readDocument, writeDocument } from '../documents.ts';

const column = z.object({
  name: z.string(),
  type: z.string(),
  precision: z.number(),
  scale: z.number(),
  caseSensitive: z.boolean(),
});

const execution = z.object({
  id: z.string(),
  sql: z.string(),
  kind: z.enum(['select', 'showDatabases', 'showTables', 'describe']),
  /** As the caller gave them; the database may be missing. */
  database: z.string().optional(),
  catalog: z.string().optional(),
  workGroup: z.string(),
  token: z.string().optional(),
  /** Where the result lies, or will. */
  output: z.object({ bucket: z.string(), key: z.string() }),
  state: z.enum(['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED']),
  reason: z.string().optional(),
  error: z.object({ category: z.number(), type: z.number(), message: z.string() }).optional(),
  /** Epoch seconds. */
  submitted: z.number(),
  started: z.number().optional(),
  completed: z.number().optional(),
  scannedBytes: z.number(),
  columns: z.array(column).optional(),
});

export type Execution = z.infer<typeof execution>;

export type Executions = {
  readonly get: (id: string) => Execution | undefined;
  readonly byToken: (token: string) => Execution | undefined;
  /** Newest first. */
  readonly list: () => readonly Execution[];
  /** Visible at once, on disk when it resolves. Changes of one execution are written in order. */
  readonly put: (execution: Execution) => Promise<void>;
};

/** As long as Athena keeps its own. */
const KEPT_SECONDS = 45 * 24 * 3600;

/** What a dead process left running has failed. Throws AppError `lab.stateDamaged` and `lab.folderNotWritable`. */
export async function openExecutions(folder: string): Promise<Executions> {
  await openFolder(folder);
  const byId = new Map<string, Execution>();
  const tokens = new Map<string, string>();
  const writes = new Map<string, Promise<void>>();
  const now = Date.now() / 1000;

  const put = async (changed: Execution): Promise<void> => {
    byId.set(changed.id, changed);
    if (changed.token !== undefined) tokens.set(changed.token, changed.id);
    const before = writes.get(changed.id) ?? Promise.resolve();
    const write = before.catch(() => undefined).then(() => writeDocument(join(folder, `${changed.id}.json`), changed));
    writes.set(changed.id, write);
    try {
      await write;
    } finally {
      if (writes.get(changed.id) === write) writes.delete(changed.id);
    }
  };

  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!name.endsWith('.json')) {
      await rm(path, { force: true });
      continue;
    }
    const parsed = execution.safeParse(await readDocument(path));
    if (!parsed.success) throw damagedState(path, parsed.error);
    const found = parsed.data;
    if (now - found.submitted > KEPT_SECONDS) {
      await rm(path);
      continue;
    }
    byId.set(found.id, found);
    if (found.token !== undefined) tokens.set(found.token, found.id);
    if (found.state === 'QUEUED' || found.state === 'RUNNING') await put(interrupted(found, now));
  }

  return {
    get: (id) => byId.get(id),
    byToken: (token) => byId.get(tokens.get(token) ?? ''),
    list: () => [...byId.values()].sort((a, b) => b.submitted - a.submitted),
    put,
  };
}

function interrupted(found: Execution, completed: number): Execution {
  const reason = 'GENERIC_INTERNAL_ERROR: The lab stopped while the query ran';
  return { ...found, state: 'FAILED', reason, error: { category: 1, type: 1, message: reason }, completed };
}
