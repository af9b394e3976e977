/** The sets of stations that come with Isobar, as `data/sets.json` describes them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const station = z.object({
  id: z.string().length(11),
  name: z.string().min(1),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  /** Metres above sea level. */
  elevation: z.number().nullable(),
  /** ISO 8601 UTC times of the earliest and latest observation. */
  first: z.iso.datetime(),
  last: z.iso.datetime(),
  records: z.number().int().positive(),
  /** Relative to the data folder in `sets.json`, absolute after reading. */
  file: z.string().min(1),
});

const sets = z.array(
  z.object({
    id: z.string().min(1),
    name: z.string().min(1),
    kind: z.enum(['generated', 'observed']),
    description: z.string().min(1),
    source: z.string().min(1),
    licence: z.string().min(1),
    stations: z.array(station).min(1),
  }),
);

type Parsed = z.infer<typeof sets>[number];

export type BundledStation = Readonly<z.infer<typeof station>>;
export type BundledSet = Readonly<Omit<Parsed, 'stations'>> & { readonly stations: readonly BundledStation[] };

/** Reads `sets.json` of `dataFolder`. A missing or wrong one is a damaged installation, so it throws as it is. */
export async function bundledSets(dataFolder: string): Promise<readonly BundledSet[]> {
  const parsed = sets.parse(JSON.parse(await readFile(join(dataFolder, 'sets.json'), 'utf8')));
  return parsed.map((set) => ({
    ...set,
    stations: set.stations.map((entry) => ({ ...entry, file: join(dataFolder, entry.file) })),
  }));
}
