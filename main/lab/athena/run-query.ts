/** Runs one query to its end: tables and files from the catalogue and the lake, rows from the engine, result files into the output bucket. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../preload/errors.ts';
import type { Catalog, CatalogTable } from '../glue/catalog.ts';
import { dataObjects } from '../glue/lake-folders.ts';
import { AwsError, type ObjectStore } from '../services.ts';
import type { Execution } from './executions.ts';
import type { QueryEngine, LakeFile, LakeTable, QueryPlan, ResultColumn, TableReference } from '../../query-seam.ts';
import { listing } from './listings.ts';
import { metadataFile } from './metadata-file.ts';

export type AsyncEngine = {
  readonly [Name in keyof QueryEngine]: (
    ...input: Parameters<QueryEngine[Name]>
  ) => Promise<ReturnType<QueryEngine[Name]>>;
};

type Means = { readonly catalog: Catalog; readonly objects: ObjectStore; readonly engine: AsyncEngine };

export type Outcome = { readonly columns: readonly ResultColumn[]; readonly scannedBytes: number };

/** Rejects with AppError `athena.<NAME>`. Nothing of a failed query is left in the output bucket. */
export async function runQuery(means: Means, plan: QueryPlan, execution: Execution): Promise<Outcome> {
  if (plan.kind === 'select') return runSelect(means, plan.tables, execution);
  const found = listing(plan, means.catalog);
  if (found === undefined) throw new AppError('athena.SCHEMA_NOT_FOUND', 'The database or table does not exist');
  const body = Buffer.from(found.lines.map((line) => `${line}\n`).join(''));
  await putResult(means.objects, execution, body, found.columns);
  return { columns: found.columns, scannedBytes: 0 };
}

async function runSelect(means: Means, references: readonly TableReference[], execution: Execution): Promise<Outcome> {
  const { objects, engine } = means;
  const tables = references.map((reference) => lakeTable(means, reference));
  const resultFile = join(objects.stagingFolder, `athena-${randomUUID()}`);
  try {
    const { columns, scannedBytes } = await engine.run({
      id: execution.id,
      sql: execution.sql,
      database: execution.database ?? '',
      tables,
      resultFile,
    });
    await putResult(objects, execution, resultFile, columns);
    return { columns, scannedBytes };
  } finally {
    // Taken over by the bucket when all went well; else half a result that nobody wants.
    await rm(resultFile, { force: true });
  }
}

function lakeTable({ catalog, objects }: Means, { database, table }: TableReference): LakeTable {
  const found = catalog.table(database, table);
  if (found === undefined) {
    if (catalog.tables(database) === undefined) {
      throw new AppError('athena.SCHEMA_NOT_FOUND', `line 1:1: Schema '${database}' does not exist`);
    }
    throw new AppError(
      'athena.TABLE_NOT_FOUND',
      `line 1:1: Table 'awsdatacatalog.${database}.${table}' does not exist`,
    );
  }
  const { columns, partitionKeys, format } = found;
  if (format === undefined) {
    throw new AppError('athena.NOT_SUPPORTED', `The lab cannot read the format of the table ${database}.${table} yet`);
  }
  return { database, table, columns, partitionKeys, format, files: filesOf(found, objects) };
}

function filesOf({ places }: CatalogTable, objects: ObjectStore): readonly LakeFile[] {
  const files: LakeFile[] = [];
  for (const { location, partition } of places) {
    if (!objects.hasBucket(location.bucket)) {
      throw new AppError(
        'athena.HIVE_CANNOT_OPEN_SPLIT',
        `The specified bucket does not exist (Service: Amazon S3; Bucket: ${location.bucket})`,
      );
    }
    for (const { key, path } of dataObjects(objects, location)) {
      files.push({ path, compression: key.endsWith('.gz') ? 'gzip' : 'none', partition });
    }
  }
  return files;
}

/** The metadata goes first: where the result is, its description is too. */
async function putResult(
  objects: ObjectStore,
  { id, output }: Execution,
  result: Buffer | string,
  columns: readonly ResultColumn[],
): Promise<void> {
  try {
    await objects.put(output.bucket, `${output.key}.metadata`, metadataFile(id, columns));
    if (typeof result === 'string') await objects.adopt(output.bucket, output.key, result);
    else await objects.put(output.bucket, output.key, result);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AppError('athena.GENERIC_USER_ERROR', `Unable to write to the output location: ${error.message}`);
  }
}
