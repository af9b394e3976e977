/** The lab's Athena: takes queries, runs them on the engine over the lake, and gives their results back in pages. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../../preload/errors.ts';
import { createLogger } from '../../log.ts';
import type { Catalog } from '../glue/catalog.ts';
import { parseLocation } from '../glue/lake-folders.ts';
import { pageOf, readInput } from '../glue/input.ts';
import type { AwsError, JsonOperations, LabIdentity, ObjectStore } from '../services.ts';
import { catalogOperations } from './catalog-operations.ts';
import { openExecutions, type Execution, type Executions } from './executions.ts';
import { failureOf, invalidRequest, refusalOf } from './failures.ts';
import type { QueryPlan } from '../../query-seam.ts';
import { readPage } from './result-pages.ts';
import { runQuery, type AsyncEngine } from './run-query.ts';
import * as requests from './requests.ts';
import { tellExecution, tellResults } from './tell.ts';

export type Athena = {
  /** `AmazonAthena.*`, JSON 1.1. */
  readonly operations: JsonOperations;
  /** Cancels what runs. */
  readonly close: () => Promise<void>;
};

const log = createLogger('lab.athena');
const WORKGROUP = 'primary';

/** `folder` is Athena's own. Throws AppError `lab.stateDamaged` and `lab.folderNotWritable`. */
export async function openAthena(options: {
  readonly folder: string;
  readonly identity: LabIdentity;
  readonly objects: ObjectStore;
  readonly catalog: Catalog;
  readonly engine: AsyncEngine;
}): Promise<Athena> {
  const { folder, objects, catalog, engine } = options;
  const executions = await openExecutions(folder);
  const running = new Map<string, Promise<void>>();
  /** Tokens whose query is being checked, so that a repeated call joins it. */
  const starting = new Map<string, Promise<string>>();

  const find = (id: string): Execution => {
    const found = executions.get(id);
    if (found === undefined) throw invalidRequest(`QueryExecution ${id} was not found`);
    return found;
  };

  const start = async (asked: requests.StartInput): Promise<string> => {
    const database = asked.QueryExecutionContext?.Database?.toLowerCase();
    const location = outputLocation(asked.ResultConfiguration?.OutputLocation, objects);
    const plan = await analyse(engine, asked.QueryString, database);
    const id = randomUUID();
    const execution: Execution = {
      id,
      sql: asked.QueryString,
      kind: plan.kind,
      database,
      catalog: asked.QueryExecutionContext?.Catalog,
      workGroup: WORKGROUP,
      token: asked.ClientRequestToken,
      output: { bucket: location.bucket, key: `${location.prefix}${id}.${plan.kind === 'select' ? 'csv' : 'txt'}` },
      state: 'QUEUED',
      submitted: Date.now() / 1000,
      scannedBytes: 0,
    };
    await executions.put(execution);
    const done = runToEnd(execution, plan)
      .catch((error: unknown) => log.error({ error: String(error) }, 'a query could not be kept'))
      .finally(() => running.delete(id));
    running.set(id, done);
    return id;
  };

  const runToEnd = async (queued: Execution, plan: QueryPlan): Promise<void> => {
    const started: Execution = { ...queued, state: 'RUNNING', started: Date.now() / 1000 };
    await executions.put(started);
    if (executions.get(queued.id)?.state === 'CANCELLED') return;
    let end: Partial<Execution>;
    try {
      const { columns, scannedBytes } = await runQuery({ catalog, objects, engine }, plan, started);
      end = { state: 'SUCCEEDED', columns: [...columns], scannedBytes };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.isBug) log.error({ error: String(error) }, 'a query met a bug');
      end = { state: 'FAILED', reason: failure.reason, error: failure.error };
    }
    // Stopped meanwhile: the caller has been told so.
    if (executions.get(queued.id)?.state === 'CANCELLED') return;
    await executions.put({ ...started, ...end, completed: Date.now() / 1000 });
  };

  const stop = async (execution: Execution): Promise<void> => {
    if (execution.state !== 'QUEUED' && execution.state !== 'RUNNING') return;
    const reason = 'Query cancelled by user';
    await executions.put({ ...execution, state: 'CANCELLED', reason, completed: Date.now() / 1000 });
    await engine.cancel({ id: execution.id });
  };

  const operations: JsonOperations = {
    StartQueryExecution: async (input) => {
      const asked = readInput(input, requests.start, invalidRequest);
      const token = asked.ClientRequestToken;
      if (token === undefined) return { QueryExecutionId: await start(asked) };
      const known = executions.byToken(token);
      if (known !== undefined) {
        if (known.sql === asked.QueryString) return { QueryExecutionId: known.id };
        throw invalidRequest('Idempotent parameters do not match');
      }
      const pending = starting.get(token) ?? start(asked).finally(() => starting.delete(token));
      starting.set(token, pending);
      return { QueryExecutionId: await pending };
    },
    GetQueryExecution: (input) => {
      const { QueryExecutionId } = readInput(input, requests.byId, invalidRequest);
      return { QueryExecution: tellExecution(find(QueryExecutionId)) };
    },
    BatchGetQueryExecution: (input) => {
      const { QueryExecutionIds } = readInput(input, requests.byIds, invalidRequest);
      return {
        QueryExecutions: QueryExecutionIds.flatMap((id) => {
          const found = executions.get(id);
          return found === undefined ? [] : [tellExecution(found)];
        }),
        UnprocessedQueryExecutionIds: QueryExecutionIds.filter((id) => executions.get(id) === undefined).map((id) => ({
          QueryExecutionId: id,
          ErrorCode: 'INVALID_INPUT',
          ErrorMessage: `QueryExecution ${id} was not found`,
        })),
      };
    },
    ListQueryExecutions: (input) => {
      const asked = readInput(input, requests.list, invalidRequest);
      const page = pageOf(
        executions.list().map(({ id }) => id),
        { token: asked.NextToken, limit: asked.MaxResults, largest: 50 },
        invalidRequest,
      );
      return { QueryExecutionIds: page.items, NextToken: page.NextToken };
    },
    StopQueryExecution: async (input) => {
      await stop(find(readInput(input, requests.byId, invalidRequest).QueryExecutionId));
      return {};
    },
    GetQueryResults: (input) => results(executions, objects, readInput(input, requests.results, invalidRequest)),
    ...catalogOperations(catalog, WORKGROUP),
  };

  return {
    operations,
    close: async () => {
      const ids = [...running.keys()];
      await Promise.all(ids.map((id) => stop(find(id))));
      await Promise.all(running.values());
    },
  };
}

