/** What is remembered of each station over a restart: who it is, which file it replays, how far it came. No keys: those are in the vault. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { createLogger } from '../log.ts';

const log = createLogger('control.fleet');

const recordSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Id of the bundled station whose file it replays, where that is not its own. */
  recordedAs: z.string().optional(),
  kind: z.enum(['generated', 'observed', 'file']),
  /** Bundled files are found again by set and station, so that moving the app breaks nothing. */
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('bundled'), set: z.string() }),
    z.object({ kind: z.literal('file'), path: z.string() }),
  ]),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  elevation: z.number().nullable(),
  thingName: z.string(),
  topic: z.string(),
  /** Account whose certificate authority signed the station's certificate, and that certificate; null until provisioned. */
  certificate: z.object({ account: z.string(), id: z.string() }).nullable(),
  /** Its certificate was torn down: it gets a new one when it is started, not before. */
  isReleased: z.boolean().optional(),
  speed: z.number(),
  position: z.number().int(),
  length: z.number().int(),
  acknowledged: z.number().int(),
});

export type StationRecord = z.infer<typeof recordSchema>;

const documentSchema = z.object({ version: z.literal(1), stations: z.array(recordSchema) });

const SAVE_AFTER_MS = 1_000;

export type FleetRecords = {
  readonly all: () => readonly StationRecord[];
  readonly get: (id: string) => StationRecord | undefined;
  readonly put: (record: StationRecord) => void;
  readonly update: (id: string, change: Partial<StationRecord>) => void;
  readonly remove: (id: string) => void;
  /** False when the file did not exist: the very first start. */
  readonly existed: boolean;
  /** Writes at once what is not yet written. */
  readonly save: () => Promise<void>;
};

/** Loads `file`; a damaged one is kept beside under another name and the fleet starts empty. */
export async function openFleetRecords(file: string): Promise<FleetRecords> {
  const loaded = await load(file);
  const records = new Map((loaded ?? []).map((record) => [record.id, record]));
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const save = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(() => write(file, { version: 1, stations: [...records.values()] }));
    return writing;
  };
  const changed = (): void => {
    timer ??= setTimeout(() => {
      save().catch((error: unknown) => log.error({ err: error }, 'the fleet could not be saved'));
    }, SAVE_AFTER_MS);
  };

  return {
    all: () => [...records.values()],
    get: (id) => records.get(id),
    put: (record) => {
      records.set(record.id, record);
      changed();
    },
    update: (id, change) => {
      const record = records.get(id);
      if (record === undefined) return;
      records.set(id, { ...record, ...change });
      changed();
    },
    remove: (id) => {
      if (records.delete(id)) changed();
    },
    existed: loaded !== null,
    save,
  };
}

async function load(file: string): Promise<StationRecord[] | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    return documentSchema.parse(JSON.parse(text)).stations;
  } catch (error) {
    const aside = `${file}.damaged-${Date.now()}`;
    await rename(file, aside);
    log.error({ err: error, aside }, 'the list of stations was damaged and has been put aside');
    return [];
  }
}

async function write(file: string, document: z.infer<typeof documentSchema>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.${randomBytes(4).toString('hex')}.new`;
  await writeFile(fresh, JSON.stringify(document));
  await rename(fresh, file);
}
