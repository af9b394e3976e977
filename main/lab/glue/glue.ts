/** The lab's Glue: a catalogue of databases, tables and partitions, and crawlers that fill it. */
import { createLogger } from '../../log.ts';
import type { JsonOperations, LabIdentity, ObjectStore } from '../services.ts';
import { openCatalog, type Catalog } from './catalog.ts';
import { crawlerOperations, failInterruptedCrawls } from './crawlers.ts';
import { databaseOperations } from './databases.ts';
import { partitionOperations } from './partitions.ts';
import { openGlueState } from './state.ts';
import { tableOperations } from './tables.ts';

export type Glue = {
  /** `AWSGlue.*`, JSON 1.1. */
  readonly operations: JsonOperations;
  readonly catalog: Catalog;
  /** Stops running crawlers. */
  readonly close: () => Promise<void>;
};

const log = createLogger('lab.glue');

/** `folder` is Glue's own. Throws AppError `lab.stateDamaged` and `lab.folderNotWritable`. */
export async function openGlue(options: {
  readonly folder: string;
  readonly identity: LabIdentity;
  readonly objects: ObjectStore;
}): Promise<Glue> {
  const { folder, identity, objects } = options;
  const state = await openGlueState(folder);
  if (failInterruptedCrawls(state)) await state.save();
  const crawlers = crawlerOperations(state, identity, objects, (error) => {
    log.error({ error: String(error) }, 'a crawl met a bug');
  });
  return {
    operations: {
      ...databaseOperations(state, identity),
      ...tableOperations(state, identity),
      ...partitionOperations(state, identity),
      ...crawlers.operations,
    },
    catalog: openCatalog(state),
    close: crawlers.close,
  };
}