async function analyse(engine: AsyncEngine, sql: string, database: string | undefined): Promise<QueryPlan> {
  try {
    return await engine.analyse({ sql, database: database ?? '' });
  } catch (error) {
    throw error instanceof AppError ? refusalOf(error) : error;
  }
}

function outputLocation(path: string | undefined, objects: ObjectStore): NonNullable<ReturnType<typeof parseLocation>> {
  if (path === undefined) {
    throw invalidRequest(
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
    );
  }
  const location = parseLocation(path);
  if (location === undefined) throw invalidRequest('outputLocation is not a valid S3 path.');
  if (!objects.hasBucket(location.bucket)) {
    throw invalidRequest(
      `Unable to verify/create output bucket ${location.bucket}. The bucket does not exist; the lab does not create it.`,
    );
  }
  return location;
}

async function results(
  executions: Executions,
  objects: ObjectStore,
  { QueryExecutionId, NextToken, MaxResults }: requests.ResultsInput,
): Promise<object> {
  const execution = executions.get(QueryExecutionId);
  if (execution === undefined) throw invalidRequest(`QueryExecution ${QueryExecutionId} was not found`);
  checkFinished(execution);
  const { bucket, key } = execution.output;
  const object = objects.hasBucket(bucket) ? objects.get(bucket, key) : undefined;
  if (object === undefined) throw invalidRequest('Could not find results', 'RESULT_NOT_FOUND');
  const offset = NextToken === undefined ? 0 : requests.offsetOf(NextToken, QueryExecutionId);
  const page = await readPage(object.path, {
    offset,
    limit: MaxResults ?? 1000,
    format: execution.kind === 'select' ? 'csv' : 'lines',
  });
  return tellResults(
    execution,
    page.rows,
    page.next === null ? undefined : requests.tokenOf(page.next, QueryExecutionId),
  );
}

function checkFinished({ state }: Execution): void {
  if (state === 'SUCCEEDED') return;
  if (state === 'QUEUED' || state === 'RUNNING') {
    throw notReady(`Query has not yet finished. Current state: ${state}`);
  }
  if (state === 'CANCELLED')
    throw invalidRequest('Query did not finish successfully. Final query state: CANCELLED', 'RESULT_NOT_FOUND');
  throw notReady(`Query did not finish successfully. Final query state: ${state}`);
}

function notReady(message: string): AwsError {
  return invalidRequest(message, 'INVALID_QUERY_EXECUTION_STATE');
}
