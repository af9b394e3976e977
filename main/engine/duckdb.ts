/** DuckDB, and the only file that knows it: one locked in-memory database for each query, and its values freed from its own classes. */
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBTypeId,
  StatementType,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { queryFailure } from './failure.ts';
import { quoteText } from './hive-types.ts';
import type { Value, ValueType } from './render.ts';

export type Database = {
  /** Runs statements of our own making. */
  readonly prepare: (statements: readonly string[]) => Promise<void>;
  /** Runs one SELECT and hands its rows on in bounded batches, each awaited before the next is fetched. */
  readonly select: (
    sql: string,
    onColumns: (columns: readonly Column[]) => void,
    onRows: (rows: readonly (readonly Value[])[]) => Promise<void>,
  ) => Promise<void>;
  readonly interrupt: () => void;
  readonly close: () => void;
};

type Column = { readonly name: string; readonly type: ValueType };

export type DatabaseOptions = {
  /** The only files the database may open. */
  readonly files: readonly string[];
  /** Where a large query may spill. */
  readonly temporaryFolder: string;
  /** For instance `1GB`. */
  readonly memoryLimit: string;
  readonly threads: number;
};

/**
 * A fresh database that can read `files` and nothing else: no other path, no network, no extension, and no statement can change that.
 * (DuckDB's own settings; securing_duckdb in its documentation.)
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: options.memoryLimit,
    temp_directory: options.temporaryFolder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  const prepare = async (statements: readonly string[]): Promise<void> => {
    for (const statement of statements) await connection.run(statement);
  };
  await prepare([
    "ATTACH ':memory:' AS awsdatacatalog",
    "SET TimeZone = 'UTC'",
    'SET integer_division = true',
    `SET allowed_paths = [${options.files.map(quoteText).join(', ')}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]);
  return {
    prepare,
    select: (sql, onColumns, onRows) => select(connection, sql, onColumns, onRows),
    interrupt: () => connection.interrupt(),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function select(
  connection: DuckDBConnection,
  sql: string,
  ...[onColumns, onRows]: [Parameters<Database['select']>[1], Parameters<Database['select']>[2]]
): Promise<void> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw queryFailure('NOT_SUPPORTED', 'Only one sql statement is allowed.');
  const prepared = await statements.prepare(0);
  if (prepared.statementType !== StatementType.SELECT) {
    throw queryFailure('NOT_SUPPORTED', 'The lab runs queries only.');
  }
  const result = await prepared.stream();
  const names = result.columnNames();
  const types = result.columnTypes().map(valueType);
  onColumns(types.map((type, index) => ({ name: names[index] ?? '', type })));
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    await onRows(chunk.getRows().map((row) => row.map(plainValue)));
  }
}

const SIMPLE: Readonly<Partial<Record<DuckDBTypeId, Extract<ValueType, { kind: 'simple' }>['name']>>> = {
  [DuckDBTypeId.BOOLEAN]: 'boolean',
  [DuckDBTypeId.TINYINT]: 'tinyint',
  [DuckDBTypeId.SMALLINT]: 'smallint',
  [DuckDBTypeId.UTINYINT]: 'smallint',
  [DuckDBTypeId.INTEGER]: 'integer',
  [DuckDBTypeId.USMALLINT]: 'integer',
  [DuckDBTypeId.BIGINT]: 'bigint',
  [DuckDBTypeId.UINTEGER]: 'bigint',
  [DuckDBTypeId.UBIGINT]: 'bigint',
  // DuckDB's sum over integers; Athena's is bigint.
  [DuckDBTypeId.HUGEINT]: 'bigint',
  [DuckDBTypeId.FLOAT]: 'float',
  [DuckDBTypeId.DOUBLE]: 'double',
  [DuckDBTypeId.VARCHAR]: 'varchar',
  [DuckDBTypeId.ENUM]: 'varchar',
  [DuckDBTypeId.BLOB]: 'varbinary',
  [DuckDBTypeId.DATE]: 'date',
  [DuckDBTypeId.TIME]: 'time',
  [DuckDBTypeId.TIMESTAMP]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'timestamp with time zone',
  [DuckDBTypeId.INTERVAL]: 'interval day to second',
  [DuckDBTypeId.UUID]: 'uuid',
  [DuckDBTypeId.SQLNULL]: 'unknown',
};

function valueType(type: DuckDBType): ValueType {
  switch (type.typeId) {
    case DuckDBTypeId.DECIMAL:
      return { kind: 'decimal', precision: type.width, scale: type.scale };
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return { kind: 'array', item: valueType(type.valueType) };
    case DuckDBTypeId.MAP:
      return { kind: 'map', key: valueType(type.keyType), value: valueType(type.valueType) };
    case DuckDBTypeId.STRUCT:
      return rowType(type.entryNames, type.entryTypes);
    default: {
      if (type.alias === 'JSON') return { kind: 'simple', name: 'json' };
      const name = SIMPLE[type.typeId];
      if (name === undefined)
        throw queryFailure('NOT_SUPPORTED', `The lab cannot show values of type ${type.toString()}.`);
      return { kind: 'simple', name };
    }
  }
}

function rowType(names: readonly string[], types: readonly DuckDBType[]): ValueType {
  // The binding keeps a row's values by field name, so fields of the same empty name would show one value.
  if (names.filter((name) => name === '').length > 1) {
    throw queryFailure(
      'NOT_SUPPORTED',
      'The lab cannot show rows without field names yet; cast them: CAST(ROW(…) AS ROW(a …)).',
    );
  }
  return { kind: 'row', fields: types.map((type, index) => ({ name: names[index] ?? '', type: valueType(type) })) };
}

function plainValue(value: DuckDBValue): Value {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof DuckDBListValue) return value.items.map(plainValue);
  if (value instanceof DuckDBStructValue) return Object.values(value.entries).map(plainValue);
  if (value instanceof DuckDBMapValue) {
    return { pairs: value.entries.map(({ key, value: entry }) => [plainValue(key), plainValue(entry)] as const) };
  }
  if (value instanceof DuckDBDecimalValue) return value.value;
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return value.micros;
  if (value instanceof DuckDBTimeValue) return value.micros;
  if (value instanceof DuckDBDateValue) return value.days;
  if (value instanceof DuckDBBlobValue) return value.bytes;
  if (value instanceof DuckDBIntervalValue) {
    return { months: value.months, days: value.days, microseconds: value.micros };
  }
  return value.toString();
}
