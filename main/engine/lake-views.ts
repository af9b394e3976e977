/** The lake's tables as DuckDB views over their files, under the names that Athena's SQL calls them by. */
import type { LakeFile, LakeTable } from '../query-seam.ts';
import { queryFailure } from './failure.ts';
import { duckType, quoteName, quoteText } from './hive-types.ts';
import { CATALOG_NAME } from './macros.ts';

/** CREATE SCHEMA and CREATE VIEW for each table. Rejects with `athena.NOT_SUPPORTED` for a format that the lab does not read yet. */
export function viewStatements(tables: readonly LakeTable[]): readonly string[] {
  const schemas = [...new Set(tables.map(({ database }) => database))];
  return [
    ...schemas.map((schema) => `CREATE SCHEMA ${CATALOG_NAME}.${quoteName(schema)}`),
    ...tables.map((table) => {
      const name = `${CATALOG_NAME}.${quoteName(table.database)}.${quoteName(table.table)}`;
      return `CREATE VIEW ${name} AS ${readTable(table)}`;
    }),
  ];
}

function readTable(table: LakeTable): string {
  if (table.format !== 'json') {
    throw queryFailure('NOT_SUPPORTED', `The lab does not read tables of the format ${table.format} yet.`);
  }
  if (table.files.length === 0) return emptyTable(table);
  return [...groups(table.files).values()].map((files) => readGroup(table, files)).join(' UNION ALL ');
}

function emptyTable({ columns, partitionKeys }: LakeTable): string {
  const typed = [...columns, ...partitionKeys].map(
    ({ name, type }) => `CAST(NULL AS ${duckType(type)}) AS ${quoteName(name)}`,
  );
  return `SELECT ${typed.join(', ')} WHERE false`;
}

/** Files that one reader can take: same partition, same compression. */
function groups(files: readonly LakeFile[]): ReadonlyMap<string, LakeFile[]> {
  const groups = new Map<string, LakeFile[]>();
  for (const file of files) {
    const key = JSON.stringify([file.compression, file.partition]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return groups;
}

function readGroup({ columns, partitionKeys }: LakeTable, files: readonly LakeFile[]): string {
  const [first] = files;
  const values = partitionKeys.map(
    ({ name, type }, index) =>
      `CAST(${quoteText(first?.partition[index] ?? '')} AS ${duckType(type)}) AS ${quoteName(name)}`,
  );
  const read = columns.map(({ name, jsonKey }) => `${quoteName(jsonKey ?? name)} AS ${quoteName(name)}`);
  const declared = columns.map(
    ({ name, type, jsonKey, jsonType }) => `${quoteText(jsonKey ?? name)}: ${quoteText(duckType(jsonType ?? type))}`,
  );
  const options = [
    "format = 'newline_delimited'",
    `compression = ${quoteText(first?.compression === 'gzip' ? 'gzip' : 'uncompressed')}`,
    `columns = {${declared.join(', ')}}`,
  ];
  const list = files.map(({ path }) => quoteText(path)).join(', ');
  return `SELECT ${[...read, ...values].join(', ')} FROM read_json([${list}], ${options.join(', ')})`;
}
