/** The ledger: every resource that Isobar made on any target, on disk before and after it is made. Undo, removal and teardown touch only these. */
import { randomBytes } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../preload/errors.ts';
import type { Recorder } from '../cloud/recording.ts';
import { RESOURCE_KINDS, type Resource } from '../cloud/resources.ts';
import { openLines, readLines, type Lines } from './append-lines.ts';

const entrySchema = z.object({
  /** `account/region` */
  target: z.string(),
  kind: z.enum(RESOURCE_KINDS),
  name: z.string(),
  state: z.enum(['intended', 'made']),
  /** On whose behalf: `station/<id>`, `job/<id>`, `pipeline`, `window`… */
  by: z.string(),
  /** Epoch milliseconds. */
  at: z.number(),
});
const lineSchema = entrySchema.extend({ state: z.enum(['intended', 'made', 'gone']) });

export type LedgerEntry = Readonly<z.infer<typeof entrySchema>>;
type Line = z.infer<typeof lineSchema>;

export type Place = { readonly account: string; readonly region: string };

export type Ledger = {
  /** What the SDK clients of a target report to. */
  readonly recorderOf: (place: Place) => Recorder;
  /** Oldest first. */
  readonly entriesOf: (place: Place) => readonly LedgerEntry[];
  /** False when the file did not exist: what was made before there was a ledger is then not in it. */
  readonly existed: boolean;
  /** Waits for what is pending. */
  readonly close: () => Promise<void>;
};

const targetOf = ({ account, region }: Place) => `${account}/${region}`;
const keyOf = (target: string, { kind, name }: Resource) => `${target} ${kind} ${name}`;

/**
 * Opens the ledger. The file is one JSON object a line and is rewritten without history on each start; a line that a crash cut off was never
 * confirmed and is left out. Throws AppError `ledger.damaged` for any other line that cannot be read.
 */
export async function openLedger(path: string): Promise<Ledger> {
  const found = await load(path);
  const entries = found ?? new Map<string, LedgerEntry>();
  const log = await openCompacted(path, [...entries.values()]);

  const note = async (line: Line): Promise<void> => {
    const key = keyOf(line.target, line);
    apply(entries, key, line);
    await log.append(line);
  };

  return {
    recorderOf: (place) => {
      const target = targetOf(place);
      const line = ({ kind, name }: Resource, state: Line['state'], by: string): Line => {
        return { target, kind, name, state, by, at: Date.now() };
      };
      const entryOf = (resource: Resource) => entries.get(keyOf(target, resource));
      return {
        stateOf: (resource) => entryOf(resource)?.state ?? null,
        madeBy: (by) => [...entries.values()].filter((entry) => entry.target === target && entry.by === by),
        intend: (resource, by) => note(line(resource, 'intended', by)),
        made: (resource, by) => note(line(resource, 'made', entryOf(resource)?.by ?? by)),
        gone: (resource) => note(line(resource, 'gone', '')),
      };
    },
    entriesOf: (place) => [...entries.values()].filter(({ target }) => target === targetOf(place)),
    existed: found !== null,
    close: log.close,
  };
}

function apply(entries: Map<string, LedgerEntry>, key: string, line: Line): void {
  if (line.state === 'gone') entries.delete(key);
  else entries.set(key, { ...line, state: line.state });
}

async function load(path: string): Promise<Map<string, LedgerEntry> | null> {
  const lines = await readLines(path);
  if (lines === null) return null;
  const entries = new Map<string, LedgerEntry>();
  for (const [index, raw] of lines.entries()) {
    const line = parse(raw);
    if (line === null) {
      throw new AppError('ledger.damaged', `Line ${index + 1} of ${path} cannot be read.`, {
        hint: 'Isobar does not know for certain what it made on your targets. Put the file right, or move it away to go on without it.',
      });
    }
    apply(entries, keyOf(line.target, line), line);
  }
  return entries;
}

function parse(raw: string): Line | null {
  try {
    return lineSchema.parse(JSON.parse(raw));
  } catch {
    return null;
  }
}

/** Rewrites the file without history, then goes on adding to it. */
async function openCompacted(path: string, entries: readonly LedgerEntry[]): Promise<Lines> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${randomBytes(4).toString('hex')}.new`;
  await writeFile(fresh, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
  await rename(fresh, path);
  return openLines(path);
}
