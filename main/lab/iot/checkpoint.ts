/** Remembers how far the rules have acted on the journal, so that a restart repeats little and loses nothing. */
import { open, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../../preload/errors.ts';

const counts = z.object({
  /** Epoch seconds of the rule's creation. */
  createdAt: z.number().optional(),
  /** Messages up to this one are counted as matched. */
  evaluatedUpTo: z.number().default(0),
  matched: z.number(),
  passed: z.number(),
  delivered: z.number(),
  failed: z.number(),
  /** In the rule's order, the error action last. */
  actions: z.array(z.object({ delivered: z.number(), failed: z.number() })).default([]),
});

const checkpointSchema = z.object({
  /** Every message up to this one has passed the rules and their actions. */
  acted: z.number(),
  /** No action was ever begun for a message above this one. */
  reserved: z.number(),
  /** By action (its source): messages up to this one have passed it, though others may still be at work on them. */
  progress: z.record(z.string(), z.number()).default({}),
  /** By rule name. Counts of actions are of the messages that they will not see again. */
  counters: z.record(z.string(), counts),
});

export type Checkpoint = z.infer<typeof checkpointSchema>;
export type RuleCounts = Readonly<z.infer<typeof counts>>;

/** Undefined when there is none. Throws AppError `lab.stateDamaged`. */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return checkpointSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('lab.stateDamaged', `The checkpoint of the rules, ${path}, is damaged.`, {
      hint: 'Remove the file: the messages that are still in the journal are then acted on again.',
      cause,
    });
  }
}

/** In one step: a crash leaves the old or the new one. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(checkpoint));
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
