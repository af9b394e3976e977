/** The query engine: analyses Athena SQL and runs it over the lake's files, a few queries at a time. */
import { mkdir, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { AppError } from '../../preload/errors.ts';
import { analyse } from './analyse.ts';
import type { QueryResult, LakeTable, QueryRun } from '../query-seam.ts';
import { athenaFailure } from './duckdb-errors.ts';
import { openDatabase, type Database } from './duckdb.ts';
import { toDuckDb } from './dialect.ts';
import { queryFailure } from './failure.ts';
import { viewStatements } from './lake-views.ts';
import { macroStatements } from './macros.ts';
import { loadParser } from './polyglot.ts';
import { render, type ValueType } from './render.ts';
import { resultColumn } from './result-columns.ts';
import { createResultFile } from './result-file.ts';

export type Engine = {
  readonly analyse: typeof analyse;
  readonly run: (input: QueryRun) => Promise<QueryResult>;
  readonly cancel: (input: { readonly id: string }) => void;
  /** Interrupts what runs, refuses what waits. */
  readonly stop: () => void;
};

type Job = { isCancelled: boolean; database: Database | undefined };

const AT_ONCE = 2;
const WAITING_LIMIT = 100;
const MEMORY_LIMIT = '1GB';
const THREADS = 2;

/** `folder` is the only place whose files a query may read, and where results are written. */
export async function openEngine({ folder }: { readonly folder: string }): Promise<Engine> {
  await loadParser();
  const temporaryFolder = join(folder, 'engine-spill');
  await mkdir(temporaryFolder, { recursive: true });
  const jobs = new Map<string, Job>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const turn = async (): Promise<void> => {
    if (running < AT_ONCE) {
      running += 1;
      return;
    }
    if (waiting.length >= WAITING_LIMIT) {
      throw queryFailure('TOO_MANY_REQUESTS_FAILED', `More than ${WAITING_LIMIT} queries are waiting.`);
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const giveTurn = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  const runJob = async (input: QueryRun, job: Job): Promise<QueryResult> => {
    const query = toDuckDb(input);
    checkReach(folder, input);
    const scannedBytes = await sizeOf(input.tables);
    const database = await openDatabase({
      files: input.tables.flatMap(({ files }) => files.map(({ path }) => path)),
      temporaryFolder,
      memoryLimit: MEMORY_LIMIT,
      threads: THREADS,
    });
    job.database = database;
    try {
      checkCancelled(job);
      await database.prepare([...macroStatements(), ...viewStatements(input.tables)]);
      checkCancelled(job);
      return { ...(await writeResult(database, query, input.resultFile, job)), scannedBytes };
    } catch (error) {
      checkCancelled(job);
      throw athenaFailure(error, input.sql);
    } finally {
      job.database = undefined;
      database.close();
    }
  };

  return {
    analyse,
    run: async (input) => {
      if (jobs.has(input.id)) throw new AppError('engine.duplicate', `The query ${input.id} is running already.`);
      const job: Job = { isCancelled: false, database: undefined };
      jobs.set(input.id, job);
      try {
        await turn();
        try {
          checkCancelled(job);
          return await runJob(input, job);
        } finally {
          giveTurn();
        }
      } finally {
        jobs.delete(input.id);
      }
    },
    cancel: ({ id }) => {
      const job = jobs.get(id);
      if (job !== undefined) cancel(job);
    },
    stop: () => {
      for (const job of jobs.values()) cancel(job);
    },
  };
}

function cancel(job: Job): void {
  job.isCancelled = true;
  job.database?.interrupt();
}

function checkCancelled(job: Job): void {
  if (job.isCancelled) throw queryFailure('QUERY_CANCELLED', 'Query cancelled by user');
}

/** The last wall: whatever the caller hands over, the query reads given tables and files below the folder only. */
function checkReach(folder: string, { sql, database, tables, resultFile }: QueryRun): void {
  const plan = analyse({ sql, database });
  const references = plan.kind === 'select' ? plan.tables : [];
  for (const { database: schema, table } of references) {
    if (!tables.some((given) => given.database === schema && given.table === table)) {
      throw queryFailure('TABLE_NOT_FOUND', `Table 'awsdatacatalog.${schema}.${table}' does not exist`);
    }
  }
  for (const path of [resultFile, ...tables.flatMap(({ files }) => files.map((file) => file.path))]) {
    const below = relative(folder, path);
    if (below === '' || below.startsWith('..') || isAbsolute(below)) {
      throw new AppError('engine.outside', 'A query was given a file outside the folder of the lab.');
    }
  }
}

async function sizeOf(tables: readonly LakeTable[]): Promise<number> {
  let bytes = 0;
  for (const { files } of tables) {
    for (const { path } of files) bytes += (await stat(path)).size;
  }
  return bytes;
}

async function writeResult(
  database: Database,
  query: ReturnType<typeof toDuckDb>,
  path: string,
  job: Job,
): Promise<Omit<QueryResult, 'scannedBytes'>> {
  const file = await createResultFile(path);
  let types: readonly ValueType[] = [];
  let columns: QueryResult['columns'] = [];
  let rows = 0;
  try {
    await database.select(
      query.sql,
      (found) => {
        types = found.map(({ type }) => type);
        columns = found.map(({ name, type }, position) => resultColumn(query.heading(name, position), type));
        file.writeRow(columns.map(({ name }) => name));
      },
      async (batch) => {
        checkCancelled(job);
        for (const row of batch) {
          file.writeRow(types.map((type, index) => render(type, row[index] ?? null)));
        }
        rows += batch.length;
        await file.flush();
      },
    );
  } finally {
    await file.close();
  }
  return { columns, rows };
}
