/** Glue's operations on crawlers, and their life: READY, RUNNING, STOPPING, READY. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type JsonOperations, type LabIdentity, type ObjectStore } from '../services.ts';
import { crawl } from './crawl.ts';
import { invalidInput, notFound, pageOf, readInput } from './input.ts';
import { catalogName, crawlerSettings, type Crawler } from './shapes.ts';
import { now, type GlueState } from './state.ts';

type Run = {
  readonly cancel: AbortController;
  readonly done: Promise<void>;
  isStopping: boolean;
  readonly started: number;
};

const named = z.strictObject({ Name: catalogName });
const paged = z.strictObject({ NextToken: z.string().optional(), MaxResults: z.number().int().optional() });
const NO_COUNTS = { created: 0, updated: 0, deleted: 0, seconds: 0 };

export type CrawlerOperations = { readonly operations: JsonOperations; readonly close: () => Promise<void> };

/** `onBug` hears of what a crawl should never throw. */
export function crawlerOperations(
  state: GlueState,
  identity: LabIdentity,
  objects: ObjectStore,
  onBug: (error: unknown) => void,
): CrawlerOperations {
  const runs = new Map<string, Run>();

  const find = (name: string): Crawler => {
    const found = state.crawlers.get(name);
    if (found === undefined) throw notFound(`Crawler with name ${name} does not exist`);
    return found;
  };
  const refuseRunning = (name: string): void => {
    if (runs.has(name)) throw new AwsError('CrawlerRunningException', `Crawler with name ${name} has already started`);
  };
  const sorted = (): readonly Crawler[] => [...state.crawlers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const told = (crawler: Crawler): object => tell(crawler, runs.get(crawler.name));

  const runOnce = async (crawler: Crawler, run: Run): Promise<void> => {
    const failed = (message: string): Pick<Crawler, 'lastCrawl' | 'counts'> => ({
      lastCrawl: lastCrawl(run, 'FAILED', message),
      counts: NO_COUNTS,
    });
    let outcome: Pick<Crawler, 'lastCrawl' | 'counts'>;
    try {
      const counts = await crawl({ state, objects, identity, crawler, signal: run.cancel.signal });
      outcome = { lastCrawl: lastCrawl(run, 'SUCCEEDED'), counts: { ...counts, seconds: now() - run.started } };
    } catch (error) {
      if (run.isStopping) outcome = { lastCrawl: lastCrawl(run, 'CANCELLED'), counts: NO_COUNTS };
      else if (error instanceof AwsError) outcome = failed(error.message);
      else {
        onBug(error);
        outcome = failed('Internal Service Exception');
      }
    }
    const current = state.crawlers.get(crawler.name);
    if (current !== undefined) state.crawlers.set(crawler.name, { ...current, ...outcome, isRunning: false });
    await state.save();
  };

  const operations: JsonOperations = {
    CreateCrawler: async (input) => {
      const { Name, ...settings } = readInput(input, crawlerSettings.extend({ Name: catalogName }));
      checkConfiguration(settings.Configuration);
      if (state.crawlers.has(Name)) throw new AwsError('AlreadyExistsException', `Crawler ${Name} already exists`);
      const time = now();
      state.crawlers.set(Name, {
        name: Name,
        settings,
        created: time,
        updated: time,
        version: 1,
        isRunning: false,
        counts: NO_COUNTS,
      });
      await state.save();
      return {};
    },
    UpdateCrawler: async (input) => {
      const { Name, ...changes } = readInput(input, crawlerSettings.partial().extend({ Name: catalogName }));
      checkConfiguration(changes.Configuration);
      const old = find(Name);
      refuseRunning(Name);
      // A member that is not there keeps its value.
      const settings = crawlerSettings.parse({ ...old.settings, ...JSON.parse(JSON.stringify(changes)) });
      state.crawlers.set(Name, { ...old, settings, updated: now(), version: old.version + 1 });
      await state.save();
      return {};
    },
    DeleteCrawler: async (input) => {
      const { Name } = readInput(input, named);
      find(Name);
      refuseRunning(Name);
      state.crawlers.delete(Name);
      await state.save();
      return {};
    },
    GetCrawler: (input) => ({ Crawler: told(find(readInput(input, named).Name)) }),
    GetCrawlers: (input) => {
      const { NextToken: token, MaxResults: limit } = readInput(input, paged);
      const { items, NextToken } = pageOf(sorted(), { token, limit, largest: 1000 });
      return { Crawlers: items.map(told), NextToken };
    },
    ListCrawlers: (input) => {
      const { NextToken: token, MaxResults: limit } = readInput(input, paged);
      const { items, NextToken } = pageOf(sorted(), { token, limit, largest: 1000 });
      return { CrawlerNames: items.map(({ name }) => name), NextToken };
    },
    GetCrawlerMetrics: (input) => {
      const asked = readInput(input, paged.extend({ CrawlerNameList: z.array(catalogName).max(100).optional() }));
      const wanted = asked.CrawlerNameList?.map(find) ?? sorted();
      const { items, NextToken } = pageOf(wanted, { token: asked.NextToken, limit: asked.MaxResults, largest: 1000 });
      return { CrawlerMetricsList: items.map(metrics), NextToken };
    },
    StartCrawler: async (input) => {
      const { Name } = readInput(input, named);
      const crawler = { ...find(Name), isRunning: true };
      refuseRunning(Name);
      const cancel = new AbortController();
      const started = now();
      let begin: () => void = () => undefined;
      const allowed = new Promise<void>((resolve) => (begin = resolve));
      const run: Run = {
        cancel,
        started,
        isStopping: false,
        done: allowed
          .then(() => runOnce(crawler, run))
          .catch(onBug)
          .finally(() => runs.delete(Name)),
      };
      runs.set(Name, run);
      state.crawlers.set(Name, crawler);
      await state.save().finally(begin);
      return {};
    },
    StopCrawler: (input) => {
      const { Name } = readInput(input, named);
      find(Name);
      const run = runs.get(Name);
      if (run === undefined) {
        throw new AwsError('CrawlerNotRunningException', `Crawler with name ${Name} isn't running`);
      }
      if (run.isStopping) {
        throw new AwsError('CrawlerStoppingException', `Crawler with name ${Name} is stopping`);
      }
      run.isStopping = true;
      run.cancel.abort();
      return {};
    },
  };

  return {
    operations,
    close: async () => {
      for (const run of runs.values()) {
        run.isStopping = true;
        run.cancel.abort();
      }
      await Promise.all([...runs.values()].map(({ done }) => done));
    },
  };
}

/** Runs that a dead process left behind. True when there were some. */
export function failInterruptedCrawls(state: GlueState): boolean {
  const interrupted = [...state.crawlers.values()].filter(({ isRunning }) => isRunning);
  for (const crawler of interrupted) {
    const run = { started: crawler.updated };
    const message = 'The lab stopped while the crawler ran.';
    state.crawlers.set(crawler.name, { ...crawler, isRunning: false, lastCrawl: lastCrawl(run, 'FAILED', message) });
  }
  return interrupted.length > 0;
}

type LastCrawl = NonNullable<Crawler['lastCrawl']>;

function lastCrawl(
  { started }: { readonly started: number },
  Status: LastCrawl['Status'],
  message?: string,
): LastCrawl {
  return {
    Status,
    ...(message === undefined ? {} : { ErrorMessage: message }),
    LogGroup: '/aws-glue/crawlers',
    LogStream: 'lab',
    MessagePrefix: randomUUID(),
    StartTime: started,
  };
}

function tell({ name, settings, created, updated, version, lastCrawl: last }: Crawler, run: Run | undefined): object {
  const { Role, Targets, SchemaChangePolicy, ...others } = settings;
  return {
    Name: name,
    ...others,
    // Glue answers with the bare name, whatever it was given.
    Role: Role.slice(Role.lastIndexOf('/') + 1),
    Targets: {
      ...Targets,
      S3Targets: Targets.S3Targets.map(({ Path, Exclusions }) => ({ Path, Exclusions: Exclusions ?? [] })),
      JdbcTargets: [],
      MongoDBTargets: [],
      DynamoDBTargets: [],
      CatalogTargets: [],
      DeltaTargets: [],
      IcebergTargets: [],
      HudiTargets: [],
    },
    Classifiers: [],
    RecrawlPolicy: { RecrawlBehavior: 'CRAWL_EVERYTHING' },
    SchemaChangePolicy: {
      UpdateBehavior: 'UPDATE_IN_DATABASE',
      DeleteBehavior: SchemaChangePolicy?.DeleteBehavior ?? 'DEPRECATE_IN_DATABASE',
    },
    LineageConfiguration: { CrawlerLineageSettings: 'DISABLE' },
    State: run === undefined ? 'READY' : run.isStopping ? 'STOPPING' : 'RUNNING',
    CrawlElapsedTime: run === undefined ? 0 : Math.round((now() - run.started) * 1000),
    CreationTime: created,
    LastUpdated: updated,
    LastCrawl: last,
    Version: version,
  };
}

function metrics({ name, counts }: Crawler): object {
  return {
    CrawlerName: name,
    TimeLeftSeconds: 0,
    StillEstimating: false,
    LastRuntimeSeconds: counts.seconds,
    MedianRuntimeSeconds: counts.seconds,
    TablesCreated: counts.created,
    TablesUpdated: counts.updated,
    TablesDeleted: counts.deleted,
  };
}

const configuration = z.strictObject({
  Version: z.literal(1),
  CrawlerOutput: z
    .strictObject({
      Partitions: z.strictObject({ AddOrUpdateBehavior: z.literal('InheritFromTable') }).optional(),
    })
    .optional(),
});

/** Of the crawler's Configuration only the cure for mismatched partitions has an effect here; all else is refused. */
function checkConfiguration(text: string | undefined): void {
  if (text === undefined || text === '') return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidInput('Configuration is not valid JSON.');
  }
  readInput(value, configuration);
}
